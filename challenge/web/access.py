"""Who is asking, and what this deployment consists of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from challenge.brief import Brief
from challenge.errors import (
    AuthenticationRequiredError,
    PermissionDeniedError,
    SandboxUnavailableError,
)
from challenge.records import Isolation, Principal, Role
from challenge.rules.registration import authenticate, hash_token
from challenge.rules.standings import Standings
from challenge.rules.terms import Terms
from challenge.settings import Settings
from challenge.store import Database
from challenge.synthesis import Release
from challenge.web.latest import Latest
from leaderboard import Audience, Phase

SESSION_COOKIE = "kansrijk_session"

# Only documents the header in OpenAPI; `identify` reads it, since a cookie will do too.
_bearer = HTTPBearer(auto_error=False, description="Token of a team, juror, organiser.")


@dataclass(frozen=True, slots=True)
class Deployment:
    """What one running server consists of.

    Attributes
    ----------
    settings : Settings
        Where everything is.
    database : Database
        Open.
    brief : Brief
        Of the challenge that is served.
    release : Release
        The published one.
    terms : Terms
        What whoever downloads it agrees to.
    ranking : Latest of Standings
        Keeps the board until another submission is scored.
    closed : SandboxUnavailableError or None
        Why no submission can be run here; None where they can.
    isolation : Isolation or None
        What this machine was found to have at the start; None where another one runs
        the submissions.
    phase : Phase
        Decides with the reader what leaves; until phases exist always open.
    """

    settings: Settings
    database: Database
    brief: Brief
    release: Release
    terms: Terms
    ranking: Latest[Standings]
    closed: SandboxUnavailableError | None = None
    isolation: Isolation | None = None
    phase: Phase = Phase.OPEN


def deployment(request: Request) -> Deployment:
    """Hand an endpoint the running deployment."""
    found: Deployment = request.app.state.deployment
    return found


def identify(request: Request) -> Principal | None:
    """Find out who is asking, by bearer token or session cookie.

    Parameters
    ----------
    request : Request
        As it came in.

    Returns
    -------
    Principal or None
        None for a visitor.

    Raises
    ------
    AuthenticationRequiredError
        If a token came along that nobody has: a typing error should not pass for a
        visit.
    """
    database = deployment(request).database
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    session = request.cookies.get(SESSION_COOKIE)
    with database.read() as unit:
        if scheme.lower() == "bearer":
            return authenticate(unit, token.strip())
        if session:
            return unit.people.with_session(hash_token(session), now=datetime.now(UTC))
    return None


def audience_of(reader: Principal | None) -> Audience:
    """Say as whom somebody reads scores.

    Parameters
    ----------
    reader : Principal or None
        None for a visitor.

    Returns
    -------
    Audience
        What `leaderboard.readers` asks for.
    """
    return Audience(reader.role) if reader else Audience.VISITOR


def require(*roles: Role) -> Callable[..., Principal]:
    """Make a dependency that lets only some roles through.

    Parameters
    ----------
    *roles : Role
        Who may; none means everybody with a token.

    Returns
    -------
    callable
        For ``Depends``; raises `AuthenticationRequiredError` for a visitor and
        `PermissionDeniedError` for another role.
    """
    allowed = roles or tuple(Role)

    def admit(
        person: Annotated[Principal | None, Depends(identify)],
        _: Annotated[object, Depends(_bearer)],
    ) -> Principal:
        if person is None:
            raise AuthenticationRequiredError
        if person.role not in allowed:
            raise PermissionDeniedError(role=person.role, needed=" or ".join(allowed))
        return person

    return admit


Here = Annotated[Deployment, Depends(deployment)]
Visitor = Annotated[Principal | None, Depends(identify)]
Anybody = Annotated[Principal, Depends(require())]
Team = Annotated[Principal, Depends(require(Role.TEAM))]
Juror = Annotated[Principal, Depends(require(Role.JUROR))]
Organiser = Annotated[Principal, Depends(require(Role.ORGANISER))]
