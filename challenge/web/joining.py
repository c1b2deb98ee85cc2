"""Accepting an invitation: once, and then somebody is in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from challenge.errors import InvitationRefusedError, RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.invitations import accept, find_invitation
from challenge.rules.passwords import check_password, set_password
from challenge.rules.sessions import open_session
from challenge.rules.sources import label_for
from challenge.rules.tokens import make_token
from challenge.schema import Words
from challenge.store import Unit
from challenge.store.invitations import Invitation
from challenge.web.access import Deployment, Here, Visitor
from challenge.web.cookies import keep_session, session_secret
from challenge.web.login import home_of
from challenge.web.pages import LANGUAGE_COOKIE, LANGUAGES, choose_language, page

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api", tags=["challenge"])

# What a team sees of the token in its list.
LOGIN_LABEL = "challenge login"


@dataclass(frozen=True, slots=True)
class InvitationView:
    """What an invitation is for, and the form to accept it.

    Attributes
    ----------
    code : str
        As it came with the address.
    invitation : Invitation
        Open.
    sources : str
        Of a team with a name or a set: label of its source set; else empty.
    name : str
        As it was typed.
    wrong : RequestRefusedError or None
        What was refused.
    """

    template: ClassVar[str] = "account/invitation.html"
    code: str
    invitation: Invitation
    sources: str
    name: str = ""
    wrong: RequestRefusedError | None = None


@dataclass(frozen=True, slots=True)
class RefusedView:
    """Why an invitation lets nobody in.

    Attributes
    ----------
    cause : str
        ``"unknown"``, ``"used"``, ``"expired"`` or ``"revoked"``.
    """

    template: ClassVar[str] = "account/refused.html"
    cause: str


@dataclass(frozen=True, slots=True)
class JoinedView:
    """Somebody is in.

    Attributes
    ----------
    home : str
        Where they begin.
    token : str
        Of a new team, shown now and never again; else empty.
    """

    template: ClassVar[str] = "account/joined.html"
    home: str
    token: str


class JoinForm(BaseModel):
    """What a team says when it comes in with a program."""

    name: str = Field(default="", description="Where the invitation gives no name.")


@api.get("/invitations/{code}")
def describe(here: Here, code: str) -> dict[str, Any]:
    """Say what an invitation is for, without using it."""
    with here.database.read() as unit:
        found = find_invitation(unit, code, now=datetime.now(UTC))
    sources = _sources_of(found, here)
    return {
        "challenge": here.brief.title.model_dump(),
        "role": found.role,
        "name": found.name,
        "sources": sources.model_dump() if sources else None,
        "expires_at": found.expires_at,
    }


@api.post("/invitations/{code}", status_code=201)
def redeem(here: Here, code: str, form: JoinForm) -> dict[str, Any]:
    """Accept a team's invitation; answers with a token, this once."""
    now = datetime.now(UTC)
    with here.database.begin() as unit:
        found = find_invitation(unit, code, now=now)
        if found.role is not Role.TEAM:
            raise RequestRefusedError(
                "invitation",
                f"it is for a {found.role}, who comes in with a browser.",
                hint="Open the link in a browser; it is still open.",
            )
        team = accept(unit, code, name=form.name, brief=here.brief, now=now)
        token = make_token(unit, team, label=LOGIN_LABEL, by=team.name, now=now)
    return {"name": team.name, "role": team.role, "token": token}


@router.get("/invitation/{code}")
def invitation(request: Request, here: Here, reader: Visitor, code: str) -> Response:
    """Say what an invitation is for."""
    try:
        with here.database.read() as unit:
            found = find_invitation(unit, code, now=datetime.now(UTC))
    except InvitationRefusedError as error:
        return _refused(request, reader, error)
    return _form(request, here, reader, code, found)


@router.post("/invitation/{code}")
def join(
    request: Request,
    here: Here,
    reader: Visitor,
    code: str,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    language: Annotated[str, Form()] = "",
) -> Response:
    """Accept an invitation; shows a team its token, so this answer is the page."""
    before, now = session_secret(request), datetime.now(UTC)
    try:
        with here.database.read() as unit:
            found = find_invitation(unit, code, now=now)
        try:
            kept = _password(here, found, name, password)
            with here.database.begin() as unit:
                person = accept(unit, code, name=name, brief=here.brief, now=now)
                token = _first_token(unit, person, now=now)
                if kept:
                    set_password(unit, person, kept, now=now)
                secret = open_session(unit, person, now=now, before=before)
        except RequestRefusedError as wrong:
            return _form(request, here, reader, code, found, name=name, wrong=wrong)
    except InvitationRefusedError as error:
        return _refused(request, reader, error)
    keep_session(request, secret)
    return _joined(request, person, token, language)


def _first_token(unit: Unit, person: Principal, *, now: datetime) -> str:
    """Make the token of a team that has none."""
    if person.role is not Role.TEAM or unit.tokens.of(person):
        return ""
    return make_token(unit, person, label="", by=person.name, now=now)


def _password(here: Deployment, found: Invitation, name: str, password: str) -> str:
    """Check a password before the transaction, since that takes its time."""
    if not password:
        return ""
    who = Principal(0, found.name or name, found.role)
    return check_password(who, password, brief=here.brief)


def _joined(request: Request, person: Principal, token: str, language: str) -> Response:
    if language in LANGUAGES:
        # The page itself, too, in the language that was just chosen.
        request.cookies[LANGUAGE_COOKIE] = language
    view = JoinedView(home=home_of(person), token=token)
    response = page(request, view, reader=person)
    if language in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, language, samesite="lax", httponly=True)
    return response


def _form(
    request: Request,
    here: Deployment,
    reader: Principal | None,
    code: str,
    found: Invitation,
    *,
    name: str = "",
    wrong: RequestRefusedError | None = None,
) -> Response:
    label = _sources_of(found, here)
    sources = getattr(label, choose_language(request)) if label else ""
    view = InvitationView(code, found, sources, name, wrong)
    status = 200 if wrong is None else wrong.status
    return page(request, view, reader=reader, status=status)


def _sources_of(found: Invitation, here: Deployment) -> Words | None:
    """Name the source set that a team will have, where there are several."""
    if found.role is not Role.TEAM or not here.brief.sources:
        return None
    team = Principal(0, found.name, found.role, found.sources)
    return label_for(team, here.brief)


def _refused(
    request: Request, reader: Principal | None, error: InvitationRefusedError
) -> Response:
    return page(request, RefusedView(error.cause), reader=reader, status=error.status)
