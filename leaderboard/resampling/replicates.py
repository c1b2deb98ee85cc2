"""Chance: replicates that resample clusters, and the intervals they give."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from leaderboard.errors import SettingRefusedError
from leaderboard.records import Estimate
from leaderboard.resampling.kernel import Kernel
from leaderboard.resampling.measures import Measures, Sample
from leaderboard.resampling.weights import (
    LANES,
    Keys,
    cluster_keys,
    draw_counts,
    row_keys,
)
from leaderboard.rows import Vector

LEVEL = 0.95
WILSON_BELOW = 50  # percentile intervals of a rate undercover below (measured: 88 %)
MINIMUM_CLUSTERS = 5  # with fewer, resampling clusters says nothing about spread


def poisson_weights(n_clusters: int, *, replicates: int, seed: int) -> Iterator[Vector]:
    """Draw how often each cluster counts in each replicate.

    Poisson(1) counts stand in for drawing clusters with replacement. The first
    clusters and replicates are the same whatever their number.

    Parameters
    ----------
    n_clusters : int
        Number of clusters, which go by their number.
    replicates : int
        Number of replicates, at least 2.
    seed : int
        At least 0; the same seed gives the same weights.

    Yields
    ------
    ndarray of float64, shape (n_clusters, at most 64)
        Whole numbers with mean 1.

    Raises
    ------
    SettingRefusedError
        If `replicates` is below 2 or `seed` below 0.

    References
    ----------
    As `leaderboard.resampling.weights.draw_counts`.
    """
    _check_replicates(replicates)
    keys = row_keys(n_clusters, seed=seed)
    for block, done in enumerate(range(0, replicates, LANES)):
        yield draw_counts(keys, block)[:, : replicates - done].astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """A sample, measured as it is and in each replicate.

    Attributes
    ----------
    sample : Sample
        The rows.
    point : Measures
        One column: every row counts once.
    replicates : Measures
        One column per replicate.
    """

    sample: Sample
    point: Measures
    replicates: Measures


def resample(
    sample: Sample, *, replicates: int, seed: int, compiled: bool | None = None
) -> Resampled:
    """Measure a sample as it is and in bootstrap replicates of its clusters.

    Memory does not grow with the number of replicates but for what comes back:
    they are drawn and measured in blocks.

    Parameters
    ----------
    sample : Sample
        The rows; whole clusters of them are resampled.
    replicates : int
        Number of replicates, at least 2.
    seed : int
        At least 0; samples with the same clusters and seed share their
        weights, so that differences between them are paired.
    compiled : bool or None
        As `leaderboard.resampling.kernel.Kernel` takes it; both give the same numbers.

    Returns
    -------
    Resampled
        Both measurements.

    Raises
    ------
    SettingRefusedError
        As `poisson_weights` does.
    """
    _check_replicates(replicates)
    rows, keys = _with_keys(sample, seed=seed)
    kernel = Kernel(rows, compiled=compiled)
    counts = np.ones((len(keys), LANES), dtype=np.uint8)
    point = Measures.join([kernel.measure(counts)], 1)
    parts = []
    for block in range(-(-replicates // LANES)):
        kernel.draw(counts, keys, block)
        parts.append(kernel.measure(counts))
    return Resampled(sample, point, Measures.join(parts, replicates))


def _check_replicates(replicates: int) -> None:
    if replicates < 2:
        raise SettingRefusedError("replicates", replicates, allowed="2 or more")


def _with_keys(sample: Sample, *, seed: int) -> tuple[Sample, Keys]:
    """Give the rows, and the stream that the counts of each cluster come from."""
    if sample.names is not None:
        return sample, cluster_keys(sample.names, seed=seed)
    keys = row_keys(int(sample.clusters.max()) + 1, seed=seed)
    if len(keys) < len(sample.labels):
        return sample, keys
    # Rows by themselves stand in the order of their scores, so that the passes
    # read the counts one after another.
    order = np.argsort(-sample.probabilities, kind="stable")
    rows = replace(
        sample,
        labels=sample.labels[order],
        probabilities=sample.probabilities[order],
        clusters=np.arange(len(order)),
        cells=sample.cells.T[:, order].T,
    )
    return rows, keys[sample.clusters[order]]


def percentile(
    replicates: Vector, *, level: float = LEVEL
) -> tuple[float | None, float | None]:
    """Interval between the outer percentiles of the replicates.

    Replicates in which a measure is undefined, such as a recall without a
    positive row, say nothing and are left out.

    Parameters
    ----------
    replicates : ndarray of float64, shape (n_replicates,)
        One measure; NaN where undefined.
    level : float
        Confidence, in (0, 1).

    Returns
    -------
    tuple of float, or of None
        Ends of the interval; None where less than half of the replicates are
        defined.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.

    Examples
    --------
    >>> low, high = percentile(np.arange(101.0), level=0.9)
    >>> round(low, 6), round(high, 6)
    (5.0, 95.0)
    """
    defined = replicates[np.isfinite(replicates)]
    if 2 * len(defined) < max(len(replicates), 1):
        return None, None
    # As np.quantile does, which takes three times as long over it.
    places = (len(defined) - 1) * np.array([(1 - level) / 2, (1 + level) / 2])
    low, high = np.interp(places, np.arange(len(defined)), np.sort(defined))
    return float(low), float(high)


def wilson(share: float, total: float, *, level: float = LEVEL) -> tuple[float, float]:
    """Score interval of a share, for denominators too small to resample.

    Parameters
    ----------
    share : float
        The share, in [0, 1].
    total : float
        Its denominator, above 0.
    level : float
        Confidence, in (0, 1).

    Returns
    -------
    tuple of float
        Ends of the interval, in [0, 1].

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> low, high = wilson(0.5, 10)
    >>> round(low, 4), round(high, 4)
    (0.2366, 0.7634)
    """
    z = float(ndtri((1 + level) / 2))
    centre = share + z**2 / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + (z / (2 * total)) ** 2)
    scale = 1 + z**2 / total
    # At 0 and 1 the ends are exact but for rounding.
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def estimate(value: float, replicates: Vector) -> Estimate:
    """Put a percentile interval around a value.

    Parameters
    ----------
    value : float
        The point value, NaN where undefined.
    replicates : ndarray of float64, shape (n_replicates,)
        The same measure in each replicate.

    Returns
    -------
    Estimate
        Without interval where the value is undefined.
    """
    if math.isnan(value):
        return Estimate(math.nan)
    return Estimate(value, *percentile(replicates))


def estimate_rate(
    value: float, replicates: Vector, *, total: float, n_clusters: int
) -> Estimate:
    """Put an interval around a rate, by Wilson where the bootstrap fails.

    Parameters
    ----------
    value : float
        The rate, in [0, 1].
    replicates : ndarray of float64, shape (n_replicates,)
        The same rate in each replicate.
    total : float
        Denominator of the rate, above 0.
    n_clusters : int
        Number of clusters that the denominator comes from.

    Returns
    -------
    Estimate
        Without an interval below 5 clusters, where nothing says how much clusters
        differ; Wilson below 50 rows and for a rate of 0 or 1; percentiles otherwise.
    """
    if n_clusters < MINIMUM_CLUSTERS:
        return Estimate(value)
    if total < WILSON_BELOW or not 0 < value < 1:
        return Estimate(value, *wilson(value, total))
    return estimate(value, replicates)
