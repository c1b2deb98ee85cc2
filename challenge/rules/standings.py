"""Who stands where: each team's accepted submission, ranked within its source set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from challenge.store import Result, Unit
from leaderboard import Board, FairnessPolicy, Scorecard, rank


@dataclass(frozen=True, slots=True)
class Standings:
    """A ranked board and what belongs to each of its rows.

    Attributes
    ----------
    boards : dict of str to Board
        Source set to the ranking of the teams that have it; each row's key is a
        submission id. Sets without a row are left out, and order is that of names.
    results : dict of str to Result
        Submission id to the result that its team has on the board.
    practice : dict of str to Scorecard
        Submission id to the publishable scorecard of the practice rows.
    counts : dict of str to int
        Submission id to how many scored submissions its team has.
    """

    boards: dict[str, Board]
    results: dict[str, Result]
    practice: dict[str, Scorecard]
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


def standings(unit: Unit, release: str, *, policy: FairnessPolicy) -> Standings:
    """Rank the submission that every team has on the board, by source set.

    That is the one that its ladder holds, not the one with the highest score: a
    maximum over many tries is mostly luck. All are scored on the same rows, but a
    team that has not got a table can do nothing about it; so places count among
    those who have the same.

    Parameters
    ----------
    unit : Unit
        A transaction; only the scorecards on the board are read.
    release : str
        ``slug/version``.
    policy : FairnessPolicy
        From the brief.

    Returns
    -------
    Standings
        Without boards for no results.
    """
    results = {r.submission_id: r for r in unit.results.accepted(release)}
    ladders = unit.ladders.all(release)
    cards = {key: Scorecard.from_json(r.scorecard) for key, r in results.items()}
    return Standings(
        boards={
            source: rank(mine, policy=policy)
            for source, mine in _by_source(results, cards).items()
        },
        results=results,
        practice={k: Scorecard.from_json(r.practice) for k, r in results.items()},
        counts={key: ladders[r.team_id].submissions for key, r in results.items()},
    )


def _by_source(
    chosen: dict[str, Result], cards: dict[str, Scorecard]
) -> dict[str, dict[str, Scorecard]]:
    sources = sorted({result.sources for result in chosen.values()})
    return {
        source: {key: cards[key] for key, r in chosen.items() if r.sources == source}
        for source in sources
    }
