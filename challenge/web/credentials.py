"""What a request shows to come in: a token, or the secret of a browser session.

Read in one place, so that who is counted, who is let in, and who is let in still are
one and the same.
"""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import Request

from challenge.errors import AuthenticationRequiredError
from challenge.records import Principal
from challenge.rules.sessions import visit
from challenge.rules.tokens import find_token
from challenge.store import Unit
from challenge.web.cookies import session_secret


def bearer_token(request: Request) -> str | None:
    """Read the token of a request.

    Parameters
    ----------
    request : Request
        As it came in.

    Returns
    -------
    str or None
        None where its header is of another scheme, or there is none: then the secret
        of a session counts.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def check_still(request: Request, unit: Unit) -> None:
    """Refuse whose ways in were ended since their request came.

    Parameters
    ----------
    request : Request
        Has brought a token or a session that was good then.
    unit : Unit
        An open transaction, of the act itself.

    Raises
    ------
    AuthenticationRequiredError
        If it is good no more.
    BarredError
        If they may not come in any more.
    """
    if (token := bearer_token(request)) is not None:
        find_token(unit, token)
    elif visit(unit, session_secret(request), now=datetime.now(UTC)) is None:
        raise AuthenticationRequiredError


def check_not_ended(request: Request, person: Principal, unit: Unit) -> None:
    """Refuse whose ways in were ended while their upload came in.

    Parameters
    ----------
    request : Request
        Has brought a token or a session that was good then.
    person : Principal
        Whose it was.
    unit : Unit
        An open transaction, of the act itself.

    Raises
    ------
    AuthenticationRequiredError
        If the token is good no more, or no session of theirs is.
    """
    if (token := bearer_token(request)) is not None:
        find_token(unit, token)
    # Another tab replaces a secret each hour, and a large upload may outlive it.
    elif not unit.sessions.of(person, now=datetime.now(UTC)):
        raise AuthenticationRequiredError
