"""Passwords of people who return: argon2id, and the same work for unknown names.

Checking one takes about 30 ms and 19 MiB: call it from a thread, never from the event
loop.

References
----------
RFC 9106, "Argon2 Memory-Hard Function". OWASP, "Password Storage Cheat Sheet":
19 MiB, two passes, one lane. NIST SP 800-63B, 3.1.1.2: a minimum length, normal form,
no rules about kinds of characters, nothing that is tried first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from challenge.brief import Brief
from challenge.brief.names import folded
from challenge.errors import AuthenticationRequiredError, RequestRefusedError
from challenge.records import Principal
from challenge.rules.guessing import is_guessable
from challenge.rules.tokens import check_welcome
from challenge.store import Unit

SHORTEST = 12
LONGEST = 200
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Many at once would take the memory of the machine and the turn of everybody else.
_TURNS = BoundedSemaphore(2)


def check_password(
    person: Principal, password: str, *, brief: Brief | None = None
) -> str:
    """Accept a password, or say what is wrong with it.

    Parameters
    ----------
    person : Principal
        Whose it will be.
    password : str
        As it was typed.
    brief : Brief or None
        Of the event, whose words are easy to guess there.

    Returns
    -------
    str
        What is kept of it: encoded argon2id.

    Raises
    ------
    RequestRefusedError
        If it is shorter than 12 or longer than 200 characters, is their name, or is
        among what is tried first, as `is_guessable` says.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise RequestRefusedError(
            "password",
            f"it has {len(password)} characters.",
            hint=f"Use {SHORTEST} to {LONGEST}: four words you made up will do.",
        )
    if folded(password) == folded(person.name):
        raise RequestRefusedError(
            "password", "it is your name.", hint="Use words that nobody guesses."
        )
    if is_guessable(password, person.name, brief):
        raise RequestRefusedError(
            "password",
            "it is tried first: known words, a date, a row of keys, few characters.",
            hint="Four words that you make up will do.",
        )
    with _TURNS:
        return _HASHER.hash(_normal(password))


def matches(kept: str, password: str) -> bool:
    """Compare a password with what is kept of one.

    Parameters
    ----------
    kept : str
        Encoded argon2id.
    password : str
        As it was typed.

    Returns
    -------
    bool
        Whether it is the same.
    """
    with _TURNS:
        try:
            return _HASHER.verify(kept, _normal(password[: LONGEST + 1]))
        except VerifyMismatchError:
            return False


def set_password(
    unit: Unit, person: Principal, kept: str, *, now: datetime, but: str = ""
) -> None:
    """Give somebody a password; their other sessions end.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Whose.
    kept : str
        From `check_password`, which is not called in a transaction: it takes its time.
    now : datetime
        Aware UTC.
    but : str
        Hex sha256 of the secret of the session in which they ask.
    """
    unit.people.keep_password(person, kept)
    unit.sessions.close_all(person, but=but)
    unit.audit.add(person.name, "change password", person.name, now=now)


def recognise(candidates: dict[Principal, str], name: str, password: str) -> Principal:
    """Find out who came with a name and a password.

    Parameters
    ----------
    candidates : dict of Principal to str
        Who has a password, from `People.with_passwords`.
    name : str
        As it was typed; one of before may stand for a juror and a team.
    password : str
        As it was typed.

    Returns
    -------
    Principal
        Whose name and password they are.

    Raises
    ------
    AuthenticationRequiredError
        If the two do not belong together; the work is the same for a name that nobody
        has, so that nobody learns which names there are.
    BarredError
        If they may not come in any more.
    """
    wanted = folded(name)
    named = [(p, kept) for p, kept in candidates.items() if folded(p.name) == wanted]
    if not named:
        matches(_nobody(), password)
    found = [person for person, kept in named if matches(kept, password)]
    if not found:
        raise AuthenticationRequiredError
    check_welcome(found[0])
    return found[0]


def note_failure(
    unit: Unit, candidates: Iterable[Principal], name: str, *, now: datetime
) -> None:
    """Keep that somebody did not get in with a name and a password.

    What was typed as a name may be a password: it is kept only if somebody has it.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    candidates : iterable of Principal
        Who has a password.
    name : str
        As it was typed.
    now : datetime
        Aware UTC.
    """
    named = [one.name for one in candidates if folded(one.name) == folded(name)]
    subject = named[0] if named else "a name that nobody has"
    unit.audit.add("a visitor", "fail to log in", subject, now=now)


@cache
def _nobody() -> str:
    return _HASHER.hash("a password that nobody has, since nobody has this name")


def _normal(password: str) -> str:
    """Let a password be the same on every keyboard."""
    return unicodedata.normalize("NFKC", password)
