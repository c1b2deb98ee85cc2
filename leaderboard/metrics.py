"""Point metrics: how good one set of probabilities is for one set of labels."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from leaderboard.calibration import calibration_intercept, calibration_slope
from leaderboard.discrimination import auroc, average_precision, recall_at_capacity
from leaderboard.rows import check_rows

PRIMARY = "scaled_brier"  # what the board ranks by
RECALL = "recall_at_capacity"


@dataclass(frozen=True, slots=True)
class Metric:
    """One way to say how good a submission is.

    Attributes
    ----------
    name : str
        Key in `METRICS` and in a scorecard.
    function : callable
        Takes labels and probabilities, returns the point value.
    low, high : float
        Bounds of the value.
    direction : str
        ``"higher"`` or ``"lower"`` is better, or ``"target"`` where a value in
        between is; `target` then says which.
    meaning : str
        What the value and its extremes mean.
    target : float or None
        The best value where direction is ``"target"``.
    """

    name: str
    function: Callable[[ArrayLike, ArrayLike], float]
    low: float
    high: float
    direction: str
    meaning: str
    target: float | None = None


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


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        metric.name: metric
        for metric in (
            Metric(
                PRIMARY,
                scaled_brier,
                low=-math.inf,
                high=1,
                direction="higher",
                meaning="Share of the variance explained; 1 is perfect, 0 is as good"
                " as the prevalence said for everyone, below 0 is worse.",
            ),
            Metric(
                "auroc",
                auroc,
                low=0,
                high=1,
                direction="higher",
                meaning="Chance that a positive row ranks above a negative one;"
                " 0.5 is a coin, 1 is perfect.",
            ),
            Metric(
                RECALL,
                recall_at_capacity,
                low=0,
                high=1,
                direction="higher",
                meaning="Share of positive rows inside the capacity; 1 reaches all,"
                " the capacity itself is a coin.",
            ),
            Metric(
                "calibration_intercept",
                calibration_intercept,
                low=-math.inf,
                high=math.inf,
                direction="target",
                target=0,
                meaning="How far the log odds are off on the whole; above 0 the model"
                " expects too few, below 0 too many.",
            ),
            Metric(
                "calibration_slope",
                calibration_slope,
                low=-math.inf,
                high=math.inf,
                direction="target",
                target=1,
                meaning="Spread of the log odds; below 1 they are too extreme, above 1"
                " too timid.",
            ),
            Metric(
                "brier",
                brier,
                low=0,
                high=1,
                direction="lower",
                meaning="Mean squared distance to the outcome; 0 is perfect.",
            ),
            Metric(
                "average_precision",
                average_precision,
                low=0,
                high=1,
                direction="higher",
                meaning="Precision averaged over recall; 1 is perfect, the prevalence"
                " is a coin.",
            ),
        )
    }
)
