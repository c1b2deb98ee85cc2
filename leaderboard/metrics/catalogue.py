"""Metrics: what is measured of a submission, which way is better, and on whose word."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from leaderboard.metrics.areas import area_correlation, area_recall
from leaderboard.metrics.calibration import (
    calibration_intercept,
    calibration_slope,
    observed_expected,
)
from leaderboard.metrics.discrimination import (
    auroc,
    average_precision,
    precision_at_capacity,
    recall_at_capacity,
)
from leaderboard.metrics.losses import brier, log_loss, scaled_brier
from leaderboard.metrics.reliability import ece, ici
from leaderboard.metrics.utility import THRESHOLD, net_benefit
from leaderboard.rows import CLIP

__all__ = ["AREA_METRICS", "METRICS", "PRIMARY", "RECALL", "Metric"]

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
        Takes labels and probabilities, and in `AREA_METRICS` the area of each
        row; returns the point value.
    low, high : float
        Bounds of the value.
    direction : str
        ``"higher"`` or ``"lower"`` is better, or ``"target"`` where a value in
        between is; `target` then says which.
    meaning : str
        What the value and its extremes mean.
    reference : str
        Who defined it, in short; in full in the docstring of `function`.
    target : float or None
        The best value where direction is ``"target"``.
    live : bool
        Whether it may be shown while a challenge runs.
    """

    name: str
    function: Callable[..., float]
    low: float
    high: float
    direction: str
    meaning: str
    reference: str
    target: float | None = None
    live: bool = True


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
                reference="Steyerberg et al. (2010)",
            ),
            Metric(
                "auroc",
                auroc,
                low=0,
                high=1,
                direction="higher",
                meaning="Chance that a positive row ranks above a negative one;"
                " 0.5 is a coin, 1 is perfect, 0 has everything upside down.",
                reference="Hanley & McNeil (1982)",
            ),
            Metric(
                RECALL,
                recall_at_capacity,
                low=0,
                high=1,
                direction="higher",
                meaning="Share of positive rows inside the capacity; 1 reaches all,"
                " the capacity itself is a coin, 0 reaches none.",
                reference="McSherry & Najork (2008), for ties",
            ),
            Metric(
                "precision_at_capacity",
                precision_at_capacity,
                low=0,
                high=1,
                direction="higher",
                meaning="Share of the rows inside the capacity that are positive; 1"
                " wastes no place, the prevalence is a coin. At one capacity it"
                " orders models as the recall does.",
                reference="McSherry & Najork (2008), for ties",
            ),
            Metric(
                "net_benefit",
                net_benefit,
                low=-THRESHOLD / (1 - THRESHOLD),
                high=1,
                direction="higher",
                meaning="Positives reached per row by an offer from a probability of"
                " 0.10 on, less a ninth of the others reached; the prevalence is"
                " perfect, 0 is an offer to nobody, below 0 costs more than it"
                " brings.",
                reference="Vickers & Elkin (2006)",
            ),
            Metric(
                "observed_expected",
                observed_expected,
                low=0,
                high=1 / CLIP,
                direction="target",
                target=1,
                meaning="Cases observed per case expected; 1 is right on the whole,"
                " 2 expected half of them, 0.5 twice as many.",
                reference="Riley et al. (2021)",
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
                reference="Cox (1958)",
            ),
            Metric(
                "calibration_slope",
                calibration_slope,
                low=-math.inf,
                high=math.inf,
                direction="target",
                target=1,
                meaning="Spread of the log odds; below 1 they are too extreme, above 1"
                " too timid, below 0 upside down.",
                reference="Cox (1958)",
            ),
            Metric(
                "ici",
                ici,
                low=0,
                high=1,
                direction="lower",
                meaning="Mean distance between said and seen along a smooth curve; 0"
                " is exactly right everywhere, 1 is certain and wrong everywhere.",
                reference="Austin & Steyerberg (2019)",
            ),
            Metric(
                "ece",
                ece,
                low=0,
                high=1,
                direction="lower",
                meaning="Mean distance between said and seen in 20 bins of equal size,"
                " less what chance adds; 0 is no more than chance, 1 is certain and"
                " wrong everywhere.",
                reference="Kumar, Liang & Ma (2019)",
            ),
            Metric(
                "brier",
                brier,
                low=0,
                high=1,
                direction="lower",
                meaning="Mean squared distance to the outcome; 0 is perfect, 0.25 is"
                " a half said for everyone, 1 is certain and wrong.",
                reference="Brier (1950)",
            ),
            Metric(
                "average_precision",
                average_precision,
                low=0,
                high=1,
                direction="higher",
                meaning="Precision averaged over recall; 1 is perfect, the prevalence"
                " is a coin.",
                reference="Su, Yuan & Zhu (2015)",
            ),
            Metric(
                "log_loss",
                log_loss,
                low=0,
                high=-math.log(CLIP),
                direction="lower",
                meaning="Mean surprise in nats; 0.001 is certain and right, 0.693 is a"
                " half said for everyone, 6.91 is certain and wrong.",
                reference="Good (1952)",
                live=False,  # its digits spell labels out
            ),
        )
    }
)

AREA_METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        metric.name: metric
        for metric in (
            Metric(
                "area_recall",
                area_recall,
                low=0,
                high=1,
                direction="higher",
                meaning="Share of positive rows in the tenth of the areas with the"
                " most expected; 1 reaches all, a tenth knows nothing of places.",
                reference="McSherry & Najork (2008), for ties",
            ),
            Metric(
                "area_correlation",
                area_correlation,
                low=-1,
                high=1,
                direction="higher",
                meaning="Rank correlation of expected and observed rates over areas;"
                " 1 has them in the right order, 0 knows nothing of it, -1 turns it"
                " around.",
                reference="Spearman (1904)",
            ),
        )
    }
)
