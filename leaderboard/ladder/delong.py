"""AUROC of several models on the same rows, and how their errors go together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leaderboard.errors import LabelsRefusedError
from leaderboard.metrics.discrimination import ranks
from leaderboard.rows import Vector, check_rows


@dataclass(frozen=True, slots=True, eq=False)
class DeLong:
    """AUROC with its covariance over models.

    Attributes
    ----------
    auroc : ndarray of float64, shape (n_models,)
        Each in [0, 1]; 0.5 is chance.
    covariance : ndarray of float64, shape (n_models, n_models)
        Of the errors in `auroc`, for rows that are independent.
    """

    auroc: Vector
    covariance: Vector

    def standard_error(self, one: int, other: int) -> float:
        """Give the standard error of the difference between two models.

        Parameters
        ----------
        one, other : int
            Positions of the models.

        Returns
        -------
        float
            0 for models that order the rows alike.
        """
        pair = self.covariance[np.ix_([one, other], [one, other])]
        # Rounding may leave a tiny negative number for models that order alike.
        return math.sqrt(max(0.0, pair[0, 0] + pair[1, 1] - 2 * pair[0, 1]))


def delong(labels: ArrayLike, *probabilities: ArrayLike) -> DeLong:
    """Measure AUROC for several models at once, with the covariance of its error.

    It costs three sorts per model, where the definition compares all pairs of a
    positive and a negative row. It takes rows to be independent: where neighbours
    resemble each other the cluster bootstrap of `leaderboard.score` is right, and
    this is a quick approximation.

    Parameters
    ----------
    labels : array_like of shape (n_samples,)
        0 or 1, or booleans; at least two of each.
    *probabilities : array_like of shape (n_samples,)
        One per model; finite, in [0, 1]. Ties count for a half.

    Returns
    -------
    DeLong
        In the order of the models.

    Raises
    ------
    LabelsRefusedError, ProbabilitiesRefusedError, LengthMismatchError, OneClassError
        As `leaderboard.score` does; also for a class of one row, whose spread is
        unknown.

    References
    ----------
    DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44(3), 837-845; by midranks as
    in Sun & Xu (2014), IEEE Signal Processing Letters 21(11), 1389-1393.

    Examples
    --------
    >>> both = delong([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], [0.1, 0.2, 0.3, 0.4])
    >>> both.auroc.tolist(), both.standard_error(0, 1)
    ([0.75, 1.0], 0.3535533905932738)
    """
    checked = [check_rows(labels, model) for model in probabilities]
    y = checked[0][0] == 1
    if min(y.sum(), (~y).sum()) < 2:
        raise LabelsRefusedError("a class of one row")
    placed = [_placements(y, p) for _, p in checked]
    found = np.array([positive for positive, _ in placed])
    missed = np.array([negative for _, negative in placed])
    covariance = _covariance(found) + _covariance(missed)
    return DeLong(found.mean(axis=1), covariance)


def _placements(y: NDArray[np.bool_], p: Vector) -> tuple[Vector, Vector]:
    """Share of negatives under each positive, and of positives above each negative."""
    overall, positives, negatives = ranks(p), p[y], p[~y]
    found = (overall[y] - ranks(positives)) / len(negatives)
    missed = 1 - (overall[~y] - ranks(negatives)) / len(positives)
    return found, missed


def _covariance(placements: Vector) -> Vector:
    covariance: Vector = np.atleast_2d(np.cov(placements)) / placements.shape[1]
    return covariance
