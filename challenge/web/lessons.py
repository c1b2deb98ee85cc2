"""What was learnt today: written down by organiser and jurors, public at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.lessons import (
    COLUMNS,
    KINDS,
    may_note,
    note_lesson,
    withdraw_lesson,
)
from challenge.rules.phases import current_phase
from challenge.rules.sheet import write_sheet
from challenge.store.lessons import Lesson
from challenge.web.access import Deployment, Here, Person, Visitor
from challenge.web.mistakes import mistakes
from challenge.web.numbers import Key
from challenge.web.pages import choose_language, page
from challenge.web.policy import ROOM
from challenge.web.sheets import sheet_response
from leaderboard import Phase

router = APIRouter(tags=["jury"], include_in_schema=False)
PAGE = "/lessons"


@dataclass(frozen=True, slots=True)
class LessonsView:
    """What the page of lessons shows.

    Attributes
    ----------
    lessons : dict of str to list of Lesson
        By kind, oldest first.
    may_write : bool
        Whether the reader may add one.
    is_late : bool
        Whether the reader could before the end, and the organiser alone can now.
    may_withdraw : set of int
        Numbers of those that the reader may take off.
    names_shown : bool
        Whether it says who wrote what: in the jury's room only.
    typed : dict of str to str
        What stands in the form: kind, text, interpretation.
    errors : dict of str to str
        Why the form was refused.
    """

    template: ClassVar[str] = "verdict/lessons.html"

    lessons: dict[str, list[Lesson]]
    may_write: bool
    is_late: bool
    may_withdraw: set[int]
    names_shown: bool
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@router.get(PAGE)
def lessons(request: Request, here: Here, reader: Visitor) -> Response:
    """Show what was learnt; to everybody once all is closed."""
    _check_reader(here, reader, PAGE)
    return page(request, _view(here, reader), reader=reader)


@router.get(PAGE + ".csv")
def lessons_sheet(request: Request, here: Here, reader: Visitor) -> Response:
    """Give the same as a sheet."""
    _check_reader(here, reader, f"{PAGE}.csv")
    is_inside = _is_inside(reader)
    with here.database.read() as unit:
        rows = [
            (
                x.kind,
                x.text,
                x.interpretation,
                x.by if is_inside else "",
                x.at.isoformat(),
            )
            for x in unit.lessons.all()
        ]
    text = write_sheet(COLUMNS, rows, language=choose_language(request))
    return sheet_response(text, "lessons.csv")


@router.post(PAGE)
def note(
    request: Request,
    here: Here,
    person: Person,
    kind: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
    interpretation: Annotated[str, Form()] = "",
) -> Response:
    """Write down one thing that was learnt."""
    try:
        with here.database.begin() as unit:
            note_lesson(
                unit,
                person,
                kind=kind,
                text=text,
                interpretation=interpretation,
                brief=here.brief,
                now=datetime.now(UTC),
            )
    except RequestRefusedError as wrong:
        typed = {"kind": kind, "text": text, "interpretation": interpretation}
        errors = mistakes(request, "lessons", wrong)
        view = _view(here, person, typed, errors)
        return page(request, view, reader=person, status=422)
    return RedirectResponse(PAGE, status_code=303)


@router.post(PAGE + "/{number}/withdraw")
def withdraw(here: Here, person: Person, number: Key) -> Response:
    """Take one off: your own, or as organiser any."""
    with here.database.begin() as unit:
        withdraw_lesson(unit, person, number, now=datetime.now(UTC))
    return RedirectResponse(PAGE, status_code=303)


def _is_inside(reader: Principal | None) -> bool:
    return reader is not None and reader.role in ROOM


def _check_reader(here: Deployment, reader: Principal | None, path: str) -> None:
    with here.database.read() as unit:
        is_public = current_phase(unit, here.brief) is Phase.CLOSED
    if not is_public and not _is_inside(reader):
        raise NotFoundError("page", path)


def _view(
    here: Deployment,
    reader: Principal | None,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> LessonsView:
    with here.database.read() as unit:
        found = unit.lessons.all()
        may_write = may_note(unit, here.brief, reader)
    is_inside = _is_inside(reader)
    is_organiser = is_inside and reader is not None and reader.role is Role.ORGANISER
    own = {x.id for x in found if reader and (is_organiser or x.is_of(reader))}
    return LessonsView(
        lessons={kind: [x for x in found if x.kind == kind] for kind in KINDS},
        may_write=may_write,
        is_late=reader is not None and reader.role is Role.JUROR and not may_write,
        may_withdraw=own if is_inside else set(),
        names_shown=is_inside,
        typed={"kind": "", "text": "", "interpretation": ""} | (typed or {}),
        errors=errors or {},
    )
