"""One submission, measured: labels and probabilities in, scorecard out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from leaderboard.disclosure import has_gap_rate, may_show
from leaderboard.discrimination import CAPACITY, check_capacity, recall_at_capacity
from leaderboard.errors import (
    ClustersRefusedError,
    LengthMismatchError,
    SettingRefusedError,
)
from leaderboard.fairness import judge
from leaderboard.groups import (
    Cell,
    calibration_ratios,
    largest_gap,
    measure_areas,
    measure_groups,
    read_cells,
)
from leaderboard.measures import Sample
from leaderboard.metrics import METRICS, RECALL
from leaderboard.records import AreaMeasure, Estimate, GroupMeasure, Scorecard
from leaderboard.resampling import Resampled, estimate, estimate_rate, resample
from leaderboard.rows import Vector, check_rows
from leaderboard.verdict import FairnessPolicy, Finding, PolicyState, Verdict

__all__ = [
    "AreaMeasure",
    "Estimate",
    "FairnessPolicy",
    "Finding",
    "GroupMeasure",
    "PolicyState",
    "Scorecard",
    "Verdict",
    "score",
]

REPLICATES = 1024
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
    replicates: int = REPLICATES,
    seed: int = 0,
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
        What to judge by.
    replicates : int
        Number of bootstrap replicates, at least 2.
    seed : int
        At least 0; secret until the challenge is closed.

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
    y, p = check_rows(labels, probabilities)
    check_capacity(capacity)
    cells = read_cells(groups, rows=len(y))
    _check_policy(policy, cells)
    places = _read_areas(areas, rows=len(y))
    names, codes = _read_clusters(clusters, rows=len(y))
    resampled = resample(
        _sort(y, p, codes=codes, cells=cells, places=places, capacity=capacity),
        replicates=replicates,
        seed=seed,
    )
    measured = measure_groups(cells, resampled)
    return Scorecard(
        rows=len(y),
        positives=int(y.sum()),
        clusters=len(names),
        capacity=float(capacity),
        metrics=_metrics(resampled),
        groups=measured,
        gaps=_gaps(measured, resampled),
        areas=measure_areas(places, resampled),
        area_recall=None if clusters is None else _area_recall(resampled),
        policy=_judge(policy, measured, resampled),
        degenerate=_degenerate(p),
        pairing=_fingerprint(names, resampled.sample, seed=seed),
        replicates=resampled.replicates.scaled_brier,
    )


def _check_policy(policy: FairnessPolicy | None, cells: Sequence[Cell]) -> None:
    known = {cell.attribute for cell in cells}
    if policy and (unknown := sorted({*policy.gate, *policy.report} - known)):
        allowed = "attributes that are columns of groups"
        raise SettingRefusedError("policy", unknown, allowed=allowed)


def _read_areas(areas: ArrayLike | None, *, rows: int) -> tuple[Cell, ...]:
    if areas is None:
        return ()
    names = pd.Series(np.asarray(areas, dtype=object))
    if len(names) != rows:
        raise LengthMismatchError("areas", length=len(names), expected=rows)
    return read_cells(names.to_frame("area"), rows=rows)


def _read_clusters(
    clusters: ArrayLike | None, *, rows: int
) -> tuple[list[str], NDArray[np.intp]]:
    """Sorted labels, and the place of each row's label among them."""
    if clusters is None:
        return [str(row) for row in range(rows)], np.arange(rows)
    labels = pd.Series(np.asarray(clusters, dtype=object))
    if len(labels) != rows:
        raise LengthMismatchError("clusters", length=len(labels), expected=rows)
    if missing := int(labels.isna().sum()):
        raise ClustersRefusedError(f"{missing} rows without a label")
    names, codes = np.unique(labels.astype(str).to_numpy(str), return_inverse=True)
    if len(names) < 2:
        raise ClustersRefusedError("a single cluster")
    return names.tolist(), codes


def _sort(
    y: Vector,
    p: Vector,
    *,
    codes: NDArray[np.intp],
    cells: Sequence[Cell],
    places: Sequence[Cell],
    capacity: float,
) -> Sample:
    """Put rows in an order that does not depend on the one they came in."""
    columns = [cell.members for cell in (*cells, *places)]
    members = np.array(columns, dtype=bool).reshape(len(columns), len(y))
    order = np.lexsort((*members, y, p, codes))
    positives = members.astype(np.float64) @ y
    negatives = members.sum(axis=1) - positives
    ranked = [
        place
        for place in range(len(cells))
        if may_show(positives[place], negatives[place])
    ]
    return Sample(
        labels=y[order],
        probabilities=p[order],
        clusters=codes[order],
        cells=members[:, order].T,
        capacity=capacity,
        ranked=ranked,
    )


def _metrics(resampled: Resampled) -> dict[str, Estimate]:
    sample = resampled.sample
    y, p = sample.labels, sample.probabilities
    metrics = {
        name: estimate(metric.function(y, p), getattr(resampled.replicates, name))
        for name, metric in METRICS.items()
    }
    metrics[RECALL] = estimate_rate(
        recall_at_capacity(y, p, sample.capacity),
        resampled.replicates.recall_at_capacity,
        total=float(y.sum()),
        n_clusters=int(sample.clusters[-1]) + 1,
    )
    return metrics


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
    policy: FairnessPolicy | None,
    groups: Sequence[GroupMeasure],
    resampled: Resampled,
) -> Verdict | None:
    if policy is None:
        return None
    ratios = {
        (group.attribute, group.level): calibration_ratios(resampled, index)
        for index, group in enumerate(groups)
    }
    return judge(policy, groups, ratios)


def _degenerate(p: Vector) -> str | None:
    """Say why predictions tell nobody apart, if they do not."""
    if p.min() == p.max():
        return "constant"
    low, high = np.quantile(p, _MIDDLE)
    return "near-constant" if high - low < _STEADY else None


def _fingerprint(names: Sequence[str], sample: Sample, *, seed: int) -> str:
    """Name what scorecards must have in common to share their replicates."""
    rows = np.bincount(sample.clusters)
    positives = np.bincount(sample.clusters, weights=sample.labels)
    text = f"{seed}|{list(names)}|{rows.tolist()}|{positives.tolist()}"
    return hashlib.sha256(text.encode()).hexdigest()
