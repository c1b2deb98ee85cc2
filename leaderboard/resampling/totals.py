"""Totals: every measure that is a formula of sums over all rows."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from leaderboard.metrics.calibration import (
    CLIP,
    calibration_intercept,
    clipped_logit,
    recalibrate,
)
from leaderboard.metrics.utility import THRESHOLD, THRESHOLDS
from leaderboard.resampling.measures import Sample, observed_over_expected, ratio
from leaderboard.rows import Vector

COUNTED = ("every", "positive", "expected", "loss")


class Totals:
    """Sums of one sample over all rows, and what follows from them.

    Parameters
    ----------
    sample : Sample
        The rows.

    Attributes
    ----------
    values : ndarray of float64, shape (n_samples, n_columns)
        Everything that adds up, per row; the columns `COUNTED` first.
    """

    def __init__(self, sample: Sample) -> None:
        y, p = sample.labels, sample.probabilities
        self._intercept = calibration_intercept(y, p)
        self._slope = recalibrate(y, p)
        columns = self._columns(y, p)
        self._names = tuple(columns)
        self.values = np.column_stack([*columns.values()])

    def measure(self, sums: Vector, *, reached: Vector) -> dict[str, Vector]:
        """Work out every measure.

        Parameters
        ----------
        sums : ndarray of float64, shape (n_columns, n_replicates)
            Of `values`.
        reached : ndarray of float64, shape (n_thresholds, n_columns, n_replicates)
            The same over the rows that reach each of the `THRESHOLDS`.

        Returns
        -------
        dict of str to ndarray of float64
            Each by its name in `leaderboard.resampling.measures.Measures`.
        """
        total = dict(zip(self._names, sums, strict=True))
        rows, positive = total["every"], total["positive"]
        prevalence = ratio(positive, rows)
        brier = ratio(total["loss"], rows)
        shift = ratio(total["shift"], total["shift_curve"])
        benefit = ratio(_benefit(reached[:, 0], reached[:, 1]), rows)
        return {
            "scaled_brier": 1 - ratio(brier, prevalence * (1 - prevalence)),
            "brier": brier,
            "log_loss": ratio(total["surprise"], rows),
            "calibration_intercept": self._intercept + shift,
            "calibration_slope": self._slope[1] + _slope_step(total),
            "observed_expected": observed_over_expected(
                positive, total["expected"], rows
            ),
            "net_benefit": benefit[THRESHOLDS.index(THRESHOLD)],
            "decision_curve": benefit,
        }

    def _columns(self, y: Vector, p: Vector) -> dict[str, Vector]:
        """Work out everything that adds up, per row."""
        x = clipped_logit(p)
        shifted = expit(self._intercept + x)
        # Where there is no fit the slope is NaN whatever stands here.
        fit = np.nan_to_num(self._slope)
        refit = expit(fit[0] + fit[1] * x)
        curve = refit * (1 - refit)
        said = np.clip(np.where(y == 1, p, 1 - p), CLIP, 1 - CLIP)
        return {
            **dict(zip(COUNTED, (np.ones_like(y), y, p, (p - y) ** 2), strict=True)),
            "surprise": -np.log(said),
            "shift": y - shifted,
            "shift_curve": shifted * (1 - shifted),
            "slope_0": y - refit,
            "slope_x": (y - refit) * x,
            "curve": curve,
            "curve_x": curve * x,
            "curve_xx": curve * x * x,
        }


def _benefit(reached: Vector, found: Vector) -> Vector:
    """Positives reached at each threshold, less the others at their price."""
    steps: Vector = np.array(THRESHOLDS)[:, None]
    return found - steps / (1 - steps) * (reached - found)


def _slope_step(total: dict[str, Vector]) -> Vector:
    """One Newton step of the slope from the fit on all rows."""
    curve, curve_x, curve_xx = total["curve"], total["curve_x"], total["curve_xx"]
    determinant = curve * curve_xx - curve_x**2
    return ratio(curve * total["slope_x"] - curve_x * total["slope_0"], determinant)
