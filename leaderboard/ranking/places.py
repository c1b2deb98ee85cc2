"""Scorecards to a board: who leads, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from leaderboard.errors import NotPairedError, PolicyMismatchError
from leaderboard.estimates import Estimate
from leaderboard.metrics import PRIMARY
from leaderboard.ranking.board import (
    ALONE,
    SCORE,
    VIOLATES,
    WORST_GROUP,
    Board,
    Row,
    Why,
)
from leaderboard.records import Scorecard
from leaderboard.resampling import estimate
from leaderboard.resampling.comparison import compare_all
from leaderboard.resampling.intervals import widened_level
from leaderboard.verdict import FairnessPolicy, PolicyState


def rank(
    scorecards: Mapping[str, Scorecard], *, policy: FairnessPolicy | None = None
) -> Board:
    """Order submissions, and say how sure each place is.

    A submission that says nothing, or that violates the policy, stands outside
    the ranking with its reason. For the others, places come from comparing all
    pairs at once, stepping down over the pairs that are not yet told apart, so
    that "between 1 and 3" holds for the whole board with 95 % confidence. Those
    whom nobody is certainly above share the lead, and are listed by how well they
    find positives in their worst group; the rest is listed by score.

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
    476-518; Romano & Wolf (2005), Econometrica 73(4), 1237-1282 (stepdown).
    """
    check_paired(scorecards)
    _check_policy(scorecards, policy)
    outside = {key: reason_outside(card) for key, card in scorecards.items()}
    inside = _best_first(
        {key: card for key, card in scorecards.items() if outside[key] is None}
    )
    others = _best_first({key: scorecards[key] for key in outside if outside[key]})
    last = (
        _row(key, card, Why(ranked=len(inside)), outside=outside[key])
        for key, card in others.items()
    )
    return Board((*_listed(_places(inside), inside), *last))


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
    check_paired({"scorecard": scorecard, "other": other})
    difference = scorecard.metrics[PRIMARY].value - other.metrics[PRIMARY].value
    return estimate(difference, scorecard.replicates - other.replicates)


def check_paired(scorecards: Mapping[str, Scorecard]) -> None:
    """Check that scorecards can be compared.

    Parameters
    ----------
    scorecards : mapping of str to Scorecard
        Of one set of rows.

    Raises
    ------
    NotPairedError
        If they do not share their replicates; it names the first that differs.
    """
    cards = list(scorecards.items())
    for key, card in cards:
        first = cards[0][1]
        shared = card.pairing == first.pairing and card.pairing != ""
        if not shared or len(card.replicates) != len(first.replicates):
            raise NotPairedError(key)


def reason_outside(scorecard: Scorecard) -> str | None:
    """Say why a submission stands outside the ranking.

    Parameters
    ----------
    scorecard : Scorecard
        Of the submission.

    Returns
    -------
    str or None
        ``"constant"`` or ``"near-constant"`` where it tells nobody apart,
        ``"violates-policy"`` where it does so with certainty; None inside.
    """
    if scorecard.degenerate is not None:
        return scorecard.degenerate
    verdict = scorecard.policy
    return VIOLATES if verdict and verdict.state is PolicyState.VIOLATES else None


def _check_policy(
    scorecards: Mapping[str, Scorecard], policy: FairnessPolicy | None
) -> None:
    for key, card in scorecards.items():
        if policy and (card.policy is None or card.policy.policy != policy):
            raise PolicyMismatchError(key)


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
    why: Why,
    *,
    outside: str | None = None,
) -> Row:
    low, high = why.above + 1, why.ranked - why.below
    return Row(
        key=key,
        place_low=None if outside else low,
        place_high=None if outside else high,
        # Whoever nobody is certainly above shares the lead: the same statement as
        # the place, at the same error rate.
        leading=outside is None and low == 1,
        score=scorecard.metrics[PRIMARY],
        policy=scorecard.policy,
        outside=outside,
        why=why,
    )


def _places(inside: Mapping[str, Scorecard]) -> list[Row]:
    """Place range of each ranked scorecard, best score first."""
    if not inside:
        return []
    values = np.array([_value(card) for card in inside.values()])
    replicates = np.array([card.replicates for card in inside.values()])
    # Widened as intervals are: replicates of few clusters are too alike.
    level = widened_level(min(card.clusters for card in inside.values()))
    certain = compare_all(values, replicates, level=level, stepdown=True).above
    above, below = certain.sum(axis=0).tolist(), certain.sum(axis=1).tolist()
    return [
        _row(key, card, Why(len(inside), better, worse, SCORE))
        for (key, card), better, worse in zip(inside.items(), above, below, strict=True)
    ]


def _listed(rows: list[Row], scorecards: Mapping[str, Scorecard]) -> list[Row]:
    """Leaders by their worst group, where all of them have one; then the rest."""
    leaders = [row for row in rows if row.leading]
    worst = {row.key: _worst_recall(scorecards[row.key]) for row in leaders}
    if len(leaders) == 1:
        leaders = [_listed_by(ALONE, leaders[0])]
    elif None not in worst.values():
        # Sorting keeps the order by score where the worst groups tie.
        leaders.sort(key=lambda row: -(worst[row.key] or 0.0))
        leaders = [_listed_by(WORST_GROUP, row) for row in leaders]
    return leaders + [row for row in rows if not row.leading]


def _listed_by(reason: str, row: Row) -> Row:
    return replace(row, why=replace(row.why, listed_by=reason))


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
