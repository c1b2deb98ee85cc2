"""Scorecards to a board: who leads, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from leaderboard.comparison import compare_all
from leaderboard.errors import NotPairedError, PolicyMismatchError
from leaderboard.metrics import PRIMARY
from leaderboard.records import Estimate, Scorecard
from leaderboard.resampling import estimate
from leaderboard.verdict import FairnessPolicy, PolicyState, Verdict

VIOLATES = "violates-policy"


@dataclass(frozen=True, slots=True)
class Row:
    """One submission on the board.

    Attributes
    ----------
    key : str
        Key of the scorecard.
    place_low, place_high : int or None
        Best and worst place that the data leave open, from 1; None outside the
        ranking.
    leading : bool
        Whether it cannot be told apart from the best.
    score : Estimate
        Scaled Brier score with its interval; higher is better.
    policy : Verdict or None
        What the fairness policy says; None without a policy.
    outside : str or None
        Why it stands outside the ranking: ``"constant"``, ``"near-constant"``
        or ``"violates-policy"``; None inside.
    """

    key: str
    place_low: int | None
    place_high: int | None
    leading: bool
    score: Estimate
    policy: Verdict | None
    outside: str | None


@dataclass(frozen=True, slots=True)
class Board:
    """The ranking, in the order in which it is listed.

    Attributes
    ----------
    rows : tuple of Row
        Ranked rows first, rows outside the ranking last.
    """

    rows: tuple[Row, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the board as plain data for JSON.

        Returns
        -------
        dict
            ``{"rows": [{"key", "place_low", …}]}`` in listing order.
        """
        return asdict(self)


def rank(
    scorecards: Mapping[str, Scorecard], *, policy: FairnessPolicy | None = None
) -> Board:
    """Order submissions, and say how sure each place is.

    A submission that says nothing, or that violates the policy, stands outside
    the ranking with its reason. For the others, places come from comparing all
    pairs at once, so that "between 1 and 3" holds for the whole board with
    95 % confidence. Those who cannot be told apart from the best share the
    lead, and are listed by how well they find positives in their worst group;
    the rest is listed by score.

    Parameters
    ----------
    scorecards : mapping of str to Scorecard
        Exact scorecards of the same rows, scored with the same seed.
    policy : FairnessPolicy or None
        The policy that all of them must have been judged under; None takes
        each verdict as it is.

    Returns
    -------
    Board
        Every scorecard once, whatever the order in which they were given.

    Raises
    ------
    NotPairedError
        If scorecards do not share their replicates.
    PolicyMismatchError
        If one was judged under another policy than `policy`.

    References
    ----------
    Mogstad, Romano, Shaikh & Wilhelm (2024), Review of Economic Studies 91(1),
    476-518.
    """
    _check_paired(scorecards)
    _check_policy(scorecards, policy)
    outside = {key: _outside(card) for key, card in scorecards.items()}
    inside = _best_first(
        {key: card for key, card in scorecards.items() if outside[key] is None}
    )
    ranked = _listed(_places(inside), inside)
    others = _best_first({key: scorecards[key] for key in outside if outside[key]})
    last = (_row(key, card, outside=outside[key]) for key, card in others.items())
    return Board((*ranked, *last))


def compare(scorecard: Scorecard, other: Scorecard) -> Estimate:
    """Difference between two submissions, from the replicates they share.

    Parameters
    ----------
    scorecard, other : Scorecard
        Exact scorecards of the same rows and seed.

    Returns
    -------
    Estimate
        Scaled Brier score of the first minus that of the second, with its
        95 % interval; above 0 the first is better.

    Raises
    ------
    NotPairedError
        If the two do not share their replicates.
    """
    _check_paired({"scorecard": scorecard, "other": other})
    difference = scorecard.metrics[PRIMARY].value - other.metrics[PRIMARY].value
    return estimate(difference, scorecard.replicates - other.replicates)


def _check_paired(scorecards: Mapping[str, Scorecard]) -> None:
    cards = list(scorecards.items())
    for key, card in cards:
        first = cards[0][1]
        shared = card.pairing == first.pairing and card.pairing != ""
        if not shared or len(card.replicates) != len(first.replicates):
            raise NotPairedError(key)


def _check_policy(
    scorecards: Mapping[str, Scorecard], policy: FairnessPolicy | None
) -> None:
    for key, card in scorecards.items():
        if policy and (card.policy is None or card.policy.policy != policy):
            raise PolicyMismatchError(key)


def _outside(scorecard: Scorecard) -> str | None:
    if scorecard.degenerate is not None:
        return scorecard.degenerate
    verdict = scorecard.policy
    return VIOLATES if verdict and verdict.state is PolicyState.VIOLATES else None


def _value(scorecard: Scorecard) -> float:
    return scorecard.metrics[PRIMARY].value


def _best_first(scorecards: Mapping[str, Scorecard]) -> dict[str, Scorecard]:
    """Sort by score; the key settles exact ties, so that input order cannot."""
    return dict(
        sorted(scorecards.items(), key=lambda item: (-_value(item[1]), item[0]))
    )


def _row(
    key: str,
    scorecard: Scorecard,
    *,
    place: tuple[int, int] | None = None,
    leading: bool = False,
    outside: str | None = None,
) -> Row:
    return Row(
        key=key,
        place_low=place[0] if place else None,
        place_high=place[1] if place else None,
        leading=leading,
        score=scorecard.metrics[PRIMARY],
        policy=scorecard.policy,
        outside=outside,
    )


def _places(inside: Mapping[str, Scorecard]) -> list[Row]:
    """Place range of each ranked scorecard, best score first."""
    if not inside:
        return []
    values = np.array([_value(card) for card in inside.values()])
    replicates = np.array([card.replicates for card in inside.values()])
    above = compare_all(values, replicates).above
    lows, highs = 1 + above.sum(axis=0), len(values) - above.sum(axis=1)
    # Whoever nobody is certainly above shares the lead: the same statement as the
    # place, at the same error rate.
    return [
        _row(key, card, place=(int(low), int(high)), leading=bool(low == 1))
        for (key, card), low, high in zip(inside.items(), lows, highs, strict=True)
    ]


def _listed(rows: list[Row], scorecards: Mapping[str, Scorecard]) -> list[Row]:
    """Leaders by their worst group, where all of them have one; then the rest."""
    leaders = [row for row in rows if row.leading]
    worst = {row.key: _worst_recall(scorecards[row.key]) for row in leaders}
    if None not in worst.values():
        # Sorting keeps the order by score where the worst groups tie.
        leaders.sort(key=lambda row: -(worst[row.key] or 0.0))
    return leaders + [row for row in rows if not row.leading]


def _worst_recall(scorecard: Scorecard) -> float | None:
    """Smallest share of positives found, over groups large enough to decide."""
    policy = scorecard.policy.policy if scorecard.policy else FairnessPolicy()
    recalls = [
        1 - group.false_negative_rate.value
        for group in scorecard.groups
        if group.false_negative_rate
        and (group.positives or 0) >= policy.minimum_positives
    ]
    return min(recalls, default=None)
