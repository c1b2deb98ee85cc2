"""Losses: what a probability costs once the outcome is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from leaderboard.rows import CLIP, check_rows


def brier(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """Mean squared distance between probability and outcome.

    A proper score: nothing beats saying what one believes.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `check_rows` asks.

    Returns
    -------
    float
        In [0, 1]; 0 is perfect.

    Raises
    ------
    ScoringError
        As `check_rows` does.

    References
    ----------
    Brier (1950), Monthly Weather Review 78(1), 1-3.

    Examples
    --------
    >>> brier([0, 1], [0.5, 0.5])
    0.25
    """
    y, p = check_rows(labels, probabilities)
    return float(np.mean((p - y) ** 2))


def scaled_brier(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """Share of the outcome's variance that the probabilities explain.

    The Brier score against that of the prevalence said for everyone; the
    primary metric, since it rewards ranking and calibration together.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `check_rows` asks.

    Returns
    -------
    float
        At most 1 (perfect); 0 is as good as the prevalence, below 0 is worse.

    Raises
    ------
    ScoringError
        As `check_rows` does.

    References
    ----------
    Steyerberg et al. (2010), Epidemiology 21(1), 128-138.

    Examples
    --------
    >>> scaled_brier([0, 1], [0.5, 0.5]), scaled_brier([0, 1], [0, 1])
    (0.0, 1.0)
    """
    y, p = check_rows(labels, probabilities)
    prevalence = y.mean()
    return float(1 - np.mean((p - y) ** 2) / (prevalence * (1 - prevalence)))


def log_loss(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """Mean surprise at the outcomes, in nats.

    A proper score that punishes misplaced certainty harder than `brier`. It is
    never shown while a challenge runs: each label moves it by an amount that a
    team chooses with its probability, so that its digits spell labels out.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `check_rows` asks; probabilities are clipped to [0.001, 0.999], so
        that one certain mistake does not decide everything.

    Returns
    -------
    float
        In [0.001, 6.91]; the least is certain and right, 0.693 is a half said
        for everyone, the most is certain and wrong.

    Raises
    ------
    ScoringError
        As `check_rows` does.

    References
    ----------
    Good (1952), Journal of the Royal Statistical Society B 14(1), 107-114;
    Whitehill (2017), arXiv 1707.01825, for the labels in its digits.

    Examples
    --------
    >>> round(log_loss([0, 1], [0.5, 0.5]), 3), round(log_loss([0, 1], [1, 0]), 3)
    (0.693, 6.908)
    """
    y, p = check_rows(labels, probabilities)
    said = np.clip(np.where(y == 1, p, 1 - p), CLIP, 1 - CLIP)
    return float(-np.mean(np.log(said)))
