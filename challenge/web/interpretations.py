"""Duiding: what a team says its figures mean; the organiser may do without."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from challenge.errors import RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.interpreting import TEXT_LENGTH, interpret, waive
from challenge.rules.phases import current_phase, may_pitch
from challenge.store.interpretations import Interpretation
from challenge.web.access import Deployment, Here, Person
from challenge.web.mistakes import mistakes
from challenge.web.pages import page

router = APIRouter(include_in_schema=False)
PAGE = "/interpretation"
LIST = "/organiser/interpretations"


@dataclass(frozen=True, slots=True)
class InterpretationView:
    """The form of a team's note.

    Attributes
    ----------
    stored : Interpretation
        As it is kept.
    text : str
        What stands in the form.
    open : bool
        Whether it may change.
    longest : int
        Most characters.
    errors : dict of str to str
        Why the form was refused.
    """

    template: ClassVar[str] = "team/interpretation.html"

    stored: Interpretation
    text: str
    open: bool
    longest: int = TEXT_LENGTH
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotesView:
    """Every team's note, for the organiser.

    Attributes
    ----------
    notes : list of Interpretation
        By team, empty ones too.
    """

    template: ClassVar[str] = "team/notes.html"

    notes: list[Interpretation]


@router.get(PAGE)
def interpretation(request: Request, here: Here, team: Person) -> Response:
    """Show the team its note."""
    return page(request, _view(here, team), reader=team)


@router.post(PAGE)
def write(
    request: Request, here: Here, team: Person, text: Annotated[str, Form()] = ""
) -> Response:
    """Keep the note; it may be empty, and is saved while one types."""
    is_live = request.headers.get("hx-request") == "true"
    block = "saved" if is_live else ""
    try:
        with here.database.begin() as unit:
            interpret(unit, here.brief, team, text, now=datetime.now(UTC))
    except RequestRefusedError as wrong:
        errors = mistakes(request, "interpretation", wrong)
        view = _view(here, team, text=text, errors=errors)
        return page(request, view, reader=team, status=422, block=block)
    if is_live:
        return page(request, _view(here, team), reader=team, block=block)
    return RedirectResponse(PAGE, status_code=303)


@router.get(LIST)
def notes(request: Request, here: Here, person: Person) -> Response:
    """List every team's note, and those that are missing."""
    with here.database.read() as unit:
        found = unit.interpretations.all()
        teams = [team.name for team in unit.people.all(Role.TEAM)]
    view = NotesView([found.get(name, Interpretation(name)) for name in teams])
    return page(request, view, reader=person)


@router.post(LIST + "/{team_name}/waive")
def do_without(here: Here, person: Person, team_name: str) -> Response:
    """Accept that a team has no note."""
    with here.database.begin() as unit:
        waive(unit, team_name, by=person.name, now=datetime.now(UTC))
    return RedirectResponse(LIST, status_code=303)


def _view(
    here: Deployment,
    team: Principal,
    *,
    text: str | None = None,
    errors: dict[str, str] | None = None,
) -> InterpretationView:
    with here.database.read() as unit:
        stored = unit.interpretations.get(team)
        is_open = may_pitch(current_phase(unit, here.brief))
    return InterpretationView(
        stored=stored,
        text=stored.text if text is None else text,
        open=is_open,
        errors=errors or {},
    )
