"""Give one team more submissions today than the brief does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from challenge.errors import RequestRefusedError
from challenge.records import Principal
from challenge.rules.granting import MOST, REASON_LENGTH, grant
from challenge.rules.panel import team_named
from challenge.rules.quota import Left, left_today
from challenge.store.grants import Grant
from challenge.web.access import Deployment, Here, Person
from challenge.web.mistakes import mistakes
from challenge.web.pages import page

router = APIRouter(tags=["organiser"], include_in_schema=False)
PAGE = "/organiser/teams/{team_name}/extra"


@dataclass(frozen=True, slots=True)
class GrantsView:
    """What a team has left, what it was given, and the form for more.

    Attributes
    ----------
    team : Principal
        Which one.
    left : Left
        Of today.
    given : list of Grant
        Ever, newest first.
    extra, reason : str
        What was typed.
    most, longest : int
        Most submissions, and characters of a reason.
    errors : dict of str to str
        Why the form was refused.
    """

    template: ClassVar[str] = "organiser/grants.html"

    team: Principal
    left: Left
    given: list[Grant]
    extra: str = "1"
    reason: str = ""
    most: int = MOST
    longest: int = REASON_LENGTH
    errors: dict[str, str] = field(default_factory=dict)


@router.get(PAGE)
def grants(request: Request, here: Here, person: Person, team_name: str) -> Response:
    """Show what a team has left today, and what it was given."""
    return page(request, _view(here, team_name), reader=person)


@router.post(PAGE)
def give(
    request: Request,
    here: Here,
    person: Person,
    team_name: str,
    extra: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Give a team more submissions today."""
    typed, now = extra.strip(), datetime.now(UTC)
    # What is no number is out of bounds, as the rule says it.
    count = int(typed) if typed.isdecimal() and len(typed) < 4 else 0
    try:
        with here.database.begin() as unit:
            team = team_named(unit, team_name)
            grant(unit, team, count, reason, by=person.name, now=now)
    except RequestRefusedError as wrong:
        errors = mistakes(request, "grants", wrong)
        view = _view(here, team_name, extra=extra, reason=reason, errors=errors)
        return page(request, view, reader=person, status=422)
    return RedirectResponse(request.url.path, status_code=303)


def _view(
    here: Deployment,
    team_name: str,
    *,
    extra: str = "1",
    reason: str = "",
    errors: dict[str, str] | None = None,
) -> GrantsView:
    with here.database.read() as unit:
        team = team_named(unit, team_name)
        return GrantsView(
            team=team,
            left=left_today(unit, here.brief, team.id, datetime.now(UTC)),
            given=unit.grants.of_team(team.id),
            extra=extra,
            reason=reason,
            errors=errors or {},
        )
