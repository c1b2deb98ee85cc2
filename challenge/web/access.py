"""Who is asking, and what this deployment consists of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPBearer

from challenge.brief import Brief
from challenge.errors import (
    AuthenticationRequiredError,
    PermissionDeniedError,
    SandboxUnavailableError,
)
from challenge.records import Isolation, Principal, Role
from challenge.rules.sessions import rotate, visit
from challenge.rules.standings import Standings
from challenge.rules.steps import enacted_phase
from challenge.rules.terms import Terms
from challenge.rules.tokens import check_scope, find_token, is_use_stale
from challenge.settings import Settings
from challenge.shelf import Shelf, open_shelf
from challenge.store import Database
from challenge.synthesis import Release
from challenge.web.cookies import keep_session, session_secret
from challenge.web.credentials import bearer_token
from challenge.web.origins import check_origin
from challenge.web.policy import POLICY
from challenge.web.rates import UNCOUNTED
from challenge.web.recent import Recent
from leaderboard import Audience, Phase

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
    ranking : Recent of Standings
        Keeps each board until something changes that it rests on: scores, picks,
        bars, references, re-scores, the phase.
    closed : SandboxUnavailableError or None
        Why no submission can be run here; None where they can.
    isolation : Isolation or None
        What this machine was found to have at the start; None where another one runs
        the submissions.
    """

    settings: Settings
    database: Database
    brief: Brief
    release: Release
    terms: Terms
    ranking: Recent[Standings]
    closed: SandboxUnavailableError | None = None
    isolation: Isolation | None = None

    @property
    def shelf(self) -> Shelf:
        """Where bundles and pitches are."""
        return open_shelf(self.settings)

    @property
    def phase(self) -> Phase:
        """Where the challenge is now; decides with the reader what leaves."""
        return enacted_phase(
            self.database, self.brief, self.release.name, datetime.now(UTC)
        )


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
    BarredError
        If they may not come in any more.
    """
    if not hasattr(request.state, "reader"):
        request.state.reader = None  # stays so where nobody is found
        request.state.reader = _identify(request)
    found: Principal | None = request.state.reader
    return found


def _identify(request: Request) -> Principal | None:
    database, now = deployment(request).database, datetime.now(UTC)
    if (token := bearer_token(request)) is not None:
        return _with_token(request, database, token, now)
    if secret := session_secret(request):
        return _with_session(request, database, secret, now)
    return None


def _with_token(
    request: Request, database: Database, token: str, now: datetime
) -> Principal:
    with database.read() as unit:
        person, known = find_token(unit, token)
    request.state.scope = known.scope

    def keep_use() -> None:
        with database.begin() as unit:
            unit.tokens.used(known.id, now=now)

    if is_use_stale(known, now=now):
        # After the answer: a database that is busy holds up nobody.
        request.state.afterwards = keep_use
    return person


def _with_session(
    request: Request, database: Database, secret: str, now: datetime
) -> Principal | None:
    with database.read() as unit:
        found = visit(unit, secret, now=now)
    if found is None:
        return None
    if found.is_stale:
        with database.begin() as unit:
            if renewed := rotate(unit, found.session, now=now):
                keep_session(request, renewed)
    return found.person


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
    if reader is None or reader.role is Role.PARTNER:
        return Audience.VISITOR
    return Audience(reader.role)


async def _recognise(request: Request) -> Principal | None:
    """Do what `identify` does; a visitor waits for no thread."""
    if request.url.path.startswith(UNCOUNTED):
        return None
    if "authorization" in request.headers or session_secret(request):
        return await run_in_threadpool(identify, request)
    return None


async def admit(
    request: Request, reader: Annotated[Principal | None, Depends(_recognise)]
) -> None:
    """Stop whoever `POLICY` does not admit to a route; guards the whole application.

    Parameters
    ----------
    request : Request
        Says which route.
    reader : Principal or None
        Who is asking.

    Raises
    ------
    AuthenticationRequiredError
        If a visitor asks for what only members may.
    PermissionDeniedError
        If their role may not.
    ScopeTooNarrowError
        If their token may not.
    ForeignOriginError
        If a page of another site asks.
    """
    path = request.scope["route"].path
    check_origin(request)
    if scope := getattr(request.state, "scope", ""):
        check_scope(scope, request.method, path)
    admit_to(request.method, path, reader)


def admit_to(method: str, path: str, reader: Principal | None) -> None:
    """Stop whoever `POLICY` does not admit to one route.

    Parameters
    ----------
    method, path : str
        As the table has them.
    reader : Principal or None
        Who is asking.

    Raises
    ------
    AuthenticationRequiredError
        If a visitor asks for what only members may.
    PermissionDeniedError
        If their role may not.
    """
    if POLICY.admits(method, path, reader.role if reader else None):
        return
    if reader is None:
        raise AuthenticationRequiredError
    needed = " or ".join(POLICY.needed(method, path))
    raise PermissionDeniedError(role=reader.role, needed=needed)


async def known(
    reader: Annotated[Principal | None, Depends(_recognise)],
    _: Annotated[object, Depends(_bearer)],
) -> Principal:
    """Hand an endpoint whoever asks, where the table lets only members in.

    Parameters
    ----------
    reader : Principal or None
        Who is asking.

    Returns
    -------
    Principal
        Never a visitor.

    Raises
    ------
    AuthenticationRequiredError
        If it is a visitor.
    """
    if reader is None:
        raise AuthenticationRequiredError
    return reader


async def _deployment(request: Request) -> Deployment:
    # FastAPI hands what is not `async` to a thread, of which there are forty.
    return deployment(request)


Here = Annotated[Deployment, Depends(_deployment)]
Visitor = Annotated[Principal | None, Depends(_recognise)]
Person = Annotated[Principal, Depends(known)]
