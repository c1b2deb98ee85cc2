"""The rows to measure, and what was measured in each replicate of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from leaderboard.metrics.calibration import CLIP
from leaderboard.rows import Vector


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The rows to measure, sorted by cluster.

    Attributes
    ----------
    labels, probabilities : ndarray of float64, shape (n_samples,)
        Checked by `leaderboard.rows.check_rows`.
    clusters : ndarray of int, shape (n_samples,)
        Which cluster a row belongs to, counting up from 0 without gaps; each
        row has its own where rows are resampled.
    cells : ndarray of bool, shape (n_samples, n_cells)
        Which rows belong to which group or area; cells may overlap.
    capacity : float
        Share of rows that the offer reaches, in (0, 1).
    ranked : sequence of int
        Cells that get an AUROC of their own.
    names : sequence of str or None
        Label of each cluster, from which its weights come; None where they go
        by their number, as rows do.
    """

    labels: Vector
    probabilities: Vector
    clusters: NDArray[np.intp]
    cells: NDArray[np.bool_]
    capacity: float
    ranked: Sequence[int] = ()
    names: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """What was measured, one column per replicate; NaN where undefined.

    Attributes
    ----------
    scaled_brier, brier, log_loss : ndarray, shape (n_replicates,)
        As the functions of these names in `leaderboard.metrics.losses`.
    auroc, average_precision : ndarray, shape (n_replicates,)
        As in `leaderboard.metrics.discrimination`.
    recall_at_capacity, precision_at_capacity : ndarray, shape (n_replicates,)
        The rows inside the capacity are chosen again in each replicate.
    calibration_intercept, calibration_slope : ndarray, shape (n_replicates,)
        One Newton step from the fit on all rows.
    observed_expected : ndarray, shape (n_replicates,)
        As in `leaderboard.metrics.calibration`.
    net_benefit : ndarray, shape (n_replicates,)
        As in `leaderboard.metrics.utility`.
    decision_curve : ndarray, shape (n_thresholds, n_replicates)
        Net benefit at each of `leaderboard.metrics.utility.THRESHOLDS`.
    area_recall : ndarray, shape (n_replicates,)
        Share of positives in the first tenth of the clusters; NaN where these
        have no names.
    rows, positives, expected : ndarray, shape (n_cells, n_replicates)
        Weighted counts, and the sum of probabilities.
    selected, found : ndarray, shape (n_cells, n_replicates)
        Rows and positives inside the capacity.
    cell_brier : ndarray, shape (n_cells, n_replicates)
        Brier score inside each cell.
    cell_auroc : ndarray, shape (n_ranked, n_replicates)
        AUROC inside each ranked cell.
    cell_bpsn, cell_bnsp : ndarray, shape (n_ranked, n_replicates)
        AUROC of the positives outside against the negatives inside it, and of
        the positives inside against the negatives outside (Borkan et al. 2019,
        Companion of The Web Conference, 491-500).
    """

    scaled_brier: Vector
    brier: Vector
    log_loss: Vector
    auroc: Vector
    average_precision: Vector
    recall_at_capacity: Vector
    precision_at_capacity: Vector
    calibration_intercept: Vector
    calibration_slope: Vector
    observed_expected: Vector
    net_benefit: Vector
    decision_curve: Vector
    area_recall: Vector
    rows: Vector
    positives: Vector
    expected: Vector
    selected: Vector
    found: Vector
    cell_brier: Vector
    cell_auroc: Vector
    cell_bpsn: Vector
    cell_bnsp: Vector

    @classmethod
    def join(cls, parts: Sequence[Measures], replicates: int) -> Measures:
        """Put blocks of replicates side by side.

        Parameters
        ----------
        parts : sequence of Measures
            Blocks of the same sample.
        replicates : int
            How many to keep, at most as many as there are.

        Returns
        -------
        Measures
            The first replicates, in order.
        """
        return cls(
            **{
                item.name: np.concatenate(
                    [getattr(part, item.name) for part in parts], axis=-1
                )[..., :replicates]
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
