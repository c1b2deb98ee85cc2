"""Asking somebody again who they are, before what cannot be taken back.

A session lasts a day, and a laptop stands open on a table. So an act that decides the
outcome asks for the password or a token, unless that was typed some minutes ago.

References
----------
OWASP, "Application Security Verification Standard" 5.0.0: V7.5.1 (what affects how
somebody comes in), V7.5.2 (ending sessions), V7.5.3 (highly sensitive operations), and
V7.2.4 (a new secret of the session afterwards). It names no time; PyPI's warehouse
asks again after an hour.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from challenge.errors import AuthenticationRequiredError, BarredError
from challenge.records import Principal
from challenge.rules.passwords import matches
from challenge.rules.sessions import rotate
from challenge.rules.tokens import Scope, find_token
from challenge.store import Unit
from challenge.store.sessions import Session

# Long enough for a verdict with its reasons, too short for a walk to lunch.
CONFIRMED_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Ways:
    """How somebody can say who they are.

    Attributes
    ----------
    password : str or None
        What theirs is compared with; None: they have none.
    has_token : bool
        Whether a token of theirs opens a session.
    """

    password: str | None
    has_token: bool

    @property
    def is_none(self) -> bool:
        """Whether there is none: they came with an invitation alone."""
        return self.password is None and not self.has_token


def ways_of(unit: Unit, person: Principal) -> Ways:
    """Say how somebody can show again who they are.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    person : Principal
        Who.

    Returns
    -------
    Ways
        As of now.
    """
    scopes = [token.scope for token in unit.tokens.of(person)]
    return Ways(unit.people.password_of(person), Scope.ALL in scopes)


def is_confirmed(session: Session, *, now: datetime) -> bool:
    """Tell whether somebody said a moment ago who they are.

    Parameters
    ----------
    session : Session
        In which they ask for something.
    now : datetime
        Aware UTC.

    Returns
    -------
    bool
        False for a session of before this was kept, and after a clock that jumped.
    """
    at = session.confirmed_at
    return at is not None and abs(now - at) < CONFIRMED_FOR


def owns_token(unit: Unit, person: Principal, typed: str) -> bool:
    """Tell whether what was typed is a token of somebody that opens a session.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    person : Principal
        Who typed.
    typed : str
        Anything.

    Returns
    -------
    bool
        False for a token of somebody else, and for one that may do less.
    """
    try:
        owner, token = find_token(unit, typed.strip())
    except (AuthenticationRequiredError, BarredError):
        return False
    return owner.id == person.id and token.scope == Scope.ALL


def is_password(ways: Ways, typed: str) -> bool:
    """Tell whether what was typed is their password; takes about 30 ms.

    Parameters
    ----------
    ways : Ways
        Of whoever typed.
    typed : str
        Anything.

    Returns
    -------
    bool
        False for who has none.
    """
    return ways.password is not None and matches(ways.password, typed)


def confirm(
    unit: Unit, person: Principal, session: Session, act: str, *, now: datetime
) -> str | None:
    """Keep that somebody said again who they are; the session gets a new secret.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Who did.
    session : Session
        In which.
    act : str
        For what, in the audit log.
    now : datetime
        Aware UTC.

    Returns
    -------
    str or None
        The secret; None if another request replaced it first.
    """
    unit.audit.add(person.name, "confirm", act, now=now)
    return rotate(unit, replace(session, confirmed_at=now), now=now)
