"""Who takes part: people, their tokens, and their browser sessions."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from challenge.brief.names import folded
from challenge.errors import AuthenticationRequiredError, RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.text import check_name
from challenge.store import Unit

# 256 bits, so a plain hash is enough: nobody can guess through it (DESIGN §4).
TOKEN_BYTES = 32
# A recognisable start lets secret scanners find a leaked token.
TOKEN_PREFIX = "kansrijk_"  # noqa: S105 - the start of every token, not a token
SESSION_LENGTH = timedelta(hours=12)
NAME_LENGTH = 80
# A ballot's address ends in the team's name.
FORBIDDEN_IN_NAMES = frozenset("/\\?#")


def register(
    unit: Unit, role: Role, name: str, *, by: str, now: datetime, sources: str = ""
) -> tuple[Principal, str]:
    """Add a team, juror or organiser.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    role : Role
        What they may do.
    name : str
        Unique within the role, as `folded` compares it; 1 to 80 characters that can be
        seen, letters of one script, no slash.
    by : str
        Who adds them, for the audit log.
    now : datetime
        Aware UTC.
    sources : str
        Source set of a team, one that the brief has; empty: the brief says which.

    Returns
    -------
    tuple of Principal and str
        Who was added, and their token: shown once, kept only as a hash.

    Raises
    ------
    RequestRefusedError
        If the name is empty, too long, taken, or may read as another one.
    """
    name = check_name(name, longest=NAME_LENGTH)
    if set(name) & FORBIDDEN_IN_NAMES:
        raise RequestRefusedError(
            "name",
            "it has a slash, a question mark or a hash.",
            hint="Names stand in addresses: use letters, digits and spaces.",
        )
    if other := _named(unit, role, name):
        raise RequestRefusedError(
            "name",
            f"there is a {role} called {other.name} already.",
            hint="Choose another name.",
        )
    token = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    person = unit.people.add(
        role, name, token_hash=hash_token(token), now=now, sources=sources
    )
    detail = {"sources": sources} if sources else {}
    unit.audit.add(by, f"add {role}", name, now=now, **detail)
    return person, token


def choose_sources(
    unit: Unit, name: str, sources: str, *, by: str, now: datetime
) -> Principal | None:
    """Choose for a team that was added when the brief had no source sets.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    name : str
        Of the team, as `folded` compares it.
    sources : str
        A source set that the brief has.
    by : str
        Who chooses, for the audit log.
    now : datetime
        Aware UTC.

    Returns
    -------
    Principal or None
        The team, whose token stays as it was; None if no team of that name waits for
        a choice.
    """
    team = _named(unit, Role.TEAM, name)
    if team is None or team.sources or not sources:
        return None
    unit.audit.add(by, "choose sources", team.name, now=now, sources=sources)
    return unit.people.choose_sources(team, sources)


def _named(unit: Unit, role: Role, name: str) -> Principal | None:
    """Find whoever has a name that reads the same."""
    everybody = unit.people.all(role)
    return next((p for p in everybody if folded(p.name) == folded(name)), None)


def authenticate(unit: Unit, token: str | None) -> Principal:
    """Find out whose token this is.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    token : str or None
        As it came with the request.

    Returns
    -------
    Principal
        Its owner.

    Raises
    ------
    AuthenticationRequiredError
        If there is no token, or nobody has it.
    """
    person = unit.people.with_token(hash_token(token)) if token else None
    if person is None:
        raise AuthenticationRequiredError
    return person


def log_in(unit: Unit, token: str, *, now: datetime) -> tuple[Principal, str]:
    """Exchange a token for a browser session.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    token : str
        As it was pasted.
    now : datetime
        Aware UTC.

    Returns
    -------
    tuple of Principal and str
        Who logged in, and the session's own secret for a cookie.

    Raises
    ------
    AuthenticationRequiredError
        If nobody has the token.
    """
    person = authenticate(unit, token.strip())
    session = secrets.token_urlsafe(TOKEN_BYTES)
    unit.people.open_session(
        person, token_hash=hash_token(session), expires_at=now + SESSION_LENGTH
    )
    return person, session


def hash_token(token: str) -> str:
    """Hash a token for storage.

    Parameters
    ----------
    token : str
        A token of ours: 256 random bits.

    Returns
    -------
    str
        Hex sha256.
    """
    return hashlib.sha256(token.encode()).hexdigest()
