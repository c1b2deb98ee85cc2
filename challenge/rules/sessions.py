"""Browser sessions: a secret that is replaced at log-in and once an hour.

References
----------
OWASP, "Session Management Cheat Sheet": a new secret whenever rights change, and
after a while, with a short time in which the old one still works.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from challenge.errors import AuthenticationRequiredError
from challenge.records import Principal
from challenge.rules.credentials import hash_token
from challenge.rules.tokens import Scope, check_welcome, find_token
from challenge.store import Unit
from challenge.store.sessions import Session

# One day of a hackathon, breakfast to drinks.
SESSION_LENGTH = timedelta(hours=12)
ROTATE_AFTER = timedelta(hours=1)
# Requests that were on their way with the old secret still arrive.
GRACE = timedelta(minutes=1)
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who came with the secret of a session.

    Attributes
    ----------
    person : Principal
        Who.
    session : Session
        Of which browser.
    is_stale : bool
        Whether its secret is due to be replaced.
    """

    person: Principal
    session: Session
    is_stale: bool


def open_session(
    unit: Unit, person: Principal, *, now: datetime, before: str = ""
) -> str:
    """Let a browser in, always with a secret that nobody had before.

    Whoever comes in has just said who they are: `challenge.rules.confirming`.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Who logs in.
    now : datetime
        Aware UTC.
    before : str
        Secret that the browser had; that session ends.

    Returns
    -------
    str
        The secret, for a cookie; kept only as a hash.
    """
    unit.sessions.sweep(now=now)
    if before:
        log_out(unit, before, now=now)
    fresh = Session("", person.id, now, now + SESSION_LENGTH, confirmed_at=now)
    return _open(unit, fresh)


def log_out(unit: Unit, secret: str, *, now: datetime) -> None:
    """End a session, with the secret before or after it that still has its minute.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    secret : str
        From the cookie; one that nobody has is fine.
    now : datetime
        Aware UTC.
    """
    session = unit.sessions.get(hash_token(secret), now=now)
    unit.sessions.close(hash_token(secret))
    person = unit.people.get(session.person_id) if session else None
    if session is None or person is None:
        return
    for other in unit.sessions.of(person, now=now):
        if _replaced(session, other) or _replaced(other, session):
            unit.sessions.close(other.token_hash)


def close_others(unit: Unit, person: Principal, but: str, *, now: datetime) -> None:
    """Log somebody out everywhere but in one browser.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Who asks.
    but : str
        Hex sha256 of the secret of the session that goes on.
    now : datetime
        Aware UTC.
    """
    if ended := unit.sessions.close_all(person, but=but):
        # How many there were, and how many there are.
        unit.audit.add(
            *(person.name, "close sessions", person.name),
            now=now,
            before=ended + 1,
            after=1,
        )


def _replaced(late: Session, early: Session) -> bool:
    """Say whether one began when the other got its last minute, as `rotate` does."""
    return late.created_at is not None and late.created_at + GRACE == early.expires_at


def log_in(
    unit: Unit, token: str, *, now: datetime, before: str = ""
) -> tuple[Principal, str]:
    """Exchange a token for a browser session.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    token : str
        As it was pasted.
    now : datetime
        Aware UTC.
    before : str
        Secret that the browser had.

    Returns
    -------
    tuple of Principal and str
        Who logged in, and the session's own secret for a cookie.

    Raises
    ------
    AuthenticationRequiredError
        If nobody has the token, or it is not for everything: a browser could do more
        than the token may.
    BarredError
        If they may not come in any more.
    """
    person, known = find_token(unit, token.strip())
    if known.scope != Scope.ALL:
        raise AuthenticationRequiredError
    unit.tokens.used(known.id, now=now)
    unit.audit.add(person.name, "log in", "token", now=now)
    return person, open_session(unit, person, now=now, before=before)


def visit(unit: Unit, secret: str, *, now: datetime) -> Visit | None:
    """Find out who came with the secret of a session.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    secret : str
        From the cookie.
    now : datetime
        Aware UTC.

    Returns
    -------
    Visit or None
        None if there is no such session, or it has ended.

    Raises
    ------
    BarredError
        If they may not come in any more.
    """
    session = unit.sessions.get(hash_token(secret), now=now)
    person = unit.people.get(session.person_id) if session else None
    if session is None or person is None:
        return None
    check_welcome(person)
    is_old = session.created_at is None or now - session.created_at >= ROTATE_AFTER
    # One that ends within the grace has been replaced already.
    return Visit(person, session, is_old and session.expires_at > now + GRACE)


def rotate(unit: Unit, session: Session, *, now: datetime) -> str | None:
    """Replace the secret of a session; the old one works for another minute.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    session : Session
        As it was found; the new one is confirmed when this one is.
    now : datetime
        Aware UTC.

    Returns
    -------
    str or None
        The new secret; None if another request was first.
    """
    unit.sessions.sweep(now=now)
    if not unit.sessions.shorten(session.token_hash, to=now + GRACE):
        return None
    return _open(unit, replace(session, created_at=now))


def _open(unit: Unit, session: Session) -> str:
    secret = secrets.token_urlsafe(SECRET_BYTES)
    unit.sessions.open(replace(session, token_hash=hash_token(secret)))
    return secret
