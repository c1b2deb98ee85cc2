"""Chance: replicates that resample clusters, and the intervals they give."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Philox, SeedSequence
from scipy.special import ndtri

from leaderboard.errors import SettingRefusedError
from leaderboard.kernel import Kernel
from leaderboard.measures import Measures, Sample
from leaderboard.records import Estimate
from leaderboard.rows import Vector

LEVEL = 0.95
WILSON_BELOW = 50  # percentile intervals of a rate undercover below (measured: 88 %)
MINIMUM_CLUSTERS = 5  # with fewer, resampling clusters says nothing about spread
_BLOCK = 64  # replicates in memory at once
# A count above 19 has probability 3e-19, under the 2**-53 that a draw resolves.
_POISSON = np.cumsum([math.exp(-1) / math.factorial(count) for count in range(20)])


def poisson_weights(n_clusters: int, *, replicates: int, seed: int) -> Iterator[Vector]:
    """Draw how often each cluster counts in each replicate.

    Poisson(1) counts stand in for drawing clusters with replacement. Each
    block of replicates has its own counter-based stream, so a block can be
    drawn without the ones before it, and the first replicates are the same
    whatever their number.

    Parameters
    ----------
    n_clusters : int
        Number of clusters, in sorted order of their labels.
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
    Hanley & MacGibbon (2006), Computer Methods and Programs in Biomedicine
    83(1), 57-62; Salmon et al. (2011), SC'11 (Philox).
    """
    if replicates < 2:
        raise SettingRefusedError("replicates", replicates, allowed="2 or more")
    if seed < 0:
        raise SettingRefusedError("seed", seed, allowed="a whole number from 0")
    for block, done in enumerate(range(0, replicates, _BLOCK)):
        stream = Philox(SeedSequence(seed, spawn_key=(block,)))
        raw = stream.random_raw(n_clusters * _BLOCK).reshape(n_clusters, _BLOCK)
        uniform = (raw[:, : replicates - done] >> 11) * 2.0**-53
        yield np.searchsorted(_POISSON, uniform, side="right").astype(np.float64)


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


def resample(sample: Sample, *, replicates: int, seed: int) -> Resampled:
    """Measure a sample as it is and in bootstrap replicates of its clusters.

    Parameters
    ----------
    sample : Sample
        The rows; whole clusters of them are resampled.
    replicates : int
        Number of replicates, at least 2.
    seed : int
        At least 0; samples with the same clusters and seed share their
        weights, so that differences between them are paired.

    Returns
    -------
    Resampled
        Both measurements.

    Raises
    ------
    SettingRefusedError
        As `poisson_weights` does.
    """
    kernel = Kernel(sample)
    blocks = poisson_weights(kernel.n_clusters, replicates=replicates, seed=seed)
    return Resampled(
        sample,
        point=kernel.measure(np.ones((kernel.n_clusters, 1))),
        replicates=Measures.join([kernel.measure(weights) for weights in blocks]),
    )


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
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
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
