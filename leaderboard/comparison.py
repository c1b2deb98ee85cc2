"""Comparison: many differences judged together, so that none is wrong by luck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.resampling import LEVEL
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

    Returns
    -------
    Pairwise
        Differences and their simultaneous margins.

    References
    ----------
    Mogstad, Romano, Shaikh & Wilhelm (2024), Review of Economic Studies 91(1),
    476-518, single-step; Romano & Wolf (2005), Econometrica 73(4), 1237-1282.
    """
    difference = values[:, None] - values[None, :]
    defined = replicates[:, np.isfinite(replicates).all(axis=0)]
    if defined.shape[1] < 2:
        return Pairwise(difference, np.full_like(difference, np.inf))
    centred = defined - defined.mean(axis=1, keepdims=True)
    covariance = centred @ centred.T / (centred.shape[1] - 1)
    own = np.diag(covariance)
    variance = own[:, None] + own[None, :] - 2 * covariance
    same = variance <= _SAME * (own[:, None] + own[None, :])
    error = np.sqrt(np.where(same, np.inf, variance))
    largest = np.max(
        [
            ((one - centred) / own_error[:, None]).max(axis=0)
            for one, own_error in zip(centred, error, strict=True)
        ],
        axis=0,
    )
    critical = float(np.quantile(largest, level))
    margin = np.multiply(critical, error, out=error, where=np.isfinite(error))
    return Pairwise(difference, margin)
