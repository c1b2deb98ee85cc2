"""The passes of `leaderboard.resampling.passes`, compiled by numba.

Loaded only where numba is installed. The innermost loops all run over the replicates
of a block, which the processor handles several at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from leaderboard.resampling.entries import Contest, Ledger, Queue
from leaderboard.resampling.weights import (
    DRAWS,
    FIRST,
    GOLDEN,
    LANES,
    POISSON,
    SECOND,
    Counts,
    Keys,
)
from leaderboard.rows import Vector

_MOST = 2**31 - 1
_MOST_COUNTED = 2 * int(POISSON.max()) ** 2  # of one pair, both halves of a tie
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def _compile(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Compile at the first call, and keep the result beside the bytecode."""
    # A product and its sum may round once in place of twice.
    compile_with = partial(numba.njit, nogil=True, fastmath={"contract"})
    try:
        compiled = compile_with(cache=True)(function)
    except RuntimeError:  # numba knows no place where it may write
        compiled = compile_with()(function)
    return cast("Callable[_Arguments, _Result]", compiled)


def draw(counts: Counts, keys: Keys, block: int) -> None:
    """Fill an array with one block, as `leaderboard.resampling.passes.draw` does.

    Parameters
    ----------
    counts : ndarray of uint8, shape (n_units, 64)
        Filled with whole numbers.
    keys : ndarray of uint64, shape (n_units,)
        The stream of each unit.
    block : int
        At least 0.
    """
    # As an argument the table is read twice as fast as from the module.
    _draw(counts, keys, block, POISSON)


@_compile
def _draw(counts: Counts, keys: Keys, block: int, table: Counts) -> None:
    for unit in range(len(keys)):
        for step in range(DRAWS):
            number = keys[unit] + GOLDEN * np.uint64(block * DRAWS + step + 1)
            number = (number ^ (number >> np.uint64(30))) * FIRST
            number = (number ^ (number >> np.uint64(27))) * SECOND
            number = number ^ (number >> np.uint64(31))
            for part in range(4):
                low = (number >> np.uint64(16 * part)) & np.uint64(0xFFFF)
                counts[unit, 4 * step + part] = table[low]


@_compile
def add(ledger: Ledger, counts: Counts) -> Vector:
    """Add up weighted values per cell, as `leaderboard.resampling.passes.add` does.

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
    units, values = ledger.units, ledger.values
    sums = np.zeros((len(ledger.ends), values.shape[1], LANES))
    weights = np.empty((4, LANES))
    start = 0
    for cell in range(len(ledger.ends)):
        end = ledger.ends[cell]
        fours = start + (end - start) // 4 * 4
        # Four entries at a time, so that a sum is read and written once for four.
        for entry in range(start, fours, 4):
            for step in range(4):
                unit = units[entry + step]
                for lane in range(LANES):
                    weights[step, lane] = counts[unit, lane]
            for column in range(values.shape[1]):
                a, b = values[entry, column], values[entry + 1, column]
                c, d = values[entry + 2, column], values[entry + 3, column]
                for lane in range(LANES):
                    sums[cell, column, lane] += (
                        a * weights[0, lane]
                        + b * weights[1, lane]
                        + c * weights[2, lane]
                        + d * weights[3, lane]
                    )
        for entry in range(fours, end):
            for column in range(values.shape[1]):
                for lane in range(LANES):
                    weight = values[entry, column] * counts[units[entry], lane]
                    sums[cell, column, lane] += weight
        start = end
    return sums


@_compile
def contend(contest: Contest, counts: Counts, n_cells: int) -> tuple[Vector, Vector]:
    """Count who stands above whom, as `leaderboard.resampling.passes.contend` does.

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
    losses, precision : ndarray of float64
        Of shapes (n_cells, n_cells, 64) and (64,).
    """
    losses, precision = np.zeros((n_cells, n_cells, LANES)), np.zeros(LANES)
    # Small whole numbers go fastest; they are carried over before they overflow.
    recent = np.zeros((n_cells, n_cells, LANES), np.int32)
    above, every = np.zeros((n_cells, LANES), np.int32), np.zeros(LANES, np.int32)
    found, hits = np.zeros(LANES, np.int32), np.zeros(LANES, np.int32)
    weights = np.empty(LANES, np.int32)
    most = _MOST_COUNTED * max(len(contest.negatives), 1)
    start = passed = used = 0
    for tie, end in enumerate(contest.ends):
        before, through = contest.before[tie], contest.through[tie]
        found[:] = 0
        # Everything counts twice: before the negatives of a tie and after them.
        times = 2 if before == through else 1
        for half in range(3 - times):
            first, stop = (before, through) if half else (passed, before)
            for row in range(first, stop):
                unit, cell = contest.negatives[row], contest.negative_cells[row]
                for lane in range(LANES):
                    above[cell, lane] += np.int32(counts[unit, lane])
                    every[lane] += np.int32(counts[unit, lane])
            for row in range(start, end):
                unit, cell = contest.positives[row], contest.positive_cells[row]
                used += most
                if used > _MOST:
                    _carry(recent, losses)
                    used = most
                for lane in range(LANES):
                    weights[lane] = np.int32(times * counts[unit, lane])
                    found[lane] += weights[lane]
                for other in range(n_cells):
                    for lane in range(LANES):
                        lost = np.int32(weights[lane] * above[other, lane])
                        recent[cell, other, lane] += lost
        _credit(precision, found, hits, every)
        start, passed = end, through
    _carry(recent, losses)
    return losses, precision


@_compile
def _credit(
    precision: Vector,
    found: NDArray[np.int32],
    hits: NDArray[np.int32],
    every: NDArray[np.int32],
) -> None:
    """Add the precision down to the end of a tie, once per positive found in it."""
    for lane in range(LANES):
        hits[lane] += found[lane]
        down_to = max(float(2 * every[lane] + hits[lane]), 1.0)
        precision[lane] += found[lane] * hits[lane] / down_to


@_compile
def _carry(recent: NDArray[np.int32], losses: Vector) -> None:
    """Empty the small whole numbers into the large ones."""
    for cell in range(len(recent)):
        for other in range(len(recent)):
            for lane in range(LANES):
                losses[cell, other, lane] += recent[cell, other, lane]
                recent[cell, other, lane] = 0


@_compile
def select(queue: Queue, counts: Counts, room: Vector, n_cells: int) -> Vector:
    """Add up what fits, as `leaderboard.resampling.passes.select` does.

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
    sums = np.zeros((n_cells, queue.values.shape[1], LANES))
    left, size, share = room.copy(), np.empty(LANES), np.empty(LANES)
    start = 0
    for end in queue.ends:
        size[:] = 0
        for entry in range(start, end):
            for lane in range(LANES):
                size[lane] += counts[queue.units[entry], lane]
        for lane in range(LANES):
            share[lane] = min(max(left[lane] / max(size[lane], 1.0), 0.0), 1.0)
            left[lane] -= size[lane]
        for entry in range(start, end):
            unit, cell = queue.units[entry], queue.cells[entry]
            for column in range(queue.values.shape[1]):
                value = queue.values[entry, column]
                for lane in range(LANES):
                    weight = share[lane] * counts[unit, lane]
                    sums[cell, column, lane] += value * weight
        if left.max() <= 0:
            break
        start = end
    return sums
