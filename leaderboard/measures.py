"""The rows to measure, and what was measured in each replicate of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from leaderboard.calibration import CLIP
from leaderboard.rows import Vector


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The rows to measure, sorted by cluster.

    Attributes
    ----------
    labels, probabilities : ndarray of float64, shape (n_samples,)
        Checked by `leaderboard.rows.check_rows`.
    clusters : ndarray of int, shape (n_samples,)
        Which cluster a row belongs to, counting up from 0 without gaps.
    cells : ndarray of bool, shape (n_samples, n_cells)
        Which rows belong to which group or area; cells may overlap.
    capacity : float
        Share of rows that the offer reaches, in (0, 1).
    ranked : sequence of int
        Cells that get an AUROC of their own.
    """

    labels: Vector
    probabilities: Vector
    clusters: NDArray[np.intp]
    cells: NDArray[np.bool_]
    capacity: float
    ranked: Sequence[int] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """What was measured, one column per replicate; NaN where undefined.

    Attributes
    ----------
    scaled_brier, brier, auroc, average_precision : ndarray, shape (n_replicates,)
        As in `leaderboard.METRICS`.
    recall_at_capacity : ndarray, shape (n_replicates,)
        The rows inside the capacity are chosen again in each replicate.
    calibration_intercept, calibration_slope : ndarray, shape (n_replicates,)
        One Newton step from the fit on all rows.
    area_recall : ndarray, shape (n_replicates,)
        Share of positives in the first tenth of the clusters.
    rows, positives, expected : ndarray, shape (n_cells, n_replicates)
        Weighted counts, and the sum of probabilities.
    selected, found : ndarray, shape (n_cells, n_replicates)
        Rows and positives inside the capacity.
    cell_auroc : ndarray, shape (n_ranked, n_replicates)
        AUROC inside each ranked cell.
    """

    scaled_brier: Vector
    brier: Vector
    auroc: Vector
    average_precision: Vector
    recall_at_capacity: Vector
    calibration_intercept: Vector
    calibration_slope: Vector
    area_recall: Vector
    rows: Vector
    positives: Vector
    expected: Vector
    selected: Vector
    found: Vector
    cell_auroc: Vector

    @classmethod
    def join(cls, parts: Sequence[Measures]) -> Measures:
        """Put blocks of replicates side by side.

        Parameters
        ----------
        parts : sequence of Measures
            Blocks of the same sample.

        Returns
        -------
        Measures
            All replicates, in order.
        """
        return cls(
            **{
                item.name: np.concatenate([getattr(p, item.name) for p in parts], -1)
                for item in fields(cls)
            }
        )


def ratio(numerator: Vector, denominator: Vector, empty: float = np.nan) -> Vector:
    """Divide, with a value of choice where the denominator is not above 0.

    Parameters
    ----------
    numerator, denominator : ndarray of float64
        Of shapes that broadcast.
    empty : float
        What stands where nothing can be divided.

    Returns
    -------
    ndarray of float64
        Of the broadcast shape.
    """
    shape = np.broadcast_shapes(np.shape(numerator), np.shape(denominator))
    result = np.full(shape, empty)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result


def observed_over_expected(observed: Vector, expected: Vector, rows: Vector) -> Vector:
    """Divide cases by expected cases, as `leaderboard.observed_expected` does.

    Parameters
    ----------
    observed, expected, rows : ndarray of float64
        Weighted counts of the same shape.

    Returns
    -------
    ndarray of float64
        At least 0; NaN where there are no rows.
    """
    return ratio(observed, np.maximum(expected, CLIP * rows))
