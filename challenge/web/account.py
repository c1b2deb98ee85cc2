"""What somebody may change about how they come in: tokens, password, sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from challenge.errors import RequestRefusedError
from challenge.records import Principal
from challenge.rules.credentials import hash_token
from challenge.rules.passwords import check_password, matches, set_password
from challenge.rules.sessions import GRACE, close_others
from challenge.rules.tokens import Scope, make_token, revoke_token
from challenge.store.sessions import Session
from challenge.store.tokens import Token
from challenge.web.access import Deployment, Here, Person
from challenge.web.cookies import session_secret
from challenge.web.credentials import check_still
from challenge.web.numbers import Key
from challenge.web.pages import page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class AccountView:
    """What somebody may change about how they come in.

    Attributes
    ----------
    tokens : list of Token
        Those that work.
    sessions : list of Session
        Where they are logged in.
    this : str
        Hash of the secret of the session that asks; empty: a token does.
    has_password : bool
        Whether they have one.
    made : str
        A new token, shown now and never again.
    wrong : RequestRefusedError or None
        What was refused of a form.
    label, scope : str
        As they were typed.
    """

    template: ClassVar[str] = "account/account.html"
    tokens: list[Token]
    sessions: list[Session]
    this: str
    has_password: bool
    made: str = ""
    wrong: RequestRefusedError | None = None
    label: str = ""
    scope: str = Scope.ALL


@router.get("/account")
def account(request: Request, here: Here, person: Person) -> Response:
    """Show tokens, sessions and password."""
    return _page(request, here, person)


@router.post("/account/password")
def change_password(
    request: Request,
    here: Here,
    person: Person,
    password: Annotated[str, Form()] = "",
    current: Annotated[str, Form()] = "",
) -> Response:
    """Choose a password; whoever has one has to give it."""
    with here.database.read() as unit:
        kept = unit.people.password_of(person)
    try:
        if kept is not None and not _is_known(request, person, kept, current):
            raise RequestRefusedError(
                "current", "it is not your password.", hint="Type the one you have."
            )
        fresh = check_password(person, password, brief=here.brief)
    except RequestRefusedError as wrong:
        return _page(request, here, person, wrong=wrong)
    but = hash_token(session_secret(request))
    with here.database.begin() as unit:
        check_still(request, unit)
        set_password(unit, person, fresh, now=datetime.now(UTC), but=but)
    return RedirectResponse("/account#password", status_code=303)


@router.post("/account/tokens")
def another_token(
    request: Request,
    here: Here,
    person: Person,
    label: Annotated[str, Form()] = "",
    scope: Annotated[str, Form()] = Scope.ALL,
) -> Response:
    """Make a token and show it, once: so this answer is the page itself."""
    now = datetime.now(UTC)
    try:
        with here.database.begin() as unit:
            check_still(request, unit)
            made = make_token(
                unit, person, label=label, scope=scope, by=person.name, now=now
            )
    except RequestRefusedError as wrong:
        return _page(request, here, person, wrong=wrong, label=label, scope=scope)
    return _page(request, here, person, made=made)


@router.post("/account/tokens/{token_id}/revoke")
def no_more_token(here: Here, person: Person, token_id: Key) -> Response:
    """Let a token work no more."""
    now = datetime.now(UTC)
    with here.database.begin() as unit:
        revoke_token(unit, person, token_id, by=person.name, now=now)
    return RedirectResponse("/account#tokens", status_code=303)


@router.post("/account/sessions/close")
def only_here(request: Request, here: Here, person: Person) -> Response:
    """Log out everywhere but here."""
    with here.database.begin() as unit:
        but = hash_token(session_secret(request))
        close_others(unit, person, but, now=datetime.now(UTC))
    return RedirectResponse("/account#sessions", status_code=303)


def _is_known(request: Request, person: Principal, kept: str, current: str) -> bool:
    """Compare with the password of now; whoever holds a session may not guess on."""
    # By session: strangers at the same address keep nobody from a new password.
    attempts = request.app.state.attempts
    place = f"session {hash_token(session_secret(request))}"
    attempts.begin(place, person.name, now=datetime.now(UTC))
    if is_known := matches(kept, current):
        attempts.succeed(place, person.name)
    return is_known


def _page(
    request: Request, here: Deployment, person: Principal, **typed: object
) -> Response:
    secret = session_secret(request)
    with here.database.read() as unit:
        view = AccountView(
            tokens=unit.tokens.of(person),
            # Without those whose secret was replaced a moment ago.
            sessions=unit.sessions.of(person, now=datetime.now(UTC) + GRACE),
            this=hash_token(secret) if secret else "",
            has_password=unit.people.password_of(person) is not None,
            **typed,  # type: ignore[arg-type]
        )
    status = 200 if view.wrong is None else view.wrong.status
    return page(request, view, reader=person, status=status)
