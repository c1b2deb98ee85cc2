"""The board: a page, and a table for a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup

from challenge.errors import NotFoundError
from challenge.records import Pitch, Principal, Role
from challenge.rules.phases import shows_finals
from challenge.rules.pitching import shown_pitches
from challenge.rules.quota import Left, left_today
from challenge.rules.sheet import write_sheet
from challenge.rules.standings import Rows, teams_outside
from challenge.rules.tally import counted_ballots
from challenge.rules.timeline import Clock, clock
from challenge.store.rescorings import Rescoring
from challenge.web.access import Deployment, Here, Visitor, audience_of
from challenge.web.board import board_view, current_standings
from challenge.web.board_document import board_document
from challenge.web.drawn import Version, fragments, version_of, while_it_holds
from challenge.web.outcome import outcome_fragment
from challenge.web.pages import choose_language, page
from challenge.web.references import hides_board
from challenge.web.sheets import sheet_response
from challenge.web.timetable import Step, phase_steps
from leaderboard import Audience, Phase
from leaderboard.pages import figures_fragment, ranking_fragment
from leaderboard.readers import Form, form_for

router = APIRouter(include_in_schema=False)

Set = Annotated[Literal["board", "final", "external"], Query()]
Drawn = tuple[Markup, Markup, Markup]
"""Ranking, figures of each team, and what changed at the end."""

COLUMNS = (
    *("place", "team", "sources", "scaled_brier", "scaled_brier_low"),
    *("scaled_brier_high", "policy", "outside", "submissions", "scored_at"),
    "reference",
)
"""Of the table; fields of the JSON, in the order of the page."""


@dataclass(frozen=True, slots=True)
class BoardPage:
    """What the board shows one reader.

    Attributes
    ----------
    rows : {"board", "final", "external"}
        Which rows rank.
    sets : tuple of str
        Of those, what the reader may look at.
    is_hidden : bool
        Whether nothing of it is for the reader, who judges without it.
    steps : list of Step
        The strip of the day.
    clock : Clock
        Where the day is.
    left : Left or None
        What the reader's team may still use today; None for others.
    rescorings : list of Rescoring
        Those that are being worked out, and those that were published.
    ranking, figures, outcome : Markup
        Fragments of `leaderboard.pages`; the last two may be empty.
    pitches : list of Pitch
        What teams tell the jury.
    ballot_counts : dict of str to int
        Ballots that count and are no recusal, by team.
    barred : list of Principal
        Teams that were disqualified, with the reason where the reader may know it.
    """

    template: ClassVar[str] = "public/board.html"

    rows: Rows
    sets: tuple[Rows, ...]
    is_hidden: bool
    steps: list[Step]
    clock: Clock
    left: Left | None
    rescorings: list[Rescoring]
    ranking: Markup
    figures: Markup
    outcome: Markup
    pitches: list[Pitch]
    ballot_counts: dict[str, int]
    barred: list[Principal]


@router.get("/")
def board(
    request: Request, here: Here, reader: Visitor, set: Set = "board"
) -> Response:
    """Show the board with the day's phases above it and the pitches below it."""
    if set != "board":
        check_shown(here, reader, set)
    view = board_page(request, here, reader, set, version_of(here))
    return page(request, view, reader=reader)


@router.get("/board.csv")
def table(
    request: Request, here: Here, reader: Visitor, set: Set = "board"
) -> Response:
    """Give the board for a spreadsheet: the fields of the page, with a full stop."""
    check_shown(here, reader, set)
    ranked = current_standings(here, set)
    document = board_document(here, ranked, reader=reader, rows=set)
    rows = [[row[name] for name in COLUMNS] for row in document["rows"]]
    text = write_sheet(COLUMNS, rows, language=choose_language(request))
    return sheet_response(text, f"{set}.csv")


def check_shown(here: Deployment, reader: Principal | None, rows: Rows) -> None:
    """Hide final and external rows from whoever may not see them yet.

    Parameters
    ----------
    here : Deployment
        The running server.
    reader : Principal or None
        Who asks.
    rows : {"board", "final", "external"}
        For what.

    Raises
    ------
    NotFoundError
        If there is nothing of these rows for them.
    """
    if rows not in _sets(reader, here.phase) or hides_board(here, reader):
        raise NotFoundError("board of set", rows)


def _sets(reader: Principal | None, phase: Phase) -> tuple[Rows, ...]:
    named: tuple[Rows, ...] = ("final", "external")
    audience = audience_of(reader)
    found = (rows for rows in named if form_for(audience, phase, rows) != Form.NOTHING)
    return ("board", *found) if shows_finals(phase) else ("board",)


def seen_as(
    here: Deployment, request: Request, reader: Principal | None
) -> tuple[str, Audience, int, bool]:
    """Say as whom somebody looks: a team has a row of its own.

    Parameters
    ----------
    here : Deployment
        The running server.
    request : Request
        Says in which language.
    reader : Principal or None
        Who looks.

    Returns
    -------
    tuple
        Equal for readers who see the same board.
    """
    own = reader.id if reader and reader.role is Role.TEAM else 0
    is_hidden = hides_board(here, reader)
    return choose_language(request), audience_of(reader), own, is_hidden


def left_for(here: Deployment, reader: Principal | None) -> Left | None:
    """Say what a team may still hand in today; None for everybody else."""
    if reader is None or reader.role is not Role.TEAM:
        return None
    with here.database.read() as unit:
        return left_today(unit, here.brief, reader.id, datetime.now(UTC))


def board_page(
    request: Request,
    here: Deployment,
    reader: Principal | None,
    rows: Rows,
    version: Version,
) -> BoardPage:
    """Put together what one reader sees of the board.

    Parameters
    ----------
    request : Request
        Says in which language.
    here : Deployment
        The running server.
    reader : Principal or None
        Who looks.
    rows : {"board", "final", "external"}
        Which rows rank.
    version : tuple
        From `version_of`.

    Returns
    -------
    BoardPage
        With what was drawn for this version, now or before.
    """
    language, now = choose_language(request), datetime.now(UTC)
    key = (rows, version, seen_as(here, request, reader))
    drawn: Drawn = fragments(request).get(
        key,
        while_it_holds(request, here, key, lambda: draw(here, reader, language, rows)),
    )
    # Not within the unit: a page that holds one connection waits for no second one.
    is_hidden, left = hides_board(here, reader), left_for(here, reader)
    with here.database.read() as unit:
        pitches = shown_pitches(unit, reader, version.phase)
        ballots = [b for b in counted_ballots(unit) if not b.recused]
        all_rescorings = unit.rescorings.all(here.release.name)
        return BoardPage(
            rows=rows,
            sets=_sets(reader, version.phase),
            is_hidden=is_hidden,
            steps=phase_steps(here, unit, language, now),
            clock=clock(unit, here.brief, now),
            left=left,
            rescorings=[r for r in all_rescorings if r.published_at or not r.done_at],
            ranking=drawn[0],
            figures=drawn[1],
            outcome=drawn[2],
            pitches=pitches,
            ballot_counts={
                p.team: sum(b.team == p.team for b in ballots) for p in pitches
            },
            barred=teams_outside(unit, reader),
        )


def draw(
    here: Deployment, reader: Principal | None, language: str, rows: Rows
) -> Drawn:
    """Draw the parts of the board that take long."""
    view = board_view(
        here,
        current_standings(here, rows),
        reader=reader,
        language=language,
        rows=rows,
    )
    # All three escape what they are given.
    return (
        Markup(ranking_fragment(view)),  # noqa: S704
        Markup(figures_fragment(view)),  # noqa: S704
        outcome_fragment(here, reader, language) if rows == "final" else Markup(),
    )
