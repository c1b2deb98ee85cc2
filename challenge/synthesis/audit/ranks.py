"""Ranks of weighted values, and how sure a correlation of ranks is."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def weighted_ranks(values: Vector, weights: Vector) -> Vector:
    """Rank values, ties at their middle; each counts as often as its weight says.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Without NaN.
    weights : ndarray of float, shape (n,)
        Above 0.

    Returns
    -------
    ndarray of float, shape (n,)
        Weight below, plus half the weight of the tie.

    Examples
    --------
    >>> weighted_ranks(np.array([3.0, 1.0, 3.0]), np.ones(3)).tolist()
    [2.0, 0.5, 2.0]
    """
    _, tie = np.unique(values, return_inverse=True)
    mine = np.bincount(tie, weights)
    return np.asarray((np.cumsum(mine) - mine / 2)[tie])


def standard_ranks(values: Vector, weights: Vector) -> Vector:
    """Give ranks with weighted mean 0 and variance 1.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Without NaN.
    weights : ndarray of float, shape (n,)
        Above 0.

    Returns
    -------
    ndarray of float, shape (n,)
        All 0 where every value is the same.
    """
    ranks = weighted_ranks(values, weights)
    centred = ranks - np.average(ranks, weights=weights)
    spread = math.sqrt(float(np.average(centred**2, weights=weights)))
    return centred / spread if spread > 0 else centred


def correlation(
    first: Vector, second: Vector, weights: Vector, size: float
) -> tuple[float, float]:
    """Correlate standardised ranks, and say how sure that is.

    Parameters
    ----------
    first, second : ndarray of float, shape (n,)
        As `standard_ranks` gives them.
    weights : ndarray of float, shape (n,)
        Above 0.
    size : float
        Independent pairs that the rows are worth.

    Returns
    -------
    value : float
        In [-1, 1].
    error : float
        Standard error: the larger of the one for continuous columns and the one that
        makes no assumption, since rare levels make it larger.

    References
    ----------
    Bonett and Wright (2000), Psychometrika 65, on Fisher's scale; Steiger and
    Hakstian (1982), British Journal of Mathematical and Statistical Psychology 35:
    asymptotically distribution free.
    """
    value = float(np.average(first * second, weights=weights))
    usual = (1 - value**2) * math.sqrt((1 + value**2 / 2) / max(size - 3, 1))
    off = first * second - value * (first**2 + second**2) / 2
    free = math.sqrt(float(np.average(off**2, weights=weights)) / max(size, 1))
    return value, max(usual, free)
