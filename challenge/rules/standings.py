"""Who stands where: each team's best submission, ranked within its source set."""

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
    boards : dict of str to Board
        Source set to the ranking of the teams that have it; each row's key is a
        submission id. Sets without a row are left out, and order is that of names.
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

    boards: dict[str, Board]
    results: dict[str, Result]
    practice: dict[str, Scorecard]
    ahead_of_constant: dict[str, Estimate]
    counts: dict[str, int]

    @property
    def champion(self) -> Result | None:
        """Of those that are first in their set, the one with the highest score."""
        first = [board.rows[0] for board in self.boards.values()]
        ranked = [row for row in first if row.outside is None]
        best = max(ranked, key=lambda row: row.score.value, default=None)
        return self.results[best.key] if best else None

    def in_order(self, sources: Sequence[str], *, first: str = "") -> Board:
        """Put the rankings of the source sets below one another.

        Parameters
        ----------
        sources : sequence of str
            Sets in the order in which they are listed.
        first : str
            The reader's own set comes before the others.

        Returns
        -------
        Board
            Every row once; places count within a set.
        """
        listed = sorted(sources, key=lambda source: source != first)
        boards = (self.boards[source] for source in listed if source in self.boards)
        return Board(tuple(row for board in boards for row in board.rows))


def standings(results: Sequence[Result], *, policy: FairnessPolicy) -> Standings:
    """Rank the best submission of every team, apart for each source set.

    All are scored on the same rows, but a team that has not got a table can do
    nothing about it; so places count among those who have the same.

    Parameters
    ----------
    results : sequence of Result
        Every scored submission.
    policy : FairnessPolicy
        From the brief.

    Returns
    -------
    Standings
        Without boards for no results.
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
        boards={
            source: rank(mine, policy=policy)
            for source, mine in _by_source(chosen, cards).items()
        },
        results=chosen,
        practice={k: Scorecard.from_json(r.practice) for k, r in chosen.items()},
        ahead_of_constant=_ahead_of_constant(cards),
        counts={
            key: sum(r.team_id == chosen[key].team_id for r in results)
            for key in chosen
        },
    )


def _by_source(
    chosen: dict[str, Result], cards: dict[str, Scorecard]
) -> dict[str, dict[str, Scorecard]]:
    sources = sorted({result.sources for result in chosen.values()})
    return {
        source: {key: cards[key] for key, r in chosen.items() if r.sources == source}
        for source in sources
    }


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
