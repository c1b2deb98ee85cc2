"""Utility: what an offer brings to whom it reaches, less what it costs the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from leaderboard.errors import SettingRefusedError
from leaderboard.rows import Vector, check_rows

THRESHOLD = 0.10  # nine offers that were not needed weigh as one that was
THRESHOLDS = (0.05, 0.10, 0.15, 0.20)


@dataclass(frozen=True, slots=True, eq=False)
class DecisionCurve:
    """Net benefit of a model and of the two offers that need no model.

    Attributes
    ----------
    thresholds : ndarray of float64, shape (n_thresholds,)
        Probability from which an offer is worth making, in (0, 1).
    model : ndarray of float64, shape (n_thresholds,)
        Net benefit of an offer to all rows at or above the threshold.
    everyone : ndarray of float64, shape (n_thresholds,)
        Net benefit of an offer to all rows ("treat all").
    nobody : ndarray of float64, shape (n_thresholds,)
        Net benefit of no offer ("treat none"): 0.
    """

    thresholds: Vector
    model: Vector
    everyone: Vector
    nobody: Vector


def net_benefit(
    labels: ArrayLike, probabilities: ArrayLike, threshold: float = THRESHOLD
) -> float:
    """Net benefit per row of an offer to all from a probability on.

    Positives reached, less the others reached at their price: whoever finds an
    offer worth making from a probability of 0.1 on accepts nine that were not
    needed for one that was, so each of those costs 1/9.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `check_rows` asks.
    threshold : float
        Probability from which the offer is made, that one included; in (0, 1).

    Returns
    -------
    float
        At most the prevalence, which reaches every positive and nobody else; 0
        is an offer to nobody; at least ``-threshold / (1 - threshold)``.

    Raises
    ------
    ScoringError
        As `check_rows` does.
    SettingRefusedError
        If `threshold` is not between 0 and 1.

    References
    ----------
    Vickers & Elkin (2006), Medical Decision Making 26(6), 565-574.

    Examples
    --------
    >>> net_benefit([1, 0, 0, 0], [0.9, 0.6, 0.1, 0.1], threshold=0.5)
    0.0
    """
    return float(decision_curve(labels, probabilities, [threshold]).model[0])


def decision_curve(
    labels: ArrayLike,
    probabilities: ArrayLike,
    thresholds: Sequence[float] = THRESHOLDS,
) -> DecisionCurve:
    """Net benefit at several thresholds, beside an offer to everyone or nobody.

    A model helps where it lies above both.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `check_rows` asks.
    thresholds : sequence of float
        Each in (0, 1).

    Returns
    -------
    DecisionCurve
        Three curves, in the order of `thresholds`.

    Raises
    ------
    ScoringError
        As `check_rows` does.
    SettingRefusedError
        If a threshold is not between 0 and 1.

    References
    ----------
    As `net_benefit`.

    Examples
    --------
    >>> curve = decision_curve([1, 0, 0, 0], [0.9, 0.6, 0.1, 0.1], [0.2, 0.5])
    >>> curve.model, curve.everyone
    (array([0.1875, 0.    ]), array([ 0.0625, -0.5   ]))
    """
    y, p = check_rows(labels, probabilities)
    steps = np.asarray(thresholds, dtype=np.float64)
    if outside := [step for step in thresholds if not 0 < step < 1]:
        raise SettingRefusedError(
            "threshold", outside[0], allowed="a number between 0 and 1"
        )
    price = steps / (1 - steps)
    offered = p >= steps[:, None]
    return DecisionCurve(
        thresholds=steps,
        model=(offered @ y - price * (offered @ (1 - y))) / len(y),
        everyone=y.mean() - price * (1 - y.mean()),
        nobody=np.zeros_like(steps),
    )
