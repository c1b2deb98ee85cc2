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
    largest = _Largest(centred)
    while True:
        # A pair that is told apart is out; its mirror image stays a null hypothesis.
        ratios = largest.over(1 / np.where(left, error, np.inf))
        critical = float(np.quantile(ratios, level))
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


class _Largest:
    """The largest t in each replicate, over fewer and fewer pairs.

    Fewer pairs have no larger maximum: what a row had before bounds what it has now,
    so that after the first time hardly anything needs to be compared again.

    Parameters
    ----------
    centred : ndarray of float64, shape (n, n_replicates)
        Replicates less their mean.
    """

    def __init__(self, centred: Vector) -> None:
        # Row by row in memory, whatever it came from: this is read n times.
        self._centred = np.ascontiguousarray(centred)
        self._bounds = np.full_like(self._centred, np.inf)
        self._room = np.empty_like(self._centred)

    def over(self, weights: Vector) -> Vector:
        """Take the largest over the pairs that have a weight.

        Parameters
        ----------
        weights : ndarray of float64, shape (n, n)
            One over the error of the row less the column; 0 for pairs that are out,
            and for those that were out before.

        Returns
        -------
        ndarray of float64, shape (n_replicates,)
            At least 0.
        """
        largest = np.zeros(self._centred.shape[1])
        for row, bounds in enumerate(self._bounds[:-1]):
            higher = np.flatnonzero(bounds > largest)
            if len(higher):
                bounds[higher] = self._row(row, weights, higher)
                np.maximum(largest, bounds, out=largest, where=bounds > largest)
        return largest

    def _row(self, row: int, weights: Vector, replicates: NDArray[np.intp]) -> Vector:
        """Take the largest of one row and those below it, whichever is subtracted."""
        there = weights[row, row + 1 :, None]
        back = weights[row + 1 :, row, None]
        if len(replicates) == self._centred.shape[1]:
            # In memory that is there already: this is most of the work.
            shown, ratio = self._centred[row:], self._room[row + 1 :]
            np.subtract(shown[0], shown[1:], out=ratio)
        else:
            shown = self._centred[row:, replicates]
            ratio = shown[0] - shown[1:]
        if np.array_equal(there, back):
            np.multiply(np.abs(ratio, out=ratio), there, out=ratio)
        else:
            ratio = np.maximum(ratio * there, -ratio * back)
        largest: Vector = ratio.max(axis=0)
        return largest
