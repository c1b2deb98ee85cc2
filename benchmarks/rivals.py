"""What `benchmarks/scoring.py` is held against: scikit-learn in a loop, fairlearn."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    log_loss,
    recall_score,
    roc_auc_score,
)

from leaderboard.metrics.calibration import CLIP
from leaderboard.metrics.discrimination import CAPACITY
from leaderboard.rows import Vector

if TYPE_CHECKING:
    from scoring import Rows


def scikit_learn(rows: Rows, seed: int, *, everything: bool) -> Callable[[], object]:
    """Give what a notebook would do for one replicate."""
    random = np.random.default_rng(seed)
    masks = rows.masks

    def once() -> None:
        weights = random.poisson(1, len(rows.labels)).astype(float)
        for mask in masks:
            for metric in (roc_auc_score, brier_score_loss):
                metric(*rows.of(mask), sample_weight=weights[mask])
        if everything:
            _others(rows, weights)

    return once


def _others(rows: Rows, weights: Vector) -> None:
    """Ask for what else a scorecard holds and scikit-learn can."""
    labels, chances, positive = rows.labels, rows.chances, rows.labels == 1
    order = np.argsort(-chances)
    inside = np.cumsum(weights[order]) <= CAPACITY * weights.sum()
    selected = np.zeros(len(labels))
    selected[order] = inside
    for mask in rows.masks:
        recall_score(labels[mask], selected[mask], sample_weight=weights[mask])
        np.average(selected[mask], weights=weights[mask])
    for mask in rows.masks[1:]:
        for pairs in (positive != mask, positive == mask):  # BPSN, BNSP
            roc_auc_score(*rows.of(pairs), sample_weight=weights[pairs])
    average_precision_score(labels, chances, sample_weight=weights)
    clipped = np.clip(chances, CLIP, 1 - CLIP)
    log_loss(labels, clipped, sample_weight=weights)
    calibration = LogisticRegression(C=np.inf)
    calibration.fit(logit(clipped)[:, None], labels, sample_weight=weights)


def fairlearn(rows: Rows, seed: int, boots: int) -> Callable[[], object]:
    """Give fairlearn's bootstrap; the point value is one replicate more."""
    cut = np.quantile(rows.chances, 1 - CAPACITY)

    def selection_rate(labels: pd.Series, chances: pd.Series) -> float:
        return float((chances >= cut).mean())

    def false_negative_rate(labels: pd.Series, chances: pd.Series) -> float:
        return float((chances[labels == 1] < cut).mean())

    metrics = (roc_auc_score, brier_score_loss, selection_rate, false_negative_rate)
    return lambda: MetricFrame(
        metrics={metric.__name__: metric for metric in metrics},
        y_true=rows.labels,
        y_pred=rows.chances,
        sensitive_features=rows.groups[["a", "b"]],
        n_boot=boots,
        ci_quantiles=[0.025, 0.975],
        random_state=seed,
    )
