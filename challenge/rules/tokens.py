"""Tokens: what programs show to come in, seen once and kept as a hash."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from challenge.errors import (
    AuthenticationRequiredError,
    BarredError,
    NotFoundError,
    RequestRefusedError,
    ScopeTooNarrowError,
)
from challenge.records import Principal, Role
from challenge.rules.credentials import (
    TOKEN_PREFIX,
    hash_token,
    is_mistyped,
    new_token,
)
from challenge.rules.text import check_line
from challenge.store import Unit
from challenge.store.tokens import Token

START_CHARACTERS = len(TOKEN_PREFIX) + 4
LABEL_LENGTH = 40
TOKENS_EACH = 20
# Often enough to see that a forgotten token is in use, seldom enough to cost nothing.
USE_STEP = timedelta(minutes=1)


class Scope(StrEnum):
    """What a token may do of what its owner may."""

    ALL = "all"
    SUBMIT = "submit"
    READ = "read"
    METRICS = "metrics"


# What a token for handing in may do besides reading.
HANDING_IN = frozenset({("POST", "/api/submissions"), ("POST", "/api/terms")})
# What a token for metrics may do: a monitor should not read scores.
MEASURING = frozenset({("GET", "/metrics"), ("HEAD", "/metrics")})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def find_token(unit: Unit, token: str | None) -> tuple[Principal, Token]:
    """Find out whose token this is, and what it may do.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    token : str or None
        As it came with the request.

    Returns
    -------
    tuple of Principal and Token
        Its owner, and what is known of it.

    Raises
    ------
    AuthenticationRequiredError
        If there is no token, or nobody has it.
    BarredError
        If its owner may not come in any more.
    """
    known = None
    if token and not is_mistyped(token):
        known = unit.tokens.known(hash_token(token))
    person = unit.people.get(known.person_id) if known else None
    if known is None or person is None:
        raise AuthenticationRequiredError
    check_welcome(person)
    return person, known


def check_welcome(person: Principal) -> None:
    """Refuse somebody who was barred.

    Parameters
    ----------
    person : Principal
        Who comes in.

    Raises
    ------
    BarredError
        Unless it is a team: one that does not compete may still look.
    """
    if person.barred is not None and person.role is not Role.TEAM:
        raise BarredError(person.barred)


def check_scope(scope: str, method: str, path: str) -> None:
    """Refuse what a token was not made for.

    Parameters
    ----------
    scope : str
        What it may do.
    method, path : str
        What it is used for; the path as it is declared.

    Raises
    ------
    ScopeTooNarrowError
        If that is more.
    """
    if scope == Scope.METRICS:
        if (method, path) in MEASURING:
            return
        raise ScopeTooNarrowError(scope)
    if scope == Scope.ALL or method in SAFE_METHODS:
        return
    if scope == Scope.SUBMIT and (method, path) in HANDING_IN:
        return
    raise ScopeTooNarrowError(scope)


def is_use_stale(token: Token, *, now: datetime) -> bool:
    """Tell whether the last use that is kept of a token should be renewed.

    Parameters
    ----------
    token : Token
        That was shown.
    now : datetime
        Aware UTC.

    Returns
    -------
    bool
        True at most once a minute.
    """
    return token.used_at is None or now - token.used_at >= USE_STEP


def make_token(
    unit: Unit,
    person: Principal,
    *,
    label: str,
    by: str,
    now: datetime,
    scope: str = Scope.ALL,
) -> str:
    """Make another token for somebody.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Whose it will be.
    label : str
        What they call it, at most 40 characters.
    by : str
        Who makes it, for the audit log.
    now : datetime
        Aware UTC.
    scope : str
        What it may do.

    Returns
    -------
    str
        The token: shown once, kept only as a hash.

    Raises
    ------
    RequestRefusedError
        If the label cannot be shown, there is no such scope, or they have too many.
    """
    if scope not in [*Scope]:
        raise RequestRefusedError(
            "scope", "there is no such scope.", hint="all, submit, read or metrics."
        )
    if len(unit.tokens.of(person)) >= TOKENS_EACH:
        raise RequestRefusedError(
            "label", f"you have {TOKENS_EACH} tokens.", hint="Revoke one first."
        )
    label = check_line("label", label, longest=LABEL_LENGTH) if label.strip() else ""
    token = new_token()
    unit.tokens.add(
        person,
        token_hash=hash_token(token),
        start=token[:START_CHARACTERS],
        scope=scope,
        label=label,
        now=now,
    )
    unit.audit.add(by, "make token", person.name, now=now, scope=scope, label=label)
    return token


def revoke_token(
    unit: Unit, person: Principal, token_id: int, *, by: str, now: datetime
) -> None:
    """Let a token of somebody work no more.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Whose it is.
    token_id : int
        Which one.
    by : str
        Who revokes it, for the audit log.
    now : datetime
        Aware UTC.

    Raises
    ------
    NotFoundError
        If they have no such token that works.
    """
    known = {token.id: token for token in unit.tokens.of(person)}
    if not unit.tokens.revoke(token_id, person=person, now=now):
        raise NotFoundError("token", str(token_id))
    unit.audit.add(
        *(by, "revoke token", person.name),
        now=now,
        token=token_id,
        before=known[token_id].scope,
        after=None,
    )


def replace_tokens(unit: Unit, person: Principal, *, by: str, now: datetime) -> str:
    """Let every way in of somebody end, and make one new token.

    Also the password and an invitation back: whoever held a token could choose the one,
    and whoever held the other comes in as them.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Whose.
    by : str
        Who does it, for the audit log.
    now : datetime
        Aware UTC.

    Returns
    -------
    str
        The new token: shown once, kept only as a hash.
    """
    ended = {
        "tokens": unit.tokens.revoke_all(person, now=now),
        "sessions": unit.sessions.close_all(person),
        "passwords": int(unit.people.password_of(person) is not None),
        "invitations": unit.invitations.revoke_all(person, now=now),
    }
    unit.people.keep_password(person, None)
    # How many ways in there were, and how many there are now.
    left = dict.fromkeys(ended, 0) | {"tokens": 1}
    unit.audit.add(by, "rotate token", person.name, now=now, before=ended, after=left)
    return make_token(unit, person, label="", by=by, now=now)
