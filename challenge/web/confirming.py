"""Before what cannot be taken back, a page asks again who somebody is.

The page has everything that was typed; it sends the same form once more, with the
password or token beside it. So nothing is lost, and no act has two ways in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import parse_qsl, quote

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool

from challenge.errors import ConfirmationRequiredError, TooManyAttemptsError
from challenge.records import Principal
from challenge.rules.confirming import (
    Ways,
    confirm,
    is_confirmed,
    is_password,
    owns_token,
    ways_of,
)
from challenge.rules.credentials import hash_token
from challenge.store.sessions import Session
from challenge.web.access import deployment, identify
from challenge.web.cookies import keep_session, session_secret
from challenge.web.login import CONFIRMATION
from challenge.web.pages import page

CHOOSING = "POST /account/password"

CONFIRMED = MappingProxyType(
    {
        # the verdict, and what is published
        "POST /jury/verdict": "verdict",
        "POST /organiser/rescoring/{number}/publish": "scores",
        "POST /api/rescore/{number}/publish": "",
        # phases: the last one has no way back, and a time goes there by itself
        "POST /organiser/phase": "phase",
        "POST /organiser/phase/schedule": "schedule",
        "POST /api/phase": "",
        "PUT /api/phase/{name}": "",
        # who competes, who leads the panel
        "POST /organiser/teams/{team_name}/disqualify": "disqualify",
        "PUT /api/submissions/{submission_id}/disqualification": "",
        "DELETE /api/submissions/{submission_id}/disqualification": "",
        "POST /organiser/people/{person_id}/bar": "bar",
        "POST /organiser/people/{person_id}/chair": "chair",
        # what lets somebody else in, or no longer
        "POST /api/teams": "",
        "POST /organiser/invitations/cards": "cards",
        "POST /organiser/invitations/{invitation_id}/renew": "renew",
        "POST /organiser/invitations/{invitation_id}/revoke": "withdraw",
        "POST /organiser/people/{person_id}/invitation": "invite",
        "POST /organiser/people/{person_id}/token": "token",
        # what is taken off a page for good
        "POST /lessons/{number}/withdraw": "lesson",
        "POST /organiser/announcements/{number}/withdraw": "announcement",
        # one's own ways in: else a session that somebody took would make a token
        CHOOSING: "password",
        "POST /account/sessions/close": "sessions",
        "POST /account/tokens": "own_token",
        "POST /account/tokens/{token_id}/revoke": "revoke",
    }
)
"""Acts for which a session is asked again, with the name that the page has for each;
an act of the API has none. A bearer token is its own proof."""


@dataclass(frozen=True, slots=True)
class ConfirmView:
    """The page that asks again who somebody is.

    Attributes
    ----------
    act : str
        What is about to happen, as `CONFIRMED` names it.
    team : str
        Whom it is about, where the address says so.
    action : str
        Where the form goes: the address of the act itself.
    typed : tuple of (str, str)
        What stood in the form, sent again unseen.
    way : str
        What they can type: ``"both"``, ``"password"``, ``"token"``, or ``"none"``.
    failed : bool
        Whether they typed something else before.
    seconds : int
        How long to wait after too many failures; 0: no need to.
    """

    template: ClassVar[str] = "account/confirm.html"

    act: str
    team: str
    action: str
    typed: tuple[tuple[str, str], ...]
    way: str
    failed: bool
    seconds: int


async def confirmed(request: Request) -> None:
    """Stop an act in a session that is not confirmed; guards the whole application.

    Parameters
    ----------
    request : Request
        Let in by `challenge.web.access.admit` already.

    Raises
    ------
    ConfirmationRequiredError
        If the page has to ask, or what was typed on it is not theirs.
    """
    act = _act_of(request)
    # A token came along and was found: nothing proves more.
    if act in CONFIRMED and not hasattr(request.state, "scope"):
        await run_in_threadpool(_check, request, act)


def _act_of(request: Request) -> str:
    return f"{request.method} {request.scope['route'].path}"


def _check(request: Request, act: str) -> None:
    person, here, now = identify(request), deployment(request), datetime.now(UTC)
    if person is None:
        raise ConfirmationRequiredError
    with here.database.read() as unit:
        secret = hash_token(session_secret(request))
        session = unit.sessions.get(secret, now=now)
        ways = ways_of(unit, person)
    if session is None:  # it ended since they were let in
        raise ConfirmationRequiredError
    if is_confirmed(session, now=now):
        return
    # Its own form asks for the password there is; who has nothing at all may begin.
    if act == CHOOSING and (ways.password is not None or ways.is_none):
        return
    typed = dict(_typed(request)).get(CONFIRMATION, "")
    if not typed:
        raise ConfirmationRequiredError
    if not _is_proven(request, person, session, ways, typed):
        with here.database.begin() as unit:
            unit.audit.add(person.name, "fail to confirm", act, now=now)
        raise ConfirmationRequiredError(failed=True)
    with here.database.begin() as unit:
        if renewed := confirm(unit, person, session, act, now=now):
            keep_session(request, renewed)


def _is_proven(
    request: Request, person: Principal, session: Session, ways: Ways, typed: str
) -> bool:
    """Compare what was typed; nobody guesses at a password for long.

    Guesses are counted by session, so that strangers at the same address keep nobody
    out; a token is not guessed.
    """
    with deployment(request).database.read() as unit:
        if owns_token(unit, person, typed):
            return True
    attempts, place = request.app.state.attempts, f"session {session.token_hash}"
    try:
        attempts.begin(place, person.name, now=datetime.now(UTC))
    except TooManyAttemptsError as error:
        raise ConfirmationRequiredError(seconds=error.seconds) from error
    if found := is_password(ways, typed):
        attempts.succeed(place, person.name)
    return found


def confirm_page(request: Request, error: ConfirmationRequiredError) -> Response:
    """Ask again who somebody is, with everything they typed.

    Parameters
    ----------
    request : Request
        The act that waits for it.
    error : ConfirmationRequiredError
        Whether they tried already.

    Returns
    -------
    Response
        HTML with the error's status, or 429 after too many failures.
    """
    person = identify(request)
    ways = Ways(None, False)
    if person is not None:
        with deployment(request).database.read() as unit:
            ways = ways_of(unit, person)
    view = ConfirmView(
        act=CONFIRMED.get(_act_of(request), ""),
        team=request.path_params.get("team_name", ""),
        action=_address_of(request),
        typed=tuple(pair for pair in _typed(request) if pair[0] != CONFIRMATION),
        way=_way(ways),
        failed=error.failed,
        seconds=error.seconds,
    )
    status = TooManyAttemptsError.status if error.seconds else error.status
    answer = page(request, view, reader=person, status=status)
    if error.seconds:
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


def _address_of(request: Request) -> str:
    """Write where a request went; what came is decoded, and a name may hold a `%`."""
    query = request.scope["query_string"].decode("latin-1")
    return quote(request.scope["path"]) + (f"?{query}" if query else "")


def _way(ways: Ways) -> str:
    if ways.is_none:
        return "none"
    if ways.password is None:
        return "token"
    return "both" if ways.has_token else "password"


def _typed(request: Request) -> list[tuple[str, str]]:
    """Read the form that `challenge.web.repeats` kept; no such act takes a file."""
    if "urlencoded" not in request.headers.get("content-type", ""):
        return []
    body: bytes = getattr(request.state, "body", b"")
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
