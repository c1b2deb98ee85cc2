"""Coming in and going out: by token, or by name and password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, ClassVar
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import URL

from challenge.errors import AuthenticationRequiredError, TooManyAttemptsError
from challenge.records import Principal, Role
from challenge.rules.passwords import note_failure, recognise
from challenge.rules.sessions import log_in, log_out, open_session
from challenge.rules.tokens import find_token
from challenge.web.access import Deployment, Here, Visitor
from challenge.web.cookies import keep_session, session_secret
from challenge.web.origins import place_of
from challenge.web.pages import page
from challenge.web.policy import POLICY
from challenge.web.senders import address_of

router = APIRouter(include_in_schema=False)

# Beside a form that asks again who somebody is: `challenge.web.confirming`.
CONFIRMATION = "confirmation"
# Fields that no page shows again.
_SECRETS = {"current", "password", "token", CONFIRMATION}

# Most that a page shows again: a pitch of full length, with its canvas.
SHOWN_LENGTH = 20_000
SHOWN_FIELDS = 50

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
    typed : tuple of str
        What stood in that form, but for secrets.
    is_cut : bool
        Whether there was more than a page shows.
    seconds : int
        How long to wait after too many failures; 0: no need to.
    """

    template: ClassVar[str] = "account/login.html"
    next: str = ""
    failed: str = ""
    name: str = ""
    needed: str = ""
    typed: tuple[str, ...] = ()
    is_cut: bool = False
    seconds: int = 0


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
    try:
        if token.strip():
            person, secret = _with_token(request, here, token)
        else:
            person, secret = _with_password(request, here, name, password)
    except (AuthenticationRequiredError, TooManyAttemptsError) as error:
        failed = "token" if token.strip() else "password"
        seconds = getattr(error, "seconds", 0)
        view = LoginView(own_path(next), failed, name, seconds=seconds)
        answer = page(request, view, reader=None, status=error.status)
        if seconds:
            answer.headers["Retry-After"] = str(seconds)
        return answer
    keep_session(request, secret)
    return RedirectResponse(own_path(next) or home_of(person), status_code=303)


def _with_token(
    request: Request, here: Deployment, token: str
) -> tuple[Principal, str]:
    """Let in whoever has a token; nobody guesses 256 bits, so nothing is counted."""
    with here.database.read() as unit:
        # A wrong one takes nobody's turn to write.
        find_token(unit, token.strip())
    now, before = datetime.now(UTC), session_secret(request)
    with here.database.begin() as unit:
        return log_in(unit, token, now=now, before=before)


def _with_password(
    request: Request, here: Deployment, name: str, password: str
) -> tuple[Principal, str]:
    """Let in whoever has a name and its password, unless too many were wrong."""
    attempts, address = request.app.state.attempts, address_of(request)
    now = datetime.now(UTC)
    attempts.begin(address, name, now=now)
    with here.database.read() as unit:
        candidates = unit.people.with_passwords()
    try:
        person = recognise(candidates, name, password)
    except AuthenticationRequiredError:
        with here.database.begin() as unit:
            note_failure(unit, candidates, name, now=now)
        raise
    with here.database.begin() as unit:
        # Comparing takes its time, in which somebody may have taken it away.
        if unit.people.password_of(person) != candidates[person]:
            raise AuthenticationRequiredError
        secret = open_session(unit, person, now=now, before=session_secret(request))
        unit.audit.add(person.name, "log in", "password", now=now)
    attempts.succeed(address, name)
    return person, secret


@router.post("/logout")
def logout(request: Request, here: Here) -> Response:
    """Forget the session."""
    if secret := session_secret(request):
        with here.database.begin() as unit:
            log_out(unit, secret, now=datetime.now(UTC))
        keep_session(request, "")
    return RedirectResponse("/", status_code=303)


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
    referer = request.headers.get("referer", "")
    is_ours = is_page or place_of(referer) == request.url.netloc
    url = request.url if is_page else URL(referer if is_ours else "")
    path = url.path + (f"?{url.query}" if url.query else "")
    typed = _typed(request)
    shown = _start(typed)
    view = LoginView(
        next=own_path(path) if is_ours else "",
        needed="page" if is_page else "form",
        typed=shown,
        is_cut=shown != typed,
    )
    return page(request, view, reader=None, status=error.status)


def _typed(request: Request) -> tuple[str, ...]:
    """Read what stood in a form that came without a session; an upload is not read."""
    if "urlencoded" not in request.headers.get("content-type", ""):
        return ()
    body: bytes = getattr(request.state, "body", b"")
    found = parse_qsl(body.decode("utf-8", "replace"))
    return tuple(text for name, text in found if name not in _SECRETS)


def _start(typed: tuple[str, ...]) -> tuple[str, ...]:
    """Keep what one page may show: whoever sends much without a session gets little."""
    left, shown = SHOWN_LENGTH, []
    for text in typed[:SHOWN_FIELDS]:
        shown.append(text[:left])
        left -= len(shown[-1])
    return tuple(text for text in shown if text)


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
