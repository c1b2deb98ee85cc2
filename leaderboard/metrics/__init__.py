"""Measure how well probabilities foresee what happened: point values."""

from __future__ import annotations

from leaderboard.metrics.catalogue import (
    AREA_METRICS,
    METRICS,
    PRIMARY,
    RECALL,
    Metric,
)

__all__ = [
    "AREA_METRICS",
    "METRICS",
    "PRIMARY",
    "RECALL",
    "Metric",
]
