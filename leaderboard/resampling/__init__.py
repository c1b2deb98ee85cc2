"""Resample clusters, and read intervals off what every replicate says."""

from __future__ import annotations

from leaderboard.resampling.replicates import (
    LEVEL,
    MINIMUM_CLUSTERS,
    Resampled,
    estimate,
    estimate_rate,
    percentile,
    poisson_weights,
    resample,
    wilson,
)

__all__ = [
    "LEVEL",
    "MINIMUM_CLUSTERS",
    "Resampled",
    "estimate",
    "estimate_rate",
    "percentile",
    "poisson_weights",
    "resample",
    "wilson",
]
