"""Calibration: whether probabilities are right, on the whole and in their spread."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from leaderboard.rows import CLIP, Vector, check_rows

__all__ = [
    "CLIP",
    "calibration_intercept",
    "calibration_slope",
    "clipped_logit",
    "observed_expected",
    "recalibrate",
]

_STEPS = 200  # Newton needs about 6; the rest is for separable data that never settle
_TOLERANCE = 1e-10


def observed_expected(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """Observed cases divided by the number that the probabilities expect.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `check_rows` asks. A mean probability below 0.001 is taken as 0.001,
        so that a model that expects nobody has a large finite ratio.

    Returns
    -------
    float
        At least 0; 1 is perfect, above 1 the model expects too few.

    Raises
    ------
    ScoringError
        As `check_rows` does.

    References
    ----------
    Riley et al. (2021), Statistics in Medicine 40(19), 4230-4251.

    Examples
    --------
    >>> observed_expected([0, 1, 0, 1], [0.5, 0.25, 0.125, 0.125])
    2.0
    """
    y, p = check_rows(labels, probabilities)
    return float(y.sum() / max(p.sum(), CLIP * len(p)))


def clipped_logit(probabilities: Vector) -> Vector:
    """Log odds, with probabilities clipped to [0.001, 0.999].

    Nearer to 0 or 1 they say more about rounding than about a child.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n_samples,)
        In [0, 1].

    Returns
    -------
    ndarray of float64, shape (n_samples,)
        In [-6.91, 6.91].
    """
    odds: Vector = logit(np.clip(probabilities, CLIP, 1 - CLIP))
    return odds


def calibration_intercept(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """How far the log odds are off on the whole, the slope fixed at 1.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `check_rows` asks.

    Returns
    -------
    float
        0 is perfect, above 0 the model expects too few.

    Raises
    ------
    ScoringError
        As `check_rows` does.

    References
    ----------
    Cox (1958), Biometrika 45(3/4), 562-565; Van Calster et al. (2016), Journal
    of Clinical Epidemiology 74, 167-176.
    """
    y, p = check_rows(labels, probabilities)
    x = clipped_logit(p)
    # Starting near the answer and never stepping far keeps Newton from
    # overshooting where every probability sits at the clip.
    start = np.array([logit(y.mean()) - logit(expit(x).mean())])
    return float(_newton(np.ones((len(y), 1)), y, offset=x, start=start)[0])


def calibration_slope(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """How the log odds must be stretched to fit the outcomes.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `check_rows` asks.

    Returns
    -------
    float
        1 is perfect, below 1 the probabilities are too extreme; NaN where all
        are equal or a threshold separates the outcomes, since then no finite
        slope exists.

    Raises
    ------
    ScoringError
        As `check_rows` does.

    References
    ----------
    As `calibration_intercept`.
    """
    return float(recalibrate(*check_rows(labels, probabilities))[1])


def recalibrate(labels: Vector, probabilities: Vector) -> Vector:
    """Fit ``logit E[y] = a + b logit p`` by maximum likelihood.

    Parameters
    ----------
    labels, probabilities : ndarray of float64, shape (n_samples,)
        As `check_rows` returns.

    Returns
    -------
    ndarray of float64, shape (2,)
        The intercept a and the slope b; NaN where no finite fit exists.
    """
    x = clipped_logit(probabilities)
    if np.ptp(x) < _TOLERANCE:
        return np.full(2, np.nan)
    design = np.column_stack([np.ones_like(x), x])
    start = np.array([0.0, 1.0])
    return _newton(design, labels, offset=np.zeros_like(x), start=start)


def _newton(design: Vector, y: Vector, *, offset: Vector, start: Vector) -> Vector:
    beta: Vector = start
    for _ in range(_STEPS):
        mean = expit(offset + design @ beta)
        hessian = design.T @ (design * (mean * (1 - mean))[:, None])
        if np.linalg.cond(hessian) > 1 / _TOLERANCE:
            break
        step = np.linalg.solve(hessian, design.T @ (y - mean))
        beta = beta + np.clip(step, -1, 1)
        if np.abs(step).max() < _TOLERANCE:
            return beta
    return np.full_like(start, np.nan)
