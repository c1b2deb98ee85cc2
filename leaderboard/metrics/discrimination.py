"""Discrimination: whether positives come first, and who fits in the capacity."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from leaderboard.errors import ProbabilitiesRefusedError, SettingRefusedError
from leaderboard.rows import Vector, check_rows, flat

CAPACITY = 0.10  # share of rows that an offer reaches, unless the brief says else


def auroc(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """Chance that a positive row has a higher probability than a negative one.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `check_rows` asks; a tie counts for a half.

    Returns
    -------
    float
        In [0, 1]; 0.5 is a coin, 1 ranks every positive first.

    Raises
    ------
    ScoringError
        As `check_rows` does.

    References
    ----------
    Hanley & McNeil (1982), Radiology 143(1), 29-36.

    Examples
    --------
    >>> auroc([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8])
    0.875
    """
    y, p = check_rows(labels, probabilities)
    positives = y.sum()
    wins = ranks(p)[y == 1].sum() - positives * (positives + 1) / 2
    return float(wins / (positives * (len(y) - positives)))


def ranks(values: ArrayLike) -> Vector:
    """Rank values from the lowest up; equal values share the mean of their places.

    Parameters
    ----------
    values : array_like of shape (n,)
        Without NaN.

    Returns
    -------
    ndarray of float64, shape (n,)
        From 1 to n.

    Examples
    --------
    >>> ranks([0.3, 0.1, 0.3]).tolist()
    [2.5, 1.0, 2.5]
    """
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    middles: Vector = np.cumsum(counts) - (counts - 1) / 2
    return middles[places]


def average_precision(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """Precision averaged over recall, from the highest probability down.

    It depends on the prevalence: never compare it between groups or areas.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `check_rows` asks; ties enter together.

    Returns
    -------
    float
        In [0, 1]; the prevalence is a coin, 1 ranks every positive first.

    Raises
    ------
    ScoringError
        As `check_rows` does.

    References
    ----------
    Su, Yuan & Zhu (2015), ICTIR, 349-352; as in
    sklearn.metrics.average_precision_score.
    """
    y, p = check_rows(labels, probabilities)
    _, tie = np.unique(-p, return_inverse=True)
    found = np.bincount(tie, weights=y)
    precision = np.cumsum(found) / np.cumsum(np.bincount(tie))
    return float(np.sum(found * precision) / y.sum())


def selected_share(probabilities: ArrayLike, capacity: float = CAPACITY) -> Vector:
    """Share of each row that fits when the highest probabilities come first.

    Rows that tie at the boundary each get the same share of what is left, so
    that no order of the rows matters.

    Parameters
    ----------
    probabilities : array_like of shape (n_samples,)
        Higher comes first.
    capacity : float
        Share of rows that fits, in (0, 1).

    Returns
    -------
    ndarray of float64, shape (n_samples,)
        In [0, 1]; sums to ``capacity * n_samples``.

    Raises
    ------
    ProbabilitiesRefusedError
        If probabilities are not a flat array of numbers.
    SettingRefusedError
        If capacity is not between 0 and 1.

    Examples
    --------
    >>> selected_share([0.9, 0.5, 0.5, 0.1], 0.5)
    array([1. , 0.5, 0.5, 0. ])
    """
    check_capacity(capacity)
    p = flat(probabilities, ProbabilitiesRefusedError)
    _, tie, size = np.unique(-p, return_inverse=True, return_counts=True)
    before = np.cumsum(size) - size
    share: Vector = np.clip((capacity * len(p) - before) / size, 0, 1)[tie]
    return share


def check_capacity(capacity: float) -> None:
    """Check that a capacity is a share.

    Parameters
    ----------
    capacity : float
        Share of rows that an offer reaches.

    Raises
    ------
    SettingRefusedError
        If it is not between 0 and 1.
    """
    if not 0 < capacity < 1:
        raise SettingRefusedError(
            "capacity", capacity, allowed="a number between 0 and 1"
        )


def recall_at_capacity(
    labels: ArrayLike, probabilities: ArrayLike, capacity: float = CAPACITY
) -> float:
    """Share of positive rows among the highest probabilities.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `check_rows` asks; ties share the boundary.
    capacity : float
        Share of rows that an offer reaches, in (0, 1).

    Returns
    -------
    float
        In [0, 1]; `capacity` is a coin, 1 reaches every positive row.

    Raises
    ------
    ScoringError
        As `check_rows` and `selected_share` do.

    References
    ----------
    Manning, Raghavan & Schütze (2008), Introduction to Information Retrieval,
    section 8.4; McSherry & Najork (2008), ECIR, 414-421, for ties.

    Examples
    --------
    >>> recall_at_capacity([1, 0, 1, 0], [0.9, 0.5, 0.5, 0.1], 0.5)
    0.75
    """
    y, p = check_rows(labels, probabilities)
    return float(y @ selected_share(p, capacity) / y.sum())


def precision_at_capacity(
    labels: ArrayLike, probabilities: ArrayLike, capacity: float = CAPACITY
) -> float:
    """Share of the highest probabilities that are positive rows.

    At one capacity it orders models as `recall_at_capacity` does; it is the
    one that says how many places go to others.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `check_rows` asks; ties share the boundary.
    capacity : float
        Share of rows that an offer reaches, in (0, 1).

    Returns
    -------
    float
        In [0, 1]; the prevalence is a coin, 1 gives no place to others. Not
        above the prevalence divided by `capacity`.

    Raises
    ------
    ScoringError
        As `check_rows` and `selected_share` do.

    References
    ----------
    As `recall_at_capacity`.

    Examples
    --------
    >>> precision_at_capacity([1, 0, 1, 0], [0.9, 0.5, 0.5, 0.1], 0.5)
    0.75
    """
    y, p = check_rows(labels, probabilities)
    return float(y @ selected_share(p, capacity) / (capacity * len(y)))
