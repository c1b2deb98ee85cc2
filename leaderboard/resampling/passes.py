"""What walks the entries of one block of replicates, in numpy.

`leaderboard.resampling.compiled` holds the same passes for numba. Counts are whole,
so that sums of them are the same to the last bit in both; sums of anything else agree
to rounding.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from leaderboard.resampling.entries import Contest, Ledger, Places, Queue
from leaderboard.resampling.weights import Counts, Keys, draw_counts
from leaderboard.rows import Vector

_TILE = 1024  # entries in cache at once


def draw(counts: Counts, keys: Keys, block: int) -> None:
    """Fill an array with the counts of one block of replicates.

    Parameters
    ----------
    counts : ndarray of uint8, shape (n_units, 64)
        Filled as `leaderboard.resampling.weights.draw_counts` does.
    keys : ndarray of uint64, shape (n_units,)
        The stream of each unit.
    block : int
        At least 0.
    """
    for start in range(0, len(keys), _TILE):
        units = slice(start, start + _TILE)
        counts[units] = draw_counts(keys[units], block)


def add(ledger: Ledger, counts: Counts) -> Vector:
    """Add up weighted values per cell.

    Parameters
    ----------
    ledger : Ledger
        What to add.
    counts : ndarray of uint8, shape (n_units, 64)
        One block of replicates.

    Returns
    -------
    ndarray of float64, shape (n_cells, n_columns, 64)
        The sums.
    """
    sums = np.zeros((len(ledger.ends), ledger.values.shape[1], counts.shape[1]))
    start = 0
    for cell, end in enumerate(ledger.ends.tolist()):
        for tile in range(start, end, _TILE):
            rows = slice(tile, min(tile + _TILE, end))
            sums[cell] += ledger.values[rows].T @ _weights(ledger.units[rows], counts)
        start = end
    return sums


def contend(contest: Contest, counts: Counts, n_cells: int) -> tuple[Vector, Vector]:
    """Count which negatives stand above which positives.

    Every AUROC inside or between groups of cells is a sum of these counts, so
    that one pass in the order of the scores is enough for all.

    Parameters
    ----------
    contest : Contest
        The rows.
    counts : ndarray of uint8, shape (n_units, 64)
        One block of replicates.
    n_cells : int
        Number of cells.

    Returns
    -------
    losses : ndarray of float64, shape (n_cells, n_cells, 64)
        Twice the weight of the pairs of a positive of the first cell and a
        negative of the second that stands above it; a tie counts once.
    precision : ndarray of float64, shape (64,)
        Twice the sum, over all ties, of the weight of the positives in it times
        the share of positives in everything down to it.
    """
    by_cell = np.argsort(contest.positive_cells, kind="stable")
    ties = np.repeat(np.arange(len(contest.ends)), np.diff(contest.ends, prepend=0))
    before, through = (x[ties[by_cell]] for x in (contest.before, contest.through))
    weights = _weights(contest.positives[by_cell], counts)
    ends = np.cumsum(np.bincount(contest.positive_cells, minlength=n_cells)).tolist()
    losses = np.zeros((n_cells, n_cells, counts.shape[1]))
    above = np.zeros((len(ties), counts.shape[1]), dtype=np.int32)
    for cell in range(n_cells):
        inside = contest.negative_cells == cell
        held = np.cumsum(np.r_[0, inside])
        running = _running(np.take(counts, contest.negatives[inside], axis=0))
        pairs = np.take(running, held[through], axis=0)
        above += pairs
        pairs += np.take(running, held[before], axis=0)
        for other, (start, end) in enumerate(pairwise([0, *ends])):
            rows = slice(start, end)
            np.einsum("ij,ij->j", weights[rows], pairs[rows], out=losses[other, cell])
    return losses, _precision(contest, counts, above[np.argsort(by_cell)])


def select(queue: Queue, counts: Counts, room: Vector, n_cells: int) -> Vector:
    """Add up what fits, from the first entry on.

    Entries that tie at the boundary each get the same share of what is left.

    Parameters
    ----------
    queue : Queue
        The entries.
    counts : ndarray of uint8, shape (n_units, 64)
        One block of replicates.
    room : ndarray of float64, shape (64,)
        Weight that fits in each replicate.
    n_cells : int
        Number of cells.

    Returns
    -------
    ndarray of float64, shape (n_cells, n_columns, 64)
        The sums per cell.
    """
    sums = np.zeros((n_cells, queue.values.shape[1], counts.shape[1]))
    done = 0
    tiles = 1 + np.flatnonzero(np.diff(queue.ends // _TILE))
    for ties in np.split(queue.ends, tiles):
        rows = slice(done, ties[-1])
        weights = _weights(queue.units[rows], counts)
        size = np.add.reduceat(weights, np.r_[0, ties[:-1] - done], axis=0)
        before = np.cumsum(size, axis=0) - size
        share = np.clip((room - before) / np.maximum(size, 1), 0, 1)
        weights *= np.repeat(share, np.diff(ties, prepend=done), axis=0)
        for cell in np.unique(queue.cells[rows]):
            inside = queue.cells[rows] == cell
            sums[cell] += queue.values[rows][inside].T @ weights[inside]
        room, done = room - size.sum(axis=0), ties[-1]
        if room.max() <= 0:
            break
    return sums


def _weights(units: Places, counts: Counts) -> Vector:
    """Look the counts of units up, as numbers to calculate with."""
    return np.take(counts, units, axis=0).astype(np.float64)


def _running(counts: Counts) -> NDArray[np.int32]:
    """Sum of all counts before each entry, and of all at the end."""
    n_entries, lanes = counts.shape
    # Added across many short stretches at once: numpy's own sum down a long
    # column is several times slower.
    stretch = 1 + math.isqrt(n_entries)
    sums = np.zeros((stretch, stretch, lanes), dtype=np.int32)
    sums.reshape(-1, lanes)[1 : n_entries + 1] = counts
    for place in range(1, stretch):
        sums[:, place] += sums[:, place - 1]
    sums[1:] += np.cumsum(sums[:-1, -1], axis=0, dtype=np.int32)[:, None]
    return sums.reshape(-1, lanes)


def _precision(contest: Contest, counts: Counts, above: NDArray[np.int32]) -> Vector:
    """Twice the sum of the positives in each tie times the precision down to it."""
    starts = np.r_[0, contest.ends[:-1]]
    running = _running(np.take(counts, contest.positives, axis=0))
    hits = running[contest.ends]
    found = (hits - running[starts]).astype(np.float64)
    # Where nobody stands yet, nobody was found either.
    share = hits / np.maximum(hits + above[starts], 1)
    precision: Vector = np.einsum("ij,ij->j", found, share)
    return 2 * precision
