"""Suppression: which counts are too small to leave, and what gives them away."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leaderboard.rows import Vector

MINIMUM_CELL = 10  # aggregates of at least ten households may leave
ROUNDING = 5

Counts = tuple[float, float]  # numerator and complement of one cell


def round_count(count: float) -> int:
    """Round a count to the nearest five, halves up.

    Parameters
    ----------
    count : float
        At least 0.

    Returns
    -------
    int
        A multiple of 5.

    Examples
    --------
    >>> [round_count(count) for count in (12, 12.5, 13)]
    [10, 15, 15]
    """
    return ROUNDING * math.floor(count / ROUNDING + 0.5)


def may_show(numerator: float, complement: float) -> bool:
    """Say whether a rate rests on enough rows on both sides.

    Parameters
    ----------
    numerator, complement : float
        Rows that the rate counts, and rows that it does not.

    Returns
    -------
    bool
        True from 10 on both sides.

    Examples
    --------
    >>> may_show(10, 90), may_show(91, 9)
    (True, False)
    """
    return not is_small(np.array([numerator, complement])).any()


def is_small(counts: Vector) -> NDArray[np.bool_]:
    """Say which counts are too small to leave.

    Parameters
    ----------
    counts : ndarray of float64
        Rows, at least 0; of any shape.

    Returns
    -------
    ndarray of bool
        True below 10; of the same shape.

    Examples
    --------
    >>> is_small(np.array([9.0, 10.0]))
    array([ True, False])
    """
    # Counts may be sums of shares, which carry a rounding.
    small: NDArray[np.bool_] = ~(np.round(counts, 6) >= MINIMUM_CELL)  # NaN is small
    return small


def hidden_cells(
    cells: Sequence[Counts], also: Sequence[bool] | None = None
) -> list[bool]:
    """Say which cells of one margin must be emptied.

    Cells that are too small go first. Whoever knows the total could take the
    others from it, so the next smallest go too, until at least two cells are
    empty and together would be large enough to show.

    Parameters
    ----------
    cells : sequence of (numerator, complement)
        Each cell of the margin.
    also : sequence of bool or None
        Cells that are emptied for another reason.

    Returns
    -------
    list of bool
        True where a cell must be emptied.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, chapter 4.

    Examples
    --------
    >>> hidden_cells([(3, 40), (12, 30), (50, 60)])
    [True, True, False]
    """
    forced = also or [False] * len(cells)
    hidden = [
        gone or not may_show(*cell) for cell, gone in zip(cells, forced, strict=True)
    ]
    order = sorted(range(len(cells)), key=lambda place: min(cells[place]))
    for place in order:
        empty = [cell for cell, gone in zip(cells, hidden, strict=True) if gone]
        if not empty or (len(empty) > 1 and may_show(*np.sum(empty, axis=0))):
            break
        hidden[place] = True
    return hidden
