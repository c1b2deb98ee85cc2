"""Every measure at once, for a block of weighted replicates of the rows."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from leaderboard.calibration import (
    calibration_intercept,
    clipped_logit,
    recalibrate,
)
from leaderboard.measures import Measures, Sample, ratio
from leaderboard.rows import Vector

_SHARE_DIGITS = 12  # far below any difference in expected share that means anything
AREA_SHARE = 0.10  # of the clusters: what "the first neighbourhoods" means


class Kernel:
    """Measure one sample under many weights.

    Everything that adds up is summed per cluster once, so that a replicate of
    it is one matrix product; only what depends on the order of the scores
    walks the rows.

    Parameters
    ----------
    sample : Sample
        The rows.
    """

    def __init__(self, sample: Sample) -> None:
        y, p = sample.labels, sample.probabilities
        self._sample = sample
        self._intercept = calibration_intercept(y, p)
        self._slope = recalibrate(y, p)
        starts = np.flatnonzero(np.diff(sample.clusters, prepend=-1))
        self._totals = {
            name: np.add.reduceat(column, starts, axis=0)
            for name, column in self._columns().items()
        }
        self._order = _Order.of(y, p)
        members = [np.flatnonzero(sample.cells[:, cell]) for cell in sample.ranked]
        self._members = [(rows, _Order.of(y[rows], p[rows])) for rows in members]
        rows, expected = self._totals["every"], self._totals["expected"]
        # Rounded, since a constant's mean differs in its last bit between clusters,
        # and the order of areas would follow their size.
        share = np.round(expected / rows, _SHARE_DIGITS)
        self._areas = _Order.of(np.zeros_like(rows), share)

    @property
    def n_clusters(self) -> int:
        """Number of clusters: the rows of a block of weights."""
        return len(self._totals["every"])

    def measure(self, weights: Vector) -> Measures:
        """Measure the sample once per column of weights.

        Parameters
        ----------
        weights : ndarray of float64, shape (n_clusters, n_replicates)
            How often each cluster counts; whole numbers.

        Returns
        -------
        Measures
            One column per replicate; NaN where a replicate has no rows, or no
            rows of one class, that a measure needs.
        """
        sums = {name: total.T @ weights for name, total in self._totals.items()}
        prevalence = ratio(sums["positive"], sums["every"])
        brier = ratio(sums["loss"], sums["every"])
        auroc, precision = _discriminate(self._order, self._spread(weights))
        selected, found, recall = self._select(weights)
        return Measures(
            scaled_brier=1 - ratio(brier, prevalence * (1 - prevalence)),
            brier=brier,
            auroc=auroc,
            average_precision=precision,
            recall_at_capacity=recall,
            calibration_intercept=self._intercept
            + ratio(sums["shift"], sums["shift_curve"]),
            calibration_slope=self._slope[1] + _slope_step(sums),
            area_recall=self._area_recall(weights),
            rows=sums["cell_rows"],
            positives=sums["cell_positives"],
            expected=sums["cell_expected"],
            selected=selected,
            found=found,
            cell_auroc=self._rank_cells(weights),
        )

    def _columns(self) -> dict[str, Vector]:
        """Per row, everything that adds up."""
        sample = self._sample
        y, p, cells = sample.labels, sample.probabilities, sample.cells
        x = clipped_logit(p)
        shifted = expit(self._intercept + x)
        # Where there is no fit the slope is NaN whatever stands here.
        fit = np.nan_to_num(self._slope)
        refit = expit(fit[0] + fit[1] * x)
        curve = refit * (1 - refit)
        return {
            "every": np.ones_like(y),
            "positive": y,
            "expected": p,
            "loss": (p - y) ** 2,
            "shift": y - shifted,
            "shift_curve": shifted * (1 - shifted),
            "slope_0": y - refit,
            "slope_x": (y - refit) * x,
            "curve": curve,
            "curve_x": curve * x,
            "curve_xx": curve * x * x,
            "cell_rows": cells.astype(np.float64),
            "cell_positives": cells * y[:, None],
            "cell_expected": cells * p[:, None],
        }

    def _spread(self, weights: Vector, rows: NDArray[np.intp] | None = None) -> Vector:
        """Weights of (some) rows from the highest probability down."""
        if rows is None:
            return weights[self._sample.clusters[self._order.units]]
        return weights[self._sample.clusters[rows]]

    def _select(self, weights: Vector) -> tuple[Vector, Vector, Vector]:
        """Weighted rows and positives inside the capacity, and overall recall."""
        sample = self._sample
        inside = _inside(self._order, self._spread(weights), sample.capacity)
        units = self._order.units[: len(inside)]
        cells = sample.cells[units].astype(np.float64)
        y = sample.labels[units]
        positives = self._totals["positive"] @ weights
        recall = ratio(y @ inside, positives)
        return cells.T @ inside, (cells * y[:, None]).T @ inside, recall

    def _area_recall(self, weights: Vector) -> Vector:
        inside = _inside(self._areas, weights[self._areas.units], AREA_SHARE)
        positives = self._totals["positive"]
        found = positives[self._areas.units[: len(inside)]] @ inside
        return ratio(found, positives @ weights)

    def _rank_cells(self, weights: Vector) -> Vector:
        result = np.empty((len(self._members), weights.shape[1]))
        for cell, (rows, order) in enumerate(self._members):
            spread = self._spread(weights, rows[order.units])
            result[cell], _ = _discriminate(order, spread)
        return result


@dataclass(frozen=True, slots=True, eq=False)
class _Order:
    """Units from the highest score down; ties stand together.

    `hit_starts` and `hit_ends` count the positives before and through each tie.
    """

    units: NDArray[np.intp]
    positive: NDArray[np.bool_]
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    hit_starts: NDArray[np.intp]
    hit_ends: NDArray[np.intp]

    @classmethod
    def of(cls, labels: Vector, scores: Vector) -> _Order:
        units = np.argsort(-scores, kind="stable")
        changes = np.flatnonzero(np.diff(scores[units])) + 1
        starts, ends = np.r_[0, changes], np.r_[changes, len(units)]
        positive = labels[units] == 1
        hits = np.r_[0, np.cumsum(positive)]
        return cls(units, positive, starts, ends, hits[starts], hits[ends])


def _running(weights: Vector) -> Vector:
    """Sum of all weights before each position, and of all at the end."""
    result = np.zeros((len(weights) + 1, weights.shape[1]))
    np.cumsum(weights, axis=0, out=result[1:])
    return result


def _discriminate(order: _Order, weights: Vector) -> tuple[Vector, Vector]:
    """AUROC and average precision under weights in score order."""
    every, hits = _running(weights), _running(weights[order.positive])
    # A tie without positives adds nothing to either sum.
    ties = order.hit_ends > order.hit_starts
    hits_before, hits_through = hits[order.hit_starts[ties]], hits[order.hit_ends[ties]]
    every_before, every_through = every[order.starts[ties]], every[order.ends[ties]]
    found = hits_through - hits_before
    positives, negatives = hits[-1], every[-1] - hits[-1]
    above = (every_before - hits_before + every_through - hits_through) / 2
    wins = (found * (negatives - above)).sum(axis=0)
    precision = ratio(hits_through, every_through, empty=0.0)
    return (
        ratio(wins, positives * negatives),
        ratio((found * precision).sum(axis=0), positives),
    )


def _inside(order: _Order, weights: Vector, capacity: float) -> Vector:
    """Weight of each unit that fits in the capacity, down to the last that does.

    Units that tie at the boundary each get the same share of what is left.
    """
    every = _running(weights)
    room = capacity * every[-1]
    last = bisect_left(
        order.ends, True, key=lambda end: bool((every[end] >= room).all())
    )
    starts, ends = order.starts[: last + 1], order.ends[: last + 1]
    size = every[ends] - every[starts]
    share = np.clip(ratio(room - every[starts], size, empty=0.0), 0, 1)
    return np.repeat(share, ends - starts, axis=0) * weights[: ends[-1]]


def _slope_step(sums: dict[str, Vector]) -> Vector:
    """One Newton step of the slope from the fit on all rows."""
    curve, curve_x, curve_xx = sums["curve"], sums["curve_x"], sums["curve_xx"]
    determinant = curve * curve_xx - curve_x**2
    return ratio(curve * sums["slope_x"] - curve_x * sums["slope_0"], determinant)
