"""Who takes part, at the organiser's desk: let in, stop, and let in again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.inviting import revoke_invitation
from challenge.rules.registration import bar, readmit, register, seat
from challenge.rules.sources import check_choice, label_for, source_of
from challenge.rules.tokens import replace_tokens
from challenge.store import HandoutCount, Unit
from challenge.store.invitations import Invitation
from challenge.web.access import Deployment, Here, Person
from challenge.web.numbers import Key
from challenge.web.pages import choose_language, page

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api", tags=["organiser"])


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who takes part.

    Attributes
    ----------
    person : Principal
        Who.
    sources : str
        Of a team: label of its source set; else empty.
    used_at : datetime or None
        When one of their tokens was last shown.
    had : HandoutCount or None
        What they accepted and downloaded.
    """

    person: Principal
    sources: str
    used_at: datetime | None
    had: HandoutCount | None


class InviteForm(BaseModel, frozen=True):
    """What stands in the form that makes invitations."""

    role: str = Field(default=Role.TEAM, description="What who is invited may do.")
    names: str = Field(default="", description="Lines of a name, or more columns.")
    unnamed: str = Field(default="", description="How many more choose a name.")
    sources: str = Field(default="", description="Where a line names no source set.")
    partner: str = Field(default="", description="Where a line names no table.")
    chairs: bool = Field(default=False, description="Whether a juror leads the panel.")
    days: str = Field(default="7", description="How long the links work.")


@dataclass(frozen=True, slots=True)
class RosterView:
    """Everybody who takes part, who is invited, and the form for more.

    Attributes
    ----------
    members : dict of Role to list of Member
        By name.
    invitations : list of Invitation
        Open ones.
    form : InviteForm
        As it was typed.
    sources : dict of str to str
        Source sets to choose from, with their labels; empty where there is one.
    partners : dict of str to str
        Tables of partners to choose from, with who has them.
    wrong : RequestRefusedError or None
        What was refused.
    made : str
        A new token, shown now and never again.
    owner : str
        Whose token that is.
    about : int
        Whom a refused reason was about, by key.
    reason : str
        As it was typed.
    """

    template: ClassVar[str] = "people/roster.html"
    members: dict[Role, list[Member]]
    invitations: list[Invitation]
    form: InviteForm
    sources: dict[str, str]
    partners: dict[str, str]
    wrong: RequestRefusedError | None = None
    made: str = ""
    owner: str = ""
    about: int = 0
    reason: str = ""


class TeamForm(BaseModel):
    """A team as a program adds it."""

    name: str = Field(description="1 to 80 characters.")
    sources: str = Field(default="", description="Source set; empty: the brief says.")


@router.get("/organiser/people")
def people(request: Request, here: Here, person: Person) -> Response:
    """Show everybody who takes part, and who is invited."""
    return roster(request, here, person)


@router.post("/organiser/people/{person_id}/token")
def rotate(request: Request, here: Here, person: Person, person_id: Key) -> Response:
    """End every way in of somebody, and show a new token once."""
    with here.database.begin() as unit:
        owner = _somebody(unit, person_id)
        made = replace_tokens(unit, owner, by=person.name, now=datetime.now(UTC))
    return roster(request, here, person, made=made, owner=owner.name)


@router.post("/organiser/people/{person_id}/bar")
def stop(
    request: Request,
    here: Here,
    person: Person,
    person_id: Key,
    reason: Annotated[str, Form()] = "",
    again: Annotated[bool, Form()] = False,
) -> Response:
    """Stop somebody's access with a reason, or let them in again."""
    act = readmit if again else bar
    try:
        with here.database.begin() as unit:
            whom = _somebody(unit, person_id)
            act(unit, whom, reason, by=person.name, now=datetime.now(UTC))
    except RequestRefusedError as wrong:
        return roster(
            request, here, person, wrong=wrong, about=person_id, reason=reason
        )
    return RedirectResponse(f"/organiser/people#person-{person_id}", status_code=303)


@router.post("/organiser/people/{person_id}/chair")
def chair(
    request: Request,
    here: Here,
    person: Person,
    person_id: Key,
    chairs: Annotated[bool, Form()] = False,
) -> Response:
    """Let a juror lead the panel, or no longer."""
    try:
        with here.database.begin() as unit:
            juror, now = _somebody(unit, person_id), datetime.now(UTC)
            seat(unit, juror, chairs=chairs, by=person.name, now=now)
    except RequestRefusedError as wrong:
        return roster(request, here, person, wrong=wrong, about=person_id)
    return RedirectResponse(f"/organiser/people#person-{person_id}", status_code=303)


@router.post("/organiser/invitations/{invitation_id}/revoke")
def withdraw(here: Here, person: Person, invitation_id: Key) -> Response:
    """Let nobody in with an invitation any more."""
    with here.database.begin() as unit:
        now = datetime.now(UTC)
        revoke_invitation(unit, invitation_id, by=person.name, now=now)
    return RedirectResponse("/organiser/people#invitations", status_code=303)


@api.get("/teams")
def teams(here: Here, person: Person) -> list[dict[str, Any]]:
    """List the teams; for the organiser."""
    with here.database.read() as unit:
        found, used = unit.people.all(Role.TEAM), unit.tokens.last_used()
    return [_document(here, team) | {"used_at": used.get(team.id)} for team in found]


@api.post("/teams", status_code=201)
def add_team(here: Here, person: Person, form: TeamForm) -> dict[str, Any]:
    """Add a team; its token comes with this answer and never again."""
    with here.database.begin() as unit:
        team, token = register(
            unit,
            Role.TEAM,
            form.name,
            by=person.name,
            now=datetime.now(UTC),
            sources=form.sources,
        )
        # Before it is kept: a team that has no source set is not added.
        source_of(team, here.brief)
        check_choice(team, here.brief)
    return _document(here, team) | {"token": token}


def roster(
    request: Request,
    here: Deployment,
    person: Principal,
    *,
    form: InviteForm | None = None,
    **shown: Any,
) -> Response:
    """Draw the page with everybody who takes part.

    Parameters
    ----------
    request : Request
        Says which language.
    here : Deployment
        The running server.
    person : Principal
        Who looks.
    form : InviteForm or None
        As it was typed.
    **shown
        What else `RosterView` shows: what was refused, a new token.

    Returns
    -------
    Response
        HTML; 422 if something was refused.
    """
    language = choose_language(request)
    with here.database.read() as unit:
        view = RosterView(
            members={role: _members(unit, here, role, language) for role in Role},
            invitations=unit.invitations.open(now=datetime.now(UTC)),
            form=form or InviteForm(),
            sources={s.name: getattr(s.label, language) for s in here.brief.sources},
            partners={p.name: f"{p.name} ({p.partner})" for p in here.brief.partners},
            **shown,
        )
    status = 200 if view.wrong is None else view.wrong.status
    return page(request, view, reader=person, status=status)


def _members(unit: Unit, here: Deployment, role: Role, language: str) -> list[Member]:
    used, counts = unit.tokens.last_used(), unit.handouts.counts()
    return [
        Member(
            one,
            getattr(label_for(one, here.brief), language) if role is Role.TEAM else "",
            used.get(one.id),
            counts.get(one.id),
        )
        for one in unit.people.all(role)
    ]


def _somebody(unit: Unit, person_id: int) -> Principal:
    found = unit.people.get(person_id)
    if found is None:
        raise NotFoundError("person", str(person_id))
    return found


def _document(here: Deployment, team: Principal) -> dict[str, Any]:
    label = label_for(team, here.brief)
    return {
        "name": team.name,
        "sources": team.sources or here.brief.source_of(team.name),
        "label": label.model_dump(),
        "barred": team.barred,
    }
