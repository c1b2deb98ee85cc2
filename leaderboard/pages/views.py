"""What one reader may see of a board or a scorecard, decided before it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from markupsafe import Markup

from leaderboard.pages.figures import Entry
from leaderboard.ranking import Board
from leaderboard.records import Scorecard

RowsKind = Literal["practice", "board", "final", "external"]
"""Which rows a scorecard is of."""


@dataclass(frozen=True, slots=True)
class TeamLine:
    """What stands beside a row of the board that no scorecard knows.

    Attributes
    ----------
    name : str
        Name of the team.
    title : str
        Title of the submission, from its card; may be empty.
    at : datetime
        When the shown submission came in; aware.
    submissions : int
        How many the team has had scored.
    baseline : str or None
        Slug of the example that its card says it uses.
    own : bool
        Whether the reader belongs to this team.
    sources : str
        What the team had to work with, in the page's language; empty where all teams
        had the same. Rows with equal words stand together, under them.
    """

    name: str
    title: str
    at: datetime
    submissions: int
    baseline: str | None = None
    own: bool = False
    sources: str = ""


@dataclass(frozen=True, slots=True)
class BoardView:
    """What one reader may see of the board.

    Attributes
    ----------
    board : Board
        The ranking on the board rows; of several source sets, one after another.
    teams : mapping of str to TeamLine
        One per row of the board, by its key.
    challenge : str
        Title of the challenge, in `language`.
    updated_at : datetime
        When the board last changed; aware, and its zone is the page's zone.
    language : str
        ``"nl"`` or ``"en"``.
    figures : mapping of str to Scorecard
        Published scorecards, by key of the board's rows: gaps, groups and areas are
        drawn from them. Leave it empty for whoever may not see those.
    figures_from : {"practice", "board", "final", "external"}
        Which rows they are of; practice rows may have been trained on, and every
        picture of them says so. Jurors get none of those.
    labels : mapping of str to str
        Words for attributes (``"household_type"``) and their levels
        (``"household_type.single_parent"``); what is absent shows as it is.
    references : mapping of str to float
        Score of the reference model on the board rows, by the words for the sources
        (``TeamLine.sources``); empty where none is told. A set that is named here and
        has no row shows as one in which nobody has a score yet.
    rows_kind : {"board", "final", "external"}
        Which rows rank, said on the page.
    """

    board: Board
    teams: Mapping[str, TeamLine]
    challenge: str
    updated_at: datetime
    language: str = "nl"
    figures: Mapping[str, Scorecard] = field(default_factory=dict)
    figures_from: RowsKind = "practice"
    labels: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, float] = field(default_factory=dict)
    rows_kind: Literal["board", "final", "external"] = "board"

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Teams that have figures, in the order of the board."""
        return tuple(
            Entry(
                self.teams[row.key].name,
                self.figures[row.key],
                own=self.teams[row.key].own,
                outside=row.outside is not None,
            )
            for row in self.board.rows
            if row.key in self.figures
        )


@dataclass(frozen=True, slots=True)
class ScorecardView:
    """What one reader may see of one submission.

    Attributes
    ----------
    scorecard : Scorecard
        Published practice or final rows for the team, exact board rows for organiser
        and auditor.
    team : str
        Whose submission.
    title : str
        From its card; may be empty.
    rows_kind : {"practice", "board", "final"}
        Which rows, said on the page.
    language : str
        ``"nl"`` or ``"en"``.
    labels : mapping of str to str
        As in `BoardView`.
    beside : Markup
        Safe HTML that stands under what the first picture means, such as what its
        team says about it.
    """

    scorecard: Scorecard
    team: str
    title: str
    rows_kind: Literal["practice", "board", "final"]
    language: str = "nl"
    labels: Mapping[str, str] = field(default_factory=dict)
    beside: Markup = field(default_factory=Markup)
