"""What a jury deliberates on: every juror's mean beside the model board."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from challenge.records import Ballot
from challenge.rules.jury import JuryVerdict
from leaderboard import Board, Row
from leaderboard.jury import TeamResult

WIDE = 2.0
"""Points between two jurors from which they should talk about a team."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything about one team, on one line.

    Attributes
    ----------
    team : str
        Whose line.
    result : TeamResult
        Mean, score and place range of the jury.
    dots : tuple of float
        Mean points that each juror gave, lowest first; jurors are not named.
    model : Row or None
        Where its model stands; None without one.
    notes : tuple of str
        What jurors want to tell the team.
    """

    team: str
    result: TeamResult
    dots: tuple[float, ...]
    model: Row | None
    notes: tuple[str, ...]

    @property
    def spread(self) -> float:
        """Points between the juror who gave most and the one who gave fewest."""
        return self.dots[-1] - self.dots[0] if self.dots else 0.0

    @property
    def is_wide(self) -> bool:
        """Whether jurors differ so much that they should talk about it."""
        return self.spread >= WIDE

    @property
    def is_at_odds(self) -> bool:
        """Whether jury and model board say something else about who leads."""
        if self.model is None or self.result.place_low is None:
            return False
        return self.result.leading != self.model.leading


def standings_of(
    verdict: JuryVerdict, ballots: Sequence[Ballot], boards: Iterable[Board]
) -> tuple[Standing, ...]:
    """Put what is known about each judged team on one line.

    Parameters
    ----------
    verdict : JuryVerdict
        Computed from the same ballots.
    ballots : sequence of Ballot
        As they were submitted.
    boards : iterable of Board
        The model board; each row's key is its team's name.

    Returns
    -------
    tuple of Standing
        In the order of the jury.
    """
    model = {row.key: row for board in boards for row in board.rows}
    teams = verdict.result.teams if verdict.result else ()
    return tuple(
        Standing(
            team=result.team,
            result=result,
            dots=_dots(result.team, ballots),
            model=model.get(result.team),
            notes=notes_for(result.team, ballots),
        )
        for result in teams
    )


def notes_for(team: str, ballots: Iterable[Ballot]) -> tuple[str, ...]:
    """Collect what jurors want to tell a team; why somebody is recused is not told.

    Parameters
    ----------
    team : str
        Whose.
    ballots : iterable of Ballot
        As they were submitted.

    Returns
    -------
    tuple of str
        In alphabetical order, so that it says nothing about who wrote what.
    """
    notes = (b.note for b in ballots if b.team == team and not b.recused)
    return tuple(sorted(note for note in notes if note))


def _dots(team: str, ballots: Iterable[Ballot]) -> tuple[float, ...]:
    given = (b.points.values() for b in ballots if b.team == team and b.points)
    return tuple(sorted(fmean(points) for points in given))
