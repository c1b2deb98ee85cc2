"""Who stands where: one submission a team, ranked within its source set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from challenge.records import Principal, Role
from challenge.rules.picks import counting
from challenge.store import Result, Unit
from leaderboard import Board, FairnessPolicy, Phase, Scorecard, rank


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


Rows = Literal["board", "final", "external"]

# Another result changes one scorecard of the board: the others are not parsed again.
# As many as two boards of 200 teams, with their practice rows.
read_card = lru_cache(maxsize=800)(Scorecard.from_json)


def standings(
    unit: Unit, release: str, *, policy: FairnessPolicy, rows: Rows = "board"
) -> Standings:
    """Rank one submission of every team, by source set.

    On the live board that is the one that its ladder holds, not the one with the
    highest score: a maximum over many tries is mostly luck. At the end it is the one
    that counts, see `challenge.rules.picks.counting`. All are scored on the same rows,
    but a team that has not got a table can do nothing about it; so places count among
    those who have the same.

    Parameters
    ----------
    unit : Unit
        A transaction; only the scorecards on the board are read.
    release : str
        ``slug/version``.
    policy : FairnessPolicy
        From the brief.
    rows : {"board", "final", "external"}
        Which rows rank; the last two are empty before they are scored. Who may see
        them is for `leaderboard.readers.form_for`.

    Returns
    -------
    Standings
        Without boards for no results; final and external ones carry that scorecard
        and the time of its scoring in each result.
    """
    results = {r.submission_id: r for r in _results(unit, release, rows)}
    ladders = unit.ladders.all(release)
    cards = {key: read_card(r.scorecard) for key, r in results.items()}
    return Standings(
        boards={
            source: rank(mine, policy=policy)
            for source, mine in _by_source(results, cards).items()
        },
        results=results,
        practice={k: read_card(r.practice) for k, r in results.items()},
        counts={key: ladders[r.team_id].submissions for key, r in results.items()},
    )


def state_of(unit: Unit, release: str) -> tuple[object, ...]:
    """Say which state of the world standings belong to; equal states rank the same.

    Parameters
    ----------
    unit : Unit
        A transaction; reads no scorecard.
    release : str
        ``slug/version``.

    Returns
    -------
    tuple
        To be compared with an earlier one.
    """
    # Ladders move with a result or a rescoring that is published; the rest of what
    # `counting` looks at is read here, since readers ask this at every poll.
    return (
        unit.phases.last(),
        unit.results.count(release),
        unit.finals.count(release),
        tuple(unit.rescorings.published(release)),
        repr(unit.references.all(release)),
        repr(unit.picks.all(release)),
        tuple(sorted(unit.picks.disqualified(release))),
        tuple(unit.people.barred(Role.TEAM)),
    )


def teams_outside(unit: Unit, reader: Principal | None) -> list[Principal]:
    """List the teams that were disqualified, as somebody may read of them.

    Why is for the team and for the desk: an accusation is not for a room to read.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    reader : Principal or None
        Who reads; None for a visitor.

    Returns
    -------
    list of Principal
        By name; `barred` is empty where the reason is not for this reader.
    """
    found = [one for one in unit.people.all(Role.TEAM) if one.barred is not None]
    if reader is not None and reader.role in (Role.ORGANISER, Role.AUDITOR):
        return found
    own = reader.id if reader is not None else None
    return [one if one.id == own else replace(one, barred="") for one in found]


def _results(unit: Unit, release: str, rows: Rows) -> list[Result]:
    """List the result of each team that ranks, with the scorecard of those rows."""
    counted = {one.submission_id for one in counting(unit, release).values()}
    if rows != "board":
        scores = unit.finals.all(release, rows)
        return [
            replace(result, scorecard=found.scorecard, scored_at=found.scored_at)
            for result in unit.results.of(counted)
            if (found := scores.get(result.submission_id))
        ]
    if unit.phases.last() == Phase.CLOSED:
        return unit.results.of(counted)
    gone = unit.picks.disqualified(release)
    return [r for r in unit.results.accepted(release) if r.submission_id not in gone]


def _by_source(
    chosen: dict[str, Result], cards: dict[str, Scorecard]
) -> dict[str, dict[str, Scorecard]]:
    sources = sorted({result.sources for result in chosen.values()})
    return {
        source: {key: cards[key] for key, r in chosen.items() if r.sources == source}
        for source in sources
    }
