"""Comparison: many differences judged together, so that none is wrong by luck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.resampling.intervals import LEVEL
from leaderboard.rows import Vector

_SAME = 1e-12  # share of the variance under which a difference is rounding


@dataclass(frozen=True, slots=True, eq=False)
class Pairwise:
    """Differences between all pairs, judged together.

    Attributes
    ----------
    difference : ndarray of float64, shape (n, n)
        Value of the row minus value of the column.
    margin : ndarray of float64, shape (n, n)
        Half width of the simultaneous interval; infinite where two hardly
        differ in any replicate.
    """

    difference: Vector
    margin: Vector

    @property
    def above(self) -> NDArray[np.bool_]:
        """Whether the row is certainly above the column, for all pairs at once."""
        result: NDArray[np.bool_] = self.difference > self.margin
        return result


def compare_all(
    values: Vector,
    replicates: Vector,
    *,
    level: float = LEVEL,
    stepdown: bool = False,
) -> Pairwise:
    """Compare all pairs with one critical value, the quantile of the largest t.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Point values.
    replicates : ndarray of float64, shape (n, n_replicates)
        Paired replicates; columns with a NaN are left out.
    level : float
        Probability that no comparison is wrong, in (0, 1).
    stepdown : bool
        Whether to compare what is left again, with the smaller critical value of
        what is left, until nothing more is told apart. `above` keeps its level and
        tells more apart; the margins are then no longer simultaneous intervals.

    Returns
    -------
    Pairwise
        Differences and their simultaneous margins.

    References
    ----------
    Mogstad, Romano, Shaikh & Wilhelm (2024), Review of Economic Studies 91(1),
    476-518; Romano & Wolf (2005), Econometrica 73(4), 1237-1282, for the stepdown.
    """
    difference = values[:, None] - values[None, :]
    margin = np.full_like(difference, np.inf)
    defined = replicates[:, np.isfinite(replicates).all(axis=0)]
    if defined.shape[1] < 2:
        return Pairwise(difference, margin)
    centred = defined - defined.mean(axis=1, keepdims=True)
    error = _errors(centred)
    left = np.isfinite(error)
    while True:
        # A pair that is told apart is out; its mirror image stays a null hypothesis.
        critical = _critical(centred, np.where(left, error, np.inf), level=level)
        margin[left] = critical * error[left]
        found = left & (difference > margin)
        if not (stepdown and found.any()):
            return Pairwise(difference, margin)
        left &= ~found


def _errors(centred: Vector) -> Vector:
    """Give the standard error of each difference; infinite where there is none."""
    covariance = centred @ centred.T / (centred.shape[1] - 1)
    own = np.diag(covariance)
    variance = own[:, None] + own[None, :] - 2 * covariance
    same = variance <= _SAME * (own[:, None] + own[None, :])
    error: Vector = np.sqrt(np.where(same, np.inf, variance))
    return error


def _critical(centred: Vector, error: Vector, *, level: float) -> float:
    """Take the quantile of the largest t, one row of pairs in memory at a time."""
    largest = np.zeros(centred.shape[1])
    ratio = np.empty_like(centred)
    for one, weight in zip(centred, 1 / error, strict=True):
        np.subtract(one, centred, out=ratio)
        np.multiply(ratio, weight[:, None], out=ratio)
        np.maximum(largest, ratio.max(axis=0), out=largest)
    return float(np.quantile(largest, level))
