"""Resample clusters, and read intervals off what every replicate says."""

from __future__ import annotations

from leaderboard.resampling.intervals import (
    LEVEL,
    MINIMUM_CLUSTERS,
    effective_rows,
    estimate,
    estimate_rate,
    percentile,
    widened_level,
    wilson,
)
from leaderboard.resampling.replicates import (
    Resampled,
    poisson_weights,
    resample,
    resample_found,
)

__all__ = [
    "LEVEL",
    "MINIMUM_CLUSTERS",
    "Resampled",
    "effective_rows",
    "estimate",
    "estimate_rate",
    "percentile",
    "poisson_weights",
    "resample",
    "resample_found",
    "widened_level",
    "wilson",
]
