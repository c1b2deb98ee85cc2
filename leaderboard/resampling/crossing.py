"""Crossing: the finest cells that overlapping groups cut rows into."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leaderboard.resampling.entries import Places
from leaderboard.rows import Vector


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """Cells that do not overlap, and the groups that are made of them.

    Attributes
    ----------
    cells : ndarray of int32, shape (n_rows,)
        The cell of each row; none is empty.
    members : ndarray of float64, shape (n_groups, n_cells)
        1 where a group holds a cell, else 0.
    """

    cells: Places
    members: Vector

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return int(self.members.shape[1])

    def unite(self, sums: Vector) -> Vector:
        """Add what was summed per cell up to groups.

        Parameters
        ----------
        sums : ndarray of float64, shape (n_cells, ...)
            Per cell.

        Returns
        -------
        ndarray of float64, shape (n_groups, ...)
            Per group.

        Examples
        --------
        >>> both = cross(np.array([[True, True], [True, False]]), most=8)[0]
        >>> both.unite(np.array([10.0, 1.0]))
        array([11.,  1.])
        """
        flat = self.members @ sums.reshape(self.n_cells, -1)
        return flat.reshape(len(self.members), *sums.shape[1:])


def cross(groups: NDArray[np.bool_], *, most: int) -> list[Crossing]:
    """Cut rows into the finest cells that tell groups apart.

    Parameters
    ----------
    groups : ndarray of bool, shape (n_rows, n_groups)
        Which rows belong to which group; groups may overlap.
    most : int
        Cells in one crossing at most, at least 2. Groups that cut finer than
        that are spread over several crossings.

    Returns
    -------
    list of Crossing
        At least one; together they hold every group once, in order.

    Examples
    --------
    >>> groups = np.array([[True, True], [True, False], [False, False]])
    >>> [crossing.members.tolist() for crossing in cross(groups, most=8)]
    [[[0.0, 1.0, 1.0], [0.0, 0.0, 1.0]]]
    >>> [crossing.members.tolist() for crossing in cross(groups, most=2)]
    [[[0.0, 1.0]], [[0.0, 1.0]]]
    """
    places, firsts = _alike(groups)
    crossings = []
    whole = Crossing(np.zeros(len(firsts), np.int32), np.empty((0, 1)))
    current = whole
    for group in groups[firsts].T:
        finer = _refine(current, group)
        if finer.n_cells > most:
            crossings.append(current)
            finer = _refine(whole, group)
        current = finer
    return [replace(each, cells=each.cells[places]) for each in (*crossings, current)]


def _alike(groups: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give rows in the same groups the same number, and find the first of each."""
    number = np.zeros(len(groups), dtype=np.intp)
    for eight in np.packbits(groups.T, axis=0):
        number, _ = pd.factorize(256 * number + eight)
    rows = np.arange(len(groups))
    firsts = np.empty(number.max() + 1, dtype=np.intp)
    firsts[number[::-1]] = rows[::-1]
    return number, firsts


def _refine(crossing: Crossing, group: NDArray[np.bool_]) -> Crossing:
    """Cut each cell in the rows outside a group and those inside."""
    halves = 2 * crossing.cells + group
    present = np.bincount(halves, minlength=2 * crossing.n_cells) > 0
    places = np.cumsum(present, dtype=np.int32) - 1
    sides = np.tile([0.0, 1.0], crossing.n_cells)
    members = np.vstack([np.repeat(crossing.members, 2, axis=1), sides])
    return Crossing(places[halves], members[:, present])
