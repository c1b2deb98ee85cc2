"""Bounds: many one-sided questions answered with one critical value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from leaderboard.resampling.intervals import LEVEL
from leaderboard.rows import Vector

_STILL = 1e-12  # standard errors below are rounding: a value that never moves
_TAIL = 2  # replicates that a tail is read from at least


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """Values with bounds that hold for all of them at once.

    Attributes
    ----------
    value : ndarray of float64, shape (n,)
        Point values.
    error : ndarray of float64, shape (n,)
        Their standard errors, or more for values with long tails; infinite where the
        replicates say nothing.
    critical : float
        How many standard errors away a bound lies, at least 0.
    """

    value: Vector
    error: Vector
    critical: float

    @property
    def low(self) -> Vector:
        """Lower bounds: all true values lie above with the level's probability."""
        return self.value - self.critical * self.error

    @property
    def high(self) -> Vector:
        """Upper bounds: all true values lie below with the level's probability."""
        return self.value + self.critical * self.error


def bound_all(values: Vector, replicates: Vector, *, level: float = LEVEL) -> Bounds:
    """Bound many values with one critical value, the quantile of the largest t.

    Each bound answers a one-sided question: is the value above, or is it below, a
    limit? Give a value and its opposite where both sides matter. One critical value
    serves both sides: the larger of the two that the replicates ask for. A value
    whose replicates have long tails, such as one that a few rows decide, widens its
    own bound and not those of the others: see `_spread`.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Point values.
    replicates : ndarray of float64, shape (n, n_replicates)
        Paired replicates; columns in which one value is undefined are left out.
    level : float
        Probability that no lower bound is wrong, and that no upper bound is.

    Returns
    -------
    Bounds
        Infinite errors if less than half of the replicates can be used.

    References
    ----------
    Westfall & Young (1993), Resampling-Based Multiple Testing, chapter 2; Romano &
    Wolf (2005), Econometrica 73(4), 1237-1282, single-step. Balance: Beran (1988),
    Journal of the American Statistical Association 83(403), 679-686.

    Examples
    --------
    >>> normal = np.linspace(-3, 3, 601)[None, :]
    >>> bounds = bound_all(np.array([1.0]), 1 + normal / 10, level=0.9)
    >>> round(bounds.low.item(), 2), round(bounds.high.item(), 2)
    (0.76, 1.24)
    """
    defined = replicates[:, np.isfinite(replicates).all(axis=0)]
    count = defined.shape[1]
    if len(values) == 0 or count < 2 or 2 * count < replicates.shape[1]:
        return Bounds(values, np.full_like(values, np.inf), 1.0)
    centred = defined - defined.mean(axis=1, keepdims=True)
    error = _spread(centred, level)
    scale = np.where(error > 0, error, np.inf)[:, None]
    above, below = (
        float(np.quantile((sign * centred / scale).max(axis=0), level))
        for sign in (1, -1)
    )
    return Bounds(values, error, max(above, below, 0.0))


def _spread(centred: Vector, level: float) -> Vector:
    """Give standard errors; more where the tails reach further than a normal's.

    A tail is looked at where the bound will lie if all values ask alike.
    """
    count = centred.shape[1]
    error = np.sqrt((centred**2).sum(axis=1) / (count - 1))
    moving = error > _STILL
    share = min(1 - (1 - level) / (2 * max(moving.sum(), 1)), 1 - _TAIL / count)
    reach = np.quantile(np.abs(centred), share, axis=1) / ndtri((1 + share) / 2)
    return np.where(moving, np.maximum(error, reach), 0.0)
