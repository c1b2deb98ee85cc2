"""What the pictures of one submission are drawn from: points, bins and places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leaderboard.estimates import Estimate, read_estimate

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows with about the same probability.

    Attributes
    ----------
    expected : float
        Their mean probability, in [0, 1].
    observed : Estimate or None
        The share with the outcome, in [0, 1]; None where suppressed.
    rows : int or None
        How many, as published; None where suppressed.
    """

    expected: float
    observed: Estimate | None
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """How many rows have a probability in one stretch.

    Attributes
    ----------
    low, high : float
        Ends of the stretch, in [0, 1].
    rows : int or None
        How many, as published; None where suppressed.
    """

    low: float
    high: float
    rows: int | None


@dataclass(frozen=True, slots=True)
class NetBenefit:
    """What offering help from one threshold yields.

    Attributes
    ----------
    threshold : float
        Probability from which help is offered, in (0, 1).
    model : Estimate
        Net benefit of the model, per row.
    everyone : float
        Net benefit of an offer for everyone; of no offer it is 0.
    reference : float or None
        Net benefit of the reference model.
    """

    threshold: float
    model: Estimate
    everyone: float
    reference: float | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """What was found in one municipality.

    Attributes
    ----------
    name : str
        The municipality.
    estimate : Estimate or None
        In the unit of the measure; None where suppressed.
    clusters : int or None
        How many neighbourhoods it rests on; None where suppressed.
    held_out : bool
        Whether the model had no rows of it to learn from.
    imprecise : bool
        Whether fewer than 50 positive rows carry it.
    """

    name: str
    estimate: Estimate | None
    clusters: int | None = None
    held_out: bool = False
    imprecise: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """What the municipalities have in common.

    Attributes
    ----------
    mean : Estimate
        Random-effects mean with its 95 % interval.
    pooled, clusters : int
        How many municipalities and neighbourhoods the mean rests on.
    prediction : Estimate or None
        Between its ends a new municipality of the same kind lies in 95 of 100
        cases; its value is not drawn.
    """

    mean: Estimate
    pooled: int
    clusters: int
    prediction: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Curves:
    """What the pictures of one submission are drawn from, thinned and rounded.

    `leaderboard.score` makes it on request, for rows whose labels teams have:
    each point is an equation in the labels.

    Attributes
    ----------
    roc : tuple of (float, float)
        Share of the negatives that is named wrongly and share of the positives
        that is recognised, both in [0, 1], both rising; some hundred points.
    bins : tuple of Bin
        By rising probability; each holds at least 10 rows of both classes, but for
        one of all rows where there are not so many.
    bars : tuple of Bar
        Distribution of the probabilities; each holds at least 10 rows.
    decision : tuple of NetBenefit
        By rising threshold.
    sites : tuple of Site
        AUROC in each municipality; empty without areas and clusters.
    summary : Summary or None
        What the sites have in common; None below five with an interval.
    reference_roc : tuple of (float, float)
        As `roc`, for the reference model; empty without one.
    reference_auroc : float or None
        Area under it, in [0, 1].

    References
    ----------
    Fawcett (2006), Pattern Recognition Letters 27(8), 861-874; Vickers & Elkin
    (2006), Medical Decision Making 26(6), 565-574.
    """

    roc: tuple[Point, ...]
    bins: tuple[Bin, ...]
    bars: tuple[Bar, ...]
    decision: tuple[NetBenefit, ...]
    sites: tuple[Site, ...] = ()
    summary: Summary | None = None
    reference_roc: tuple[Point, ...] = ()
    reference_auroc: float | None = None


def read_curves(plain: Mapping[str, Any] | None) -> Curves | None:
    """Read curves as JSON holds them.

    Parameters
    ----------
    plain : mapping or None
        Their fields.

    Returns
    -------
    Curves or None
        None for None.

    Raises
    ------
    KeyError, TypeError
        If a field is absent, or not one of the curves'.
    """
    if plain is None:
        return None
    parts: dict[str, Any] = {
        "roc": _points(plain["roc"]),
        "bins": tuple(
            Bin(**_with_estimate(item, "observed")) for item in plain["bins"]
        ),
        "bars": tuple(Bar(**item) for item in plain["bars"]),
        "decision": tuple(
            NetBenefit(**_with_estimate(item, "model")) for item in plain["decision"]
        ),
        "sites": tuple(
            Site(**_with_estimate(item, "estimate")) for item in plain["sites"]
        ),
        "summary": _summary(plain["summary"]),
        "reference_roc": _points(plain["reference_roc"]),
    }
    return Curves(**{**plain, **parts})


def _points(plain: list[list[float]]) -> tuple[Point, ...]:
    return tuple((x, y) for x, y in plain)


def _with_estimate(plain: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {**plain, name: read_estimate(plain[name])}


def _summary(plain: Mapping[str, Any] | None) -> Summary | None:
    if plain is None:
        return None
    whole = _with_estimate(plain, "mean")
    return Summary(**_with_estimate(whole, "prediction"))
