"""Intervals: how far a value may be off, read from its replicates or its rows."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from leaderboard.estimates import Estimate
from leaderboard.rows import Vector

LEVEL = 0.95
WILSON_BELOW = 50  # percentile intervals of a rate undercover below (measured: 88 %)
MINIMUM_CLUSTERS = 5  # with fewer, resampling clusters says nothing about spread
_NONE = 1e-9  # a rate so close to 0 or 1 is 0 or 1 but for rounding


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


def estimate(
    value: float, replicates: Vector, *, n_clusters: int | None = None
) -> Estimate:
    """Put a percentile interval around a value.

    Parameters
    ----------
    value : float
        The point value, NaN where undefined.
    replicates : ndarray of float64, shape (n_replicates,)
        The same measure in each replicate.
    n_clusters : int or None
        Number of clusters that the value comes from: the interval is widened as
        `widened_level` says. None leaves the percentiles as they are.

    Returns
    -------
    Estimate
        Without an interval where the value is undefined, and below 5 clusters.
    """
    few = n_clusters is not None and n_clusters < MINIMUM_CLUSTERS
    if few or math.isnan(value):
        return Estimate(value)
    level = LEVEL if n_clusters is None else widened_level(n_clusters)
    return Estimate(value, *percentile(replicates, level=level))


def widened_level(n_clusters: int, *, level: float = LEVEL) -> float:
    """Give the level whose percentiles hold as often as `level` promises.

    Replicates of few clusters are too alike: their variance is a share of 1 in the
    number of clusters short, and what they say of the spread is itself a guess, as
    Student's t knows. At 200 clusters it widens an interval by 0.9 %, at 40 by 4.5 %.

    Parameters
    ----------
    n_clusters : int
        Number of clusters that are resampled, at least 2.
    level : float
        Confidence that is promised, in (0, 1).

    Returns
    -------
    float
        Above `level`, below 1.

    References
    ----------
    Hesterberg (2015), The American Statistician 69(4), 371-386: the expanded
    percentile interval.

    Examples
    --------
    >>> round(widened_level(200), 4), round(widened_level(20), 4)
    (0.9519, 0.9682)
    """
    reach = stdtrit(n_clusters - 1, (1 + level) / 2)
    reach *= math.sqrt(n_clusters / (n_clusters - 1))
    return float(2 * ndtr(reach) - 1)


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
        differ; Wilson below 50 rows and for a rate of 0 or 1, from as many
        independent rows as `effective_rows` says; percentiles otherwise.
    """
    if n_clusters < MINIMUM_CLUSTERS:
        return Estimate(value)
    if total < WILSON_BELOW or not 0 < value < 1:
        worth = effective_rows(value, replicates, total=total, n_clusters=n_clusters)
        return Estimate(value, *wilson(value, worth))
    return estimate(value, replicates, n_clusters=n_clusters)


def effective_rows(
    value: float, replicates: Vector, *, total: float, n_clusters: int
) -> float:
    """Count the independent rows that would tell a rate as precisely.

    Neighbours who are alike tell less than their number. Wilson from the rows
    themselves held in 87 to 95 % of simulations with neighbours much alike, from
    these in 95 to 98 % (8 to 100 clusters, 15 to 45 rows; measured).

    Parameters
    ----------
    value : float
        The rate, in [0, 1].
    replicates : ndarray of float64, shape (n_replicates,)
        The same rate in each replicate.
    total : float
        Denominator of the rate, above 0.
    n_clusters : int
        Number of clusters that the denominator comes from, at least 2.

    Returns
    -------
    float
        From 1 to `total`, which it is where clusters add no spread, for a rate of 0
        or 1, and where less than half of the replicates are defined.

    References
    ----------
    Korn & Graubard (1998), Survey Methodology 24(2), 193-201, with the score
    interval as in Dean & Pagano (2015), Journal of Survey Statistics and
    Methodology 3(4), 484-503.

    Examples
    --------
    >>> twice_as_wide = np.array([0.5 - 0.2, 0.5 + 0.2])
    >>> worth = effective_rows(0.5, twice_as_wide, total=25, n_clusters=25)
    >>> round(worth, 6)
    6.25
    """
    defined = replicates[np.isfinite(replicates)]
    known = 2 * len(defined) >= max(len(replicates), 1)
    if not (known and _NONE < value < 1 - _NONE):
        return total
    quantile = (1 + LEVEL) / 2
    degrees = [n_clusters - 1, max(total - 1, 1)]
    reach, plain = stdtrit(degrees, quantile).tolist()
    spread = float(defined.var()) * (reach / plain) ** 2
    alone = value * (1 - value) / total
    return total if spread <= alone else max(total * alone / spread, 1.0)
