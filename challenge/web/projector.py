"""What hangs on the wall: the board page by page, and the clock of a pitch."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup

from challenge.errors import NotFoundError
from challenge.rules.clock import ClockView, clock_view, running_order
from challenge.rules.timeline import Clock, clock
from challenge.web.access import Deployment, Here, Visitor
from challenge.web.board import board_view, current_standings
from challenge.web.drawn import fragments, version_of, while_it_holds
from challenge.web.pages import choose_language, choose_theme, page
from challenge.web.recent import Recent
from challenge.web.references import hides_board
from challenge.web.site import site_of
from challenge.web.tags import unless_known
from leaderboard.pages import projector_fragments

router = APIRouter(include_in_schema=False)

# Of one moment, one for each language; a moment that is over goes first.
FACES = 4


@dataclass(frozen=True, slots=True)
class WallView:
    """One page of the board for a whole room; the same for whoever logged in there.

    Attributes
    ----------
    clock : Clock
        Where the day is.
    ranking : Markup
        At most twelve rows.
    number, pages : int
        Which page, from 1, of how many.
    teams : int
        How many stand on the board.
    address : str
        Of the board, for a phone.
    theme : str
        Light unless somebody chose: a projector washes out what is dark.
    """

    template: ClassVar[str] = "public/big.html"

    clock: Clock
    ranking: Markup
    number: int
    pages: int
    teams: int
    address: str
    theme: str


@dataclass(frozen=True, slots=True)
class WallClock:
    """The clock of a pitch for a whole room.

    Attributes
    ----------
    face : ClockView
        Who pitches, how long still, who is next.
    order : list of str
        Teams, the first one first.
    talk_minutes, question_minutes : int
        How long both last.
    theme : str
        Light unless somebody chose.
    """

    template: ClassVar[str] = "public/clock.html"

    face: ClockView
    order: list[str]
    talk_minutes: int
    question_minutes: int
    theme: str


@router.get("/board/big")
def big(
    request: Request,
    here: Here,
    reader: Visitor,
    number: Annotated[int, Query(alias="page", ge=1)] = 1,
) -> Response:
    """Show one page of the board; its block answers 304 where nothing changed."""
    if hides_board(here, reader):
        raise NotFoundError("board of set", "board")
    is_poll = "hx-request" in request.headers

    def draw() -> Response:
        view = _view(request, here, number)
        return page(request, view, reader=None, block="wall" if is_poll else "")

    if not is_poll:
        return draw()
    seen = (version_of(here), choose_language(request), number)
    return unless_known(request, seen, draw, vary="HX-Request")


@router.get("/clock")
def pitch_clock(request: Request, here: Here) -> Response:
    """Show how long this pitch still lasts, and who is next.

    Its block is drawn once a second, however many poll.
    """
    if "hx-request" not in request.headers:
        return page(request, _wall_clock(request, here), reader=None)
    kept: Recent[Response] = request.app.state.faces
    # A whole room polls; what it gets says nothing of who asks but the language.
    drawn = kept.get(
        (choose_language(request), _second()),
        lambda: page(request, _wall_clock(request, here), reader=None, block="face"),
    )
    # Its headers are one more for each: whoever passes it on may add to them.
    return Response(drawn.body, headers=dict(drawn.headers))


def _second() -> int:
    """Name the second for which a face is kept, however the clock of the day jumps."""
    return int(time.monotonic())


def _wall_clock(request: Request, here: Deployment) -> WallClock:
    with here.database.read() as unit:
        return WallClock(
            face=clock_view(unit, datetime.now(UTC)),
            order=running_order(unit),
            talk_minutes=here.brief.jury.talk_minutes,
            question_minutes=here.brief.jury.question_minutes,
            theme=choose_theme(request) or "light",
        )


def _view(request: Request, here: Deployment, number: int) -> WallView:
    language, now = choose_language(request), datetime.now(UTC)
    key = ("wall", version_of(here), language)
    drawn, teams = fragments(request).get(
        key, while_it_holds(request, here, key, lambda: _draw(here, language))
    )
    with here.database.read() as unit:
        said = clock(unit, here.brief, now)
    number = min(number, len(drawn))
    return WallView(
        clock=said,
        ranking=drawn[number - 1],
        number=number,
        pages=len(drawn),
        teams=teams,
        address=site_of(request),
        theme=choose_theme(request) or "light",
    )


def _draw(here: Deployment, language: str) -> tuple[list[Markup], int]:
    view = board_view(here, current_standings(here), reader=None, language=language)
    # They escape what they are given.
    drawn = [Markup(one) for one in projector_fragments(view)]  # noqa: S704
    return drawn or [Markup()], len(view.board.rows)
