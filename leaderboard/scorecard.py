"""One submission, measured: labels and probabilities in, scorecard out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from leaderboard.disclosure import has_gap_rate
from leaderboard.estimates import Estimate
from leaderboard.fairness import judge
from leaderboard.groups import (
    largest_gap,
    measure_areas,
    measure_groups,
    tally_groups,
)
from leaderboard.groups.intake import Intake, take_in
from leaderboard.metrics import METRICS, RECALL, Metric
from leaderboard.metrics.discrimination import CAPACITY
from leaderboard.records import GroupMeasure, Scorecard
from leaderboard.resampling import (
    Resampled,
    estimate,
    estimate_rate,
    resample,
    resample_found,
)
from leaderboard.rows import Vector
from leaderboard.tracing import trace
from leaderboard.verdict import (
    FairnessPolicy,
    Verdict,
)

REPLICATES = 1024
_PRECISION = "precision_at_capacity"
_STEADY = 1e-3  # probabilities this close together say the same about everyone
_MIDDLE = (0.005, 0.995)  # a few odd rows do not make a model


def score(
    labels: ArrayLike,
    probabilities: ArrayLike,
    *,
    groups: pd.DataFrame,
    clusters: ArrayLike | None = None,
    areas: ArrayLike | None = None,
    capacity: float = CAPACITY,
    policy: FairnessPolicy | None = None,
    reference: ArrayLike | None = None,
    replicates: int = REPLICATES,
    seed: int = 0,
    curves: bool = False,
) -> Scorecard:
    """Measure one submission on one set of rows.

    The order of the rows does not matter to the last bit, as long as clusters
    are given; without clusters the rows themselves are resampled, in order.
    Scorecards of the same rows and seed share their replicates, so that
    `leaderboard.rank` compares them in pairs.

    Parameters
    ----------
    labels : array_like of shape (n_samples,)
        0 or 1, or booleans; both must occur.
    probabilities : array_like of shape (n_samples,)
        Finite, in [0, 1].
    groups : DataFrame of shape (n_samples, n_attributes)
        One column per attribute; rows without a value form a group.
    clusters : array_like of shape (n_samples,) or None
        The neighbourhood of each row; None resamples rows, whose intervals are
        too narrow where neighbours resemble each other.
    areas : array_like of shape (n_samples,) or None
        The municipality of each row.
    capacity : float
        Share of rows that the offer reaches, in (0, 1).
    policy : FairnessPolicy or None
        What to judge by; its intersections are measured too.
    reference : array_like of shape (n_samples,) or None
        Probabilities of the reference model on the same rows. None: the policy
        judges observed / expected alone.
    replicates : int
        Number of bootstrap replicates, at least 2.
    seed : int
        At least 0; secret until the challenge is closed.
    curves : bool
        Trace what pictures are drawn from too; only for rows whose labels teams
        have.

    Returns
    -------
    Scorecard
        Exact values; `leaderboard.publish` makes the form that may leave.

    Raises
    ------
    ScoringError
        One subclass per cause: see `leaderboard.errors`.

    Examples
    --------
    >>> card = score([0, 1, 0, 1], [0.1, 0.9, 0.4, 0.6], groups=pd.DataFrame(
    ...     {"home": ["a", "a", "b", "b"]}), replicates=64)
    >>> card.metrics["auroc"].value
    1.0
    """
    intake = take_in(
        labels,
        probabilities,
        groups=groups,
        clusters=clusters,
        areas=areas,
        capacity=capacity,
        policy=policy,
        reference=reference,
    )
    resampled = resample(intake.sample, replicates=replicates, seed=seed)
    measured = measure_groups(intake.cells, resampled)
    return Scorecard(
        rows=len(intake.sample.labels),
        positives=int(intake.sample.labels.sum()),
        clusters=len(intake.clusters),
        capacity=float(capacity),
        metrics=_metrics(resampled),
        groups=measured,
        gaps=_gaps(measured, resampled),
        areas=measure_areas(intake.places, resampled),
        area_recall=None if clusters is None else _area_recall(resampled),
        policy=_judge(policy, intake, resampled, seed=seed),
        degenerate=_degenerate(intake.sample.probabilities),
        pairing=_fingerprint(intake, seed=seed),
        replicates=resampled.replicates.scaled_brier,
        curves=trace(intake, replicates=replicates, seed=seed) if curves else None,
    )


def _metrics(resampled: Resampled) -> dict[str, Estimate]:
    return {name: _measure(metric, resampled) for name, metric in METRICS.items()}


def _measure(metric: Metric, resampled: Resampled) -> Estimate:
    """Put an interval around one metric, unless replicates say nothing of it."""
    sample = resampled.sample
    y, p = sample.labels, sample.probabilities
    totals = {RECALL: float(y.sum()), _PRECISION: sample.capacity * len(y)}
    at_capacity = [sample.capacity] if metric.name in totals else []
    value = metric.function(y, p, *at_capacity)
    replicates: Vector | None = getattr(resampled.replicates, metric.name, None)
    if replicates is None:
        return Estimate(value)
    clusters = int(sample.clusters[-1]) + 1
    if not at_capacity:
        return estimate(value, replicates, n_clusters=clusters)
    total = totals[metric.name]
    return estimate_rate(value, replicates, total=total, n_clusters=clusters)


def _gaps(groups: Sequence[GroupMeasure], resampled: Resampled) -> dict[str, Estimate]:
    """Gap of each attribute, between groups whose rate may be shown."""
    indices: dict[str, list[int]] = {}
    for index, group in enumerate(groups):
        if has_gap_rate(group):
            indices.setdefault(group.attribute, []).append(index)
    gaps = {name: largest_gap(chosen, resampled) for name, chosen in indices.items()}
    return {name: gap for name, gap in gaps.items() if gap is not None}


def _area_recall(resampled: Resampled) -> Estimate:
    sample = resampled.sample
    return estimate_rate(
        float(resampled.point.area_recall[0]),
        resampled.replicates.area_recall,
        total=float(sample.labels.sum()),
        n_clusters=int(sample.clusters[-1]) + 1,
    )


def _judge(
    policy: FairnessPolicy | None, intake: Intake, resampled: Resampled, *, seed: int
) -> Verdict | None:
    if policy is None:
        return None
    replicates = len(resampled.replicates.scaled_brier)
    compared = (
        None
        if intake.reference is None
        else resample_found(intake.reference, replicates=replicates, seed=seed)
    )
    return judge(policy, tally_groups(intake.cells, resampled, compared))


def _degenerate(p: Vector) -> str | None:
    """Say why predictions tell nobody apart, if they do not."""
    if p.min() == p.max():
        return "constant"
    low, high = np.quantile(p, _MIDDLE)
    return "near-constant" if high - low < _STEADY else None


def _fingerprint(intake: Intake, *, seed: int) -> str:
    """Name what scorecards must have in common to share their replicates."""
    sample = intake.sample
    rows = np.bincount(sample.clusters)
    positives = np.bincount(sample.clusters, weights=sample.labels).astype(rows.dtype)
    digest = hashlib.sha256(f"{seed}|{sample.names}|".encode())
    digest.update(rows.tobytes())
    digest.update(positives.tobytes())
    return digest.hexdigest()
