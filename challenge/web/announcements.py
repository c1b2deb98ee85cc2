"""What the organiser tells everybody: written here, shown on every page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from challenge.errors import RequestRefusedError
from challenge.rules.announcing import announce, withdraw_announcement
from challenge.store.announcements import Announcement
from challenge.web.access import Deployment, Here, Person
from challenge.web.mistakes import mistakes
from challenge.web.numbers import Key
from challenge.web.pages import page

router = APIRouter(tags=["organiser"], include_in_schema=False)
PAGE = "/organiser/announcements"


@dataclass(frozen=True, slots=True)
class AnnouncementsView:
    """What the page of announcements shows.

    Attributes
    ----------
    spoken : list of Announcement
        What stands on every page, newest first.
    nl, en : str
        What was typed.
    errors : dict of str to str
        Why the form was refused.
    """

    template: ClassVar[str] = "organiser/announcements.html"

    spoken: list[Announcement]
    nl: str = ""
    en: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@router.get(PAGE)
def announcements(request: Request, here: Here, person: Person) -> Response:
    """Show what stands on every page, and the form."""
    return page(request, AnnouncementsView(_spoken(here)), reader=person)


@router.post(PAGE)
def say(
    request: Request,
    here: Here,
    person: Person,
    nl: Annotated[str, Form()] = "",
    en: Annotated[str, Form()] = "",
) -> Response:
    """Put a message on every page, in both languages."""
    try:
        with here.database.begin() as unit:
            announce(unit, person, nl=nl, en=en, now=datetime.now(UTC))
    except RequestRefusedError as wrong:
        errors = mistakes(request, "announcements", wrong)
        view = AnnouncementsView(_spoken(here), nl, en, errors)
        return page(request, view, reader=person, status=422)
    return RedirectResponse(PAGE, status_code=303)


@router.post(PAGE + "/{number}/withdraw")
def withdraw(here: Here, person: Person, number: Key) -> Response:
    """Take a message off every page."""
    with here.database.begin() as unit:
        withdraw_announcement(unit, person, number, now=datetime.now(UTC))
    return RedirectResponse(PAGE, status_code=303)


def _spoken(here: Deployment) -> list[Announcement]:
    with here.database.read() as unit:
        return unit.announcements.current()
