"""Who stands where: each team's best submission, ranked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from challenge.store import Result
from leaderboard import Board, Estimate, FairnessPolicy, Scorecard, compare, rank

PRIMARY = "scaled_brier"


@dataclass(frozen=True, slots=True)
class Standings:
    """A ranked board and what belongs to each of its rows.

    Attributes
    ----------
    board : Board
        Rows in display order; each row's key is a submission id.
    results : dict of str to Result
        Submission id to the result that counts for its team.
    practice : dict of str to Scorecard
        Submission id to the publishable scorecard of the practice rows.
    ahead_of_constant : dict of str to Estimate
        Submission id to its paired difference from the constant model in the
        primary metric; empty while nobody submitted a constant.
    counts : dict of str to int
        Submission id to how many scored submissions its team has.
    """

    board: Board
    results: dict[str, Result]
    practice: dict[str, Scorecard]
    ahead_of_constant: dict[str, Estimate]
    counts: dict[str, int]

    @property
    def champion(self) -> Result | None:
        """The first of those that rank, or None."""
        for row in self.board.rows:
            if row.outside is None:
                return self.results[row.key]
        return None


def standings(results: Sequence[Result], *, policy: FairnessPolicy) -> Standings:
    """Rank the best submission of every team.

    Parameters
    ----------
    results : sequence of Result
        Every scored submission.
    policy : FairnessPolicy
        From the brief.

    Returns
    -------
    Standings
        An empty board for no results.
    """
    scorecards = {r.submission_id: Scorecard.from_json(r.scorecard) for r in results}
    best: dict[int, Result] = {}
    for result in results:
        held = best.get(result.team_id)
        if held is None or _primary(scorecards, result) > _primary(scorecards, held):
            best[result.team_id] = result
    chosen = {r.submission_id: r for r in best.values()}
    cards = {key: scorecards[key] for key in chosen}
    return Standings(
        board=rank(cards, policy=policy),
        results=chosen,
        practice={k: Scorecard.from_json(r.practice) for k, r in chosen.items()},
        ahead_of_constant=_ahead_of_constant(cards),
        counts={
            key: sum(r.team_id == chosen[key].team_id for r in results)
            for key in chosen
        },
    )


def _primary(scorecards: dict[str, Scorecard], result: Result) -> float:
    return scorecards[result.submission_id].metrics[PRIMARY].value


def _ahead_of_constant(cards: dict[str, Scorecard]) -> dict[str, Estimate]:
    constants = [card for card in cards.values() if card.degenerate == "constant"]
    if not constants:
        return {}
    best = max(constants, key=lambda card: card.metrics[PRIMARY].value)
    return {
        key: compare(card, best) for key, card in cards.items() if not card.degenerate
    }
