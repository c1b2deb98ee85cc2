"""Coming in and going out, and what somebody may change about how they come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from challenge.errors import AuthenticationRequiredError, RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.credentials import hash_token
from challenge.rules.passwords import check_password, matches, recognise, set_password
from challenge.rules.sessions import GRACE, log_in, open_session
from challenge.rules.tokens import Scope, make_token, revoke_token
from challenge.store.sessions import Session
from challenge.store.tokens import Token
from challenge.web.access import Deployment, Here, Person, Visitor
from challenge.web.cookies import keep_session, session_secret
from challenge.web.pages import page
from challenge.web.policy import POLICY

router = APIRouter(include_in_schema=False)

# Where each role begins; the board where that page is not there.
_HOMES = {
    Role.TEAM: "/start",
    Role.JUROR: "/jury",
    Role.ORGANISER: "/organiser",
    Role.AUDITOR: "/organiser",
}


@dataclass(frozen=True, slots=True)
class LoginView:
    """The page to log in.

    Attributes
    ----------
    next : str
        Path on this site to go to afterwards; empty: where the role begins.
    failed : str
        Which way in did not work: ``"token"``, ``"password"``, or neither.
    name : str
        As it was typed.
    needed : str
        ``"page"`` if a page asks for it, ``"form"`` if a form was sent without a
        session, else empty.
    """

    template: ClassVar[str] = "account/login.html"
    next: str = ""
    failed: str = ""
    name: str = ""
    needed: str = ""


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


@router.get("/login")
def login_form(request: Request, reader: Visitor, next: str = "") -> Response:
    """Show the ways to log in."""
    return page(request, LoginView(next=own_path(next)), reader=reader)


@router.post("/login")
def login(
    request: Request,
    here: Here,
    token: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """Exchange a token, or a name and a password, for a session."""
    before, now = session_secret(request), datetime.now(UTC)
    try:
        if token.strip():
            with here.database.begin() as unit:
                person, secret = log_in(unit, token, now=now, before=before)
        else:
            with here.database.read() as unit:
                candidates = unit.people.with_passwords()
            person = recognise(candidates, name, password)
            with here.database.begin() as unit:
                secret = open_session(unit, person, now=now, before=before)
                unit.audit.add(person.name, "log in", "password", now=now)
    except AuthenticationRequiredError as error:
        failed = "token" if token.strip() else "password"
        view = LoginView(next=own_path(next), failed=failed, name=name)
        return page(request, view, reader=None, status=error.status)
    keep_session(request, secret)
    return RedirectResponse(own_path(next) or home_of(person), status_code=303)


@router.post("/logout")
def logout(request: Request, here: Here) -> Response:
    """Forget the session."""
    if secret := session_secret(request):
        with here.database.begin() as unit:
            unit.sessions.close(hash_token(secret))
        keep_session(request, "")
    return RedirectResponse("/", status_code=303)


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
        if kept is not None and not matches(kept, current):
            raise RequestRefusedError(
                "current", "it is not your password.", hint="Type the one you have."
            )
        fresh = check_password(person, password)
    except RequestRefusedError as wrong:
        return _page(request, here, person, wrong=wrong)
    but = hash_token(session_secret(request))
    with here.database.begin() as unit:
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
            made = make_token(
                unit, person, label=label, scope=scope, by=person.name, now=now
            )
    except RequestRefusedError as wrong:
        return _page(request, here, person, wrong=wrong, label=label, scope=scope)
    return _page(request, here, person, made=made)


@router.post("/account/tokens/{token_id}/revoke")
def no_more_token(here: Here, person: Person, token_id: int) -> Response:
    """Let a token work no more."""
    now = datetime.now(UTC)
    with here.database.begin() as unit:
        revoke_token(unit, person, token_id, by=person.name, now=now)
    return RedirectResponse("/account#tokens", status_code=303)


@router.post("/account/sessions/close")
def only_here(request: Request, here: Here, person: Person) -> Response:
    """Log out everywhere but here."""
    with here.database.begin() as unit:
        unit.sessions.close_all(person, but=hash_token(session_secret(request)))
    return RedirectResponse("/account#sessions", status_code=303)


def login_page(request: Request, error: AuthenticationRequiredError) -> Response:
    """Draw what a visitor gets instead of a page that needs somebody: a way in.

    Parameters
    ----------
    request : Request
        For a page, which is where they go afterwards; or with a form, whose text is
        still in the page before.
    error : AuthenticationRequiredError
        Why.

    Returns
    -------
    Response
        HTML with the error's status.
    """
    is_page = request.method == "GET"
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    view = LoginView(
        next=own_path(path) if is_page else "", needed="page" if is_page else "form"
    )
    return page(request, view, reader=None, status=error.status)


def own_path(text: str) -> str:
    """Accept a path on this site to go to, and nothing else.

    Parameters
    ----------
    text : str
        As it came with the address.

    Returns
    -------
    str
        The path with its query; empty if it could lead elsewhere.
    """
    # Browsers read a backslash as a slash, and drop tabs and line breaks.
    if "\\" in text or not text.isprintable() or not text.startswith("/"):
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc or text.startswith("//") else text


def home_of(person: Principal) -> str:
    """Say where somebody begins.

    Parameters
    ----------
    person : Principal
        Who came in.

    Returns
    -------
    str
        A path that they may see.
    """
    path = _HOMES.get(person.role, "/")
    return path if POLICY.admits("GET", path, person.role) else "/"


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
