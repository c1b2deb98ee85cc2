"""Entries: the rows of a sample, laid out the way the passes read them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.rows import Vector

Places = NDArray[np.int32]


class Ledger(NamedTuple):
    """What adds up, cell after cell.

    Attributes
    ----------
    units : ndarray of int32, shape (n_entries,)
        Whose counts weigh an entry.
    ends : ndarray of int32, shape (n_cells,)
        Entries through each cell.
    values : ndarray of float64, shape (n_entries, n_columns)
        What to add.
    """

    units: Places
    ends: Places
    values: Vector


class Queue(NamedTuple):
    """Entries from the highest score down; ties stand together.

    Attributes
    ----------
    units, cells : ndarray of int32, shape (n_entries,)
        Whose counts weigh an entry, and where it is added.
    ends : ndarray of int32, shape (n_ties,)
        Entries through each tie.
    values : ndarray of float64, shape (n_entries, n_columns)
        What to add.
    """

    units: Places
    cells: Places
    ends: Places
    values: Vector


class Contest(NamedTuple):
    """Positives against negatives, both from the highest score down.

    Attributes
    ----------
    positives, positive_cells : ndarray of int32, shape (n_positives,)
        Unit and cell of each positive row.
    negatives, negative_cells : ndarray of int32, shape (n_negatives,)
        The same of each negative row.
    ends : ndarray of int32, shape (n_ties,)
        Positives through each tie that holds any.
    before, through : ndarray of int32, shape (n_ties,)
        Negatives above each of these ties, and above or inside it.
    """

    positives: Places
    positive_cells: Places
    negatives: Places
    negative_cells: Places
    ends: Places
    before: Places
    through: Places


class Line(NamedTuple):
    """The order of the scores, which every queue and contest over them shares.

    Attributes
    ----------
    order : ndarray of int, shape (n_rows,)
        Rows from the highest score down.
    ends : ndarray of int, shape (n_ties,)
        Rows through each tie.
    """

    order: NDArray[np.intp]
    ends: NDArray[np.intp]


def ledger(units: Places, cells: Places, values: Vector, *, n_cells: int) -> Ledger:
    """Lay rows out by cell, with neighbours of one unit in one cell added up.

    Where units are clusters, little is left to add.

    Parameters
    ----------
    units, cells : ndarray of int32, shape (n_rows,)
        Unit and cell of each row; best sorted by unit.
    values : ndarray of float64, shape (n_rows, n_columns)
        What to add.
    n_cells : int
        Number of cells, below 2**15; some may be empty.

    Returns
    -------
    Ledger
        One entry per unit and cell that occur together.
    """
    # Numbers this short are sorted without comparing them.
    order = np.argsort(cells.astype(np.int16), kind="stable")
    unit, cell = units[order], cells[order]
    starts = np.flatnonzero(np.diff(unit, prepend=-1) | np.diff(cell, prepend=-1))
    alone = len(starts) == len(order)
    return Ledger(
        units=unit[starts],
        ends=_places(np.cumsum(np.bincount(cell[starts], minlength=n_cells))),
        values=values[order] if alone else np.add.reduceat(values[order], starts),
    )


def line_up(scores: Vector) -> Line:
    """Put rows in the order of their scores.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_rows,)
        Higher comes first.

    Returns
    -------
    Line
        Every row once.
    """
    order = np.argsort(-scores, kind="stable")
    return Line(order, np.flatnonzero(np.diff(scores[order], append=np.nan)) + 1)


def queue(line: Line, units: Places, cells: Places, values: Vector) -> Queue:
    """Line rows up to be let in until there is no more room.

    Parameters
    ----------
    line : Line
        The order of the rows.
    units, cells : ndarray of int32, shape (n_rows,)
        Unit and cell of each row.
    values : ndarray of float64, shape (n_rows, n_columns)
        What to add.

    Returns
    -------
    Queue
        One entry per row.
    """
    order = line.order
    return Queue(units[order], cells[order], _places(line.ends), values[order])


def contest(line: Line, units: Places, cells: Places, labels: Vector) -> Contest:
    """Set positive rows against negative ones, and note who stands above whom.

    Parameters
    ----------
    line : Line
        The order of the rows.
    units, cells : ndarray of int32, shape (n_rows,)
        Unit and cell of each row.
    labels : ndarray of float64, shape (n_rows,)
        0 or 1.

    Returns
    -------
    Contest
        Every row once.
    """
    positive = labels[line.order] == 1
    hits = np.cumsum(positive)[line.ends - 1]
    misses = line.ends - hits
    before, found = np.r_[0, misses[:-1]], np.diff(hits, prepend=0)
    positives, negatives = line.order[positive], line.order[~positive]
    return Contest(
        positives=units[positives],
        positive_cells=cells[positives],
        negatives=units[negatives],
        negative_cells=cells[negatives],
        ends=_places(hits[found > 0]),
        before=_places(before[found > 0]),
        through=_places(misses[found > 0]),
    )


def _places(numbers: NDArray[np.intp]) -> Places:
    return numbers.astype(np.int32)
