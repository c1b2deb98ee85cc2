"""Reliability: how far what happens lies from what was said, all along the scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erf

from leaderboard.errors import SettingRefusedError
from leaderboard.rows import Vector, check_rows

ECE_BINS = 20
SPAN = 0.75  # share of the rows that each point of the curve listens to; R's default
_POINTS = 250  # measured: within 2e-4 of a curve through every row, in 4 ms
_SPREAD = 1e-3  # of the range: on less than this a slope says nothing (Cleveland)


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Rows taken together with those of about the same probability.

    Attributes
    ----------
    rows : ndarray of float64, shape (n_bins,)
        How many; none is empty.
    expected : ndarray of float64, shape (n_bins,)
        Mean probability, in [0, 1], from the lowest up.
    observed : ndarray of float64, shape (n_bins,)
        Share of positive rows, in [0, 1].
    """

    rows: Vector
    expected: Vector
    observed: Vector


def equal_mass_bins(
    labels: ArrayLike, probabilities: ArrayLike, bins: int = ECE_BINS
) -> Bins:
    """Cut the rows in bins of equal size, from the lowest probability up.

    Rows with the same probability stay together, in the bin where the middle
    one of them falls, so that no order of the rows matters.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `check_rows` asks.
    bins : int
        How many at most, at least 1; there are fewer where there are fewer
        rows or ties fill several.

    Returns
    -------
    Bins
        What was said and what was seen in each.

    Raises
    ------
    ScoringError
        As `check_rows` does.
    SettingRefusedError
        If `bins` is below 1.

    Examples
    --------
    >>> found = equal_mass_bins([0, 1, 0, 1], [0.25, 0.25, 0.5, 1.0], bins=2)
    >>> found.expected, found.observed
    (array([0.25, 0.75]), array([0.5, 0.5]))
    """
    if bins < 1:
        raise SettingRefusedError("bins", bins, allowed="1 or more")
    y, p = check_rows(labels, probabilities)
    _, tie, size = np.unique(p, return_inverse=True, return_counts=True)
    middle = np.cumsum(size) - size / 2
    _, place = np.unique(bins * middle // len(p), return_inverse=True)
    rows = np.bincount(place[tie]).astype(np.float64)
    expected, observed = (np.bincount(place[tie], column) / rows for column in (p, y))
    return Bins(rows, expected, observed)


def ece(labels: ArrayLike, probabilities: ArrayLike, bins: int = ECE_BINS) -> float:
    """Mean distance between said and seen over bins, less what chance adds.

    Also a perfectly calibrated model misses in every bin by chance, the more so
    the fewer rows it has. What a second draw of the same size would add to the
    distance is therefore taken off once. Where bins are off by far more than
    chance that is next to nothing, as it should be; where nothing is off it is
    0.41 of chance, and 0.59 stays: ``2 - sqrt(2)``. Rows count as independent;
    more stays where neighbours resemble each other.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `check_rows` asks.
    bins : int
        How many of equal mass, at least 1.

    Returns
    -------
    float
        In [0, 1]; 0 is no more than chance, 1 is certain and wrong.

    Raises
    ------
    ScoringError
        As `equal_mass_bins` does.

    References
    ----------
    Naeini, Cooper & Hauskrecht (2015), AAAI 29, 2901-2907; the correction is
    that of Kumar, Liang & Ma (2019), NeurIPS 32, 3792-3803, whose mean over
    normal draws is exact here: Leone, Nelson & Nottingham (1961),
    Technometrics 3(4), 543-550.

    Examples
    --------
    >>> ece([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5]), ece([0, 1], [1, 0])
    (0.0, 1.0)
    """
    found = equal_mass_bins(labels, probabilities, bins)
    gap = np.abs(found.observed - found.expected)
    spread = np.sqrt(found.observed * (1 - found.observed) / found.rows)
    corrected = 2 * gap - _mean_distance(gap, spread)
    return max(0.0, float(np.average(corrected, weights=found.rows)))


def _mean_distance(mean: Vector, spread: Vector) -> Vector:
    """Mean distance to 0 of a normal draw."""
    certain = np.full_like(mean, np.inf)
    z = np.divide(mean, np.sqrt(2) * spread, out=certain, where=spread > 0)
    distance: Vector = np.sqrt(2 / np.pi) * spread * np.exp(-(z**2)) + mean * erf(z)
    return distance


def ici(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """Mean distance between said and seen along a smooth calibration curve.

    The integrated calibration index. Unlike `ece` it has no bins to fall in or
    out of, and it is not corrected for chance.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `check_rows` asks.

    Returns
    -------
    float
        In [0, 1]; 0 lies on the diagonal everywhere.

    Raises
    ------
    ScoringError
        As `check_rows` does.

    References
    ----------
    Austin & Steyerberg (2019), Statistics in Medicine 38(21), 4051-4065.

    Examples
    --------
    >>> round(ici([0, 1, 0, 1], [0.2, 0.2, 0.7, 0.7]), 3)
    0.25
    """
    found = equal_mass_bins(labels, probabilities, _POINTS)
    distance = np.abs(smooth(found) - found.expected)
    return float(np.average(distance, weights=found.rows))


def smooth(found: Bins, span: float = SPAN) -> Vector:
    """Draw a smooth curve through what was seen.

    Local linear regression with tricube weights, without the steps against
    outliers, which would take every rare positive for one. Austin & Steyerberg
    use the local quadratic of R's ``loess``; a line is steadier in the thin
    tail of high probabilities, and what Harrell's calibration curves take.

    Parameters
    ----------
    found : Bins
        Fine bins; each counts for its rows.
    span : float
        Share of the rows that each point listens to, in (0, 1].

    Returns
    -------
    ndarray of float64, shape (n_bins,)
        Share of positives at `found.expected`, in [0, 1].

    Raises
    ------
    SettingRefusedError
        If `span` is not in (0, 1].

    References
    ----------
    Cleveland (1979), Journal of the American Statistical Association 74(368),
    829-836.
    """
    if not 0 < span <= 1:
        raise SettingRefusedError("span", span, allowed="a number from 0 to 1")
    x, y, rows = found.expected, found.observed, found.rows
    offset = x - x[:, None]
    weight = rows * _tricube(np.abs(offset), rows, span)
    weight /= weight.sum(axis=1, keepdims=True)
    level, away = weight @ y, (weight * offset).sum(axis=1)
    variance = (weight * offset**2).sum(axis=1) - away**2
    slope = np.divide(
        (weight * offset) @ y - away * level,
        variance,
        out=np.zeros_like(x),
        where=variance > (_SPREAD * np.ptp(x)) ** 2,
    )
    curve: Vector = np.clip(level - slope * away, 0, 1)
    return curve


def _tricube(distance: Vector, rows: Vector, span: float) -> Vector:
    """Fall from 1 at a point to 0 where the nearest share of the rows ends."""
    nearest = np.argsort(distance, axis=1)
    held = np.cumsum(rows[nearest], axis=1)
    last = np.argmax(held >= span * rows.sum(), axis=1)[:, None]
    radius = np.take_along_axis(distance, np.take_along_axis(nearest, last, 1), 1)
    # Where one probability holds the whole share, only its own rows count.
    alone = (distance > 0).astype(np.float64)
    reach = np.divide(distance, radius, out=alone, where=radius > 0)
    fall: Vector = (1 - np.minimum(reach, 1) ** 3) ** 3
    return fall
