"""Weighting: one order from model board and jury, and what hangs on the weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from leaderboard.errors import SettingRefusedError
from leaderboard.metrics.discrimination import ranks
from leaderboard.rows import Vector

_SAME = 1e-9  # percentile ranks closer than this are equal but for rounding


@dataclass(frozen=True, slots=True)
class Span:
    """A range of weights over which the same teams win.

    Attributes
    ----------
    low, high : float
        Weight of the model board, in [0, 1].
    winners : tuple of str
        The teams that come first there, by name.
    """

    low: float
    high: float
    winners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weighted:
    """Model board and jury put together with a published weight.

    Attributes
    ----------
    weight : float
        Weight of the model board, in [0, 1]; the jury has the rest.
    scores : dict of str to float
        Weighted percentile rank of each team, in [0, 1], best first.
    winners : tuple of str
        The teams that come first, by name.
    low, high : float
        Range of weights over which these winners stay first.
    spans : tuple of Span
        Who wins at any other weight, from jury only (0) to model only (1).
    """

    weight: float
    scores: Mapping[str, float]
    winners: tuple[str, ...]
    low: float
    high: float
    spans: tuple[Span, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the result as plain data for JSON.

        Returns
        -------
        dict
            The attributes, by name.
        """
        return asdict(self)


def weigh(
    model: Mapping[str, float], jury: Mapping[str, float], *, weight: float
) -> Weighted:
    """Put model scores and jury scores together, and say what the weight decides.

    Points and scores have no scale in common, so percentile ranks are weighted:
    the share of the other teams that a team is above, ties for a half.

    Parameters
    ----------
    model, jury : mapping of str to float
        Score of each team, higher is better; the same teams in both. Scores that
        are equal to nine decimals tie.
    weight : float
        Weight of the model board, in [0, 1], published beforehand.

    Returns
    -------
    Weighted
        The same whatever the order of the teams.

    Raises
    ------
    SettingRefusedError
        If the weight is outside [0, 1], a score is not finite, or the teams
        differ or are fewer than two.

    References
    ----------
    Triantaphyllou & Sánchez (1997), Decision Sciences 28(1), 151-194: a weighted
    sum is a line in the weight, so the winner can change only where two cross.

    Examples
    --------
    >>> both = weigh({"a": 3, "b": 2, "c": 1}, {"a": 1, "b": 3, "c": 2}, weight=0.6)
    >>> both.winners, both.low, round(both.high, 3)
    (('b',), 0.0, 0.667)
    """
    if not 0 <= weight <= 1:
        raise SettingRefusedError("weight", weight, allowed="a number in [0, 1]")
    teams = _teams(model, jury)
    ends = np.array([_percentiles(jury, teams), _percentiles(model, teams)])
    scores = (1 - weight) * ends[0] + weight * ends[1]
    winners = _first(teams, scores)
    spans = _spans(teams, ends)
    low, high = next(
        (
            (span.low, span.high)
            for span in spans
            if span.low <= weight <= span.high and {*winners} <= {*span.winners}
        ),
        # Teams that only tie at this very weight.
        (weight, weight),
    )
    order = np.argsort(-scores.round(9), kind="stable")
    return Weighted(
        weight=weight,
        scores={teams[place]: float(scores[place]) for place in order},
        winners=winners,
        low=low,
        high=high,
        spans=spans,
    )


def _teams(model: Mapping[str, float], jury: Mapping[str, float]) -> list[str]:
    teams = sorted(model)
    if teams != sorted(jury) or len(teams) < 2:
        raise SettingRefusedError(
            "jury", sorted(jury), allowed=f"two or more teams, the same as {teams}"
        )
    for name, scores in (("model", model), ("jury", jury)):
        if not np.isfinite(list(scores.values())).all():
            raise SettingRefusedError(name, dict(scores), allowed="finite scores")
    return teams


def _percentiles(scores: Mapping[str, float], teams: list[str]) -> Vector:
    # Equal ballots may give scores that differ in their last bit.
    places: Vector = ranks(np.round([scores[team] for team in teams], 9))
    return (places - 1) / (len(teams) - 1)


def _first(teams: list[str], scores: Vector) -> tuple[str, ...]:
    best = scores.max() - _SAME
    return tuple(
        team for team, score in zip(teams, scores, strict=True) if score >= best
    )


def _spans(teams: list[str], ends: Vector) -> tuple[Span, ...]:
    """Cut [0, 1] where two teams cross, and join parts with the same winners."""
    lead = ends[:, :, None] - ends[:, None, :]
    before, after = lead[:, lead[0] * lead[1] < 0]
    cuts = before / (before - after)
    cuts = np.unique(np.concatenate([[0.0], cuts.round(12), [1.0]]))
    spans: list[Span] = []
    for low, high in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        middle = (low + high) / 2
        winners = _first(teams, (1 - middle) * ends[0] + middle * ends[1])
        if spans and spans[-1].winners == winners:
            low = spans.pop().low
        spans.append(Span(low, high, winners))
    return tuple(spans)
