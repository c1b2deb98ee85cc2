"""The pitch clock, the running order, and closing the panel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from challenge.errors import RequestRefusedError
from challenge.rules import clock as rule
from challenge.rules.clock import ClockView, clock_view, running_order
from challenge.rules.panel import change_panel, check_leads, leads, panel_state
from challenge.rules.tally import Gaps, gaps
from challenge.web.access import Deployment, Here, Person
from challenge.web.fields import Fields, text_of
from challenge.web.pages import page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ClockPage:
    """The pitch clock as the room sees it.

    Attributes
    ----------
    clock : ClockView
        What it shows now.
    order : tuple of str
        Teams, the first one first.
    numbers : dict of str to str
        What stands in the field beside each team.
    leads : bool
        Whether the reader may start and stop it.
    talk_minutes, question_minutes : int
        How long both last.
    problem : RequestRefusedError or None
        Why the last change was refused.
    seed : str
        Of the draw, as it was typed.
    """

    template: ClassVar[str] = "jury/clock.html"
    clock: ClockView
    order: tuple[str, ...]
    numbers: dict[str, str]
    leads: bool
    talk_minutes: int
    question_minutes: int
    problem: RequestRefusedError | None = None
    seed: str = ""


@dataclass(frozen=True, slots=True)
class PanelPage:
    """What whoever closes the panel reads first.

    Attributes
    ----------
    panel : str
        ``"open"`` or ``"closed"``; empty outside phase jury.
    gaps : Gaps
        What it would leave out.
    """

    template: ClassVar[str] = "jury/panel.html"
    panel: str
    gaps: Gaps


@router.get("/jury/clock")
def clock(request: Request, here: Here, person: Person) -> Response:
    """Show who pitches, how long still, and who is next."""
    block = "clock" if "hx-request" in request.headers else ""
    return page(request, _view(here, person), reader=person, block=block)


@router.post("/jury/clock")
def change_clock(
    request: Request, here: Here, person: Person, fields: Fields
) -> Response:
    """Start, stop, go on to the next team, or change the running order."""
    try:
        _change(here, person, fields)
    except RequestRefusedError as error:
        numbers = {k[6:]: str(v) for k, v in fields.items() if k.startswith("place_")}
        view = _view(here, person, numbers, error)
        view = replace(view, seed=text_of(fields, "seed"))
        return page(request, view, reader=person, status=error.status)
    return RedirectResponse("/jury/clock", status_code=303)


@router.get("/jury/panel")
def panel_page(request: Request, here: Here, person: Person) -> Response:
    """Show what closing the panel now would leave out."""
    check_leads(person)
    with here.database.read() as unit:
        view = PanelPage(panel_state(unit, here.brief), gaps(unit))
    return page(request, view, reader=person)


@router.post("/jury/panel")
def panel(here: Here, person: Person, state: Annotated[str, Form()]) -> Response:
    """Close the panel, or open it again."""
    with here.database.begin() as unit:
        change_panel(
            unit,
            person,
            is_open=state == "open",
            brief=here.brief,
            now=datetime.now(UTC),
        )
    to = "/jury" if person.role == "juror" else "/organiser/ballots"
    return RedirectResponse(to, status_code=303)


def _change(here: Deployment, person: Person, fields: Fields) -> None:
    now = datetime.now(UTC)
    with here.database.begin() as unit:
        match text_of(fields, "action"):
            case "start":
                team = text_of(fields, "team")
                rule.start(unit, person, team, brief=here.brief, now=now)
            case "stop":
                rule.stop(unit, person, now=now)
            case "draw":
                rule.draw_order(unit, person, text_of(fields, "seed"), now=now)
            case _:
                order = _by_number(running_order(unit), fields)
                rule.set_order(unit, person, order, now=now)


def _by_number(teams: list[str], fields: Fields) -> list[str]:
    """Sort teams by the number beside each, which nobody else has."""
    numbers = {team: text_of(fields, f"place_{team}") for team in teams}
    found = {int(n) for n in numbers.values() if n.isdecimal() and len(n) < 5}
    if len(found) < len(teams):
        raise RequestRefusedError(
            "order", "two teams have one number, or one has none.", hint="Number all."
        )
    return sorted(teams, key=lambda team: int(numbers[team]))


def _view(
    here: Deployment,
    person: Person,
    numbers: dict[str, str] | None = None,
    problem: RequestRefusedError | None = None,
) -> ClockPage:
    with here.database.read() as unit:
        order = running_order(unit)
        shown = clock_view(unit, datetime.now(UTC))
    return ClockPage(
        clock=shown,
        order=tuple(order),
        numbers={team: str(n) for n, team in enumerate(order, 1)} | (numbers or {}),
        leads=leads(person),
        talk_minutes=here.brief.jury.talk_minutes,
        question_minutes=here.brief.jury.question_minutes,
        problem=problem,
    )
