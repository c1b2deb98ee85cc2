"""Bound what a stranger can make the server read."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from challenge.errors import ChallengeError, RequestTooLargeError

# Four times the longest pitch in the widest encoding.
LIMIT_KIB = 256
# These routes know their team first, and count by a limit of their own (`upload`).
UPLOADS = frozenset({"/api/submissions", "/submissions", "/pitch/pdf"})


class BodyLimit:
    """Count the bytes of every body but an upload's, before anybody parses it.

    FastAPI reads and parses a body before it asks who sent it.

    Parameters
    ----------
    app : ASGI application
        What comes after.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counting `receive`."""
        if scope["type"] == "http" and scope["path"] not in UPLOADS:
            receive = counted(receive, LIMIT_KIB << 10, too_large)
        await self._app(scope, receive, send)


def counted(
    receive: Receive, limit_bytes: int, error: Callable[[], ChallengeError]
) -> Receive:
    """Make a `receive` that raises once too much came in.

    Parameters
    ----------
    receive : callable
        Of the ASGI server.
    limit_bytes : int
        Most bytes that may come.
    error : callable
        Makes what is raised.

    Returns
    -------
    callable
        A `receive` for what comes after.
    """
    seen = 0

    async def receive_counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit_bytes:
            raise error()
        return message

    return receive_counted


def check_length(
    request: Request, limit_bytes: int, error: Callable[[], ChallengeError]
) -> None:
    """Refuse a body that says itself that it is too large, before it is read.

    Parameters
    ----------
    request : Request
        Browsers say how much they send.
    limit_bytes : int
        Most bytes that may come.
    error : callable
        Makes what is raised.

    Raises
    ------
    ChallengeError
        What `error` makes.
    """
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > limit_bytes:
        raise error()


def only_the_start(receive: Receive, most_bytes: int) -> Receive:
    """Make a `receive` that says it is the end once enough came in.

    Parameters
    ----------
    receive : callable
        Of the ASGI server.
    most_bytes : int
        When to stop.

    Returns
    -------
    callable
        A `receive` for what comes after.
    """
    seen = 0

    async def receive_start() -> Message:
        nonlocal seen
        if seen >= most_bytes:
            return {"type": "http.request", "body": b"", "more_body": False}
        message = await receive()
        seen += len(message.get("body", b""))
        return message

    return receive_start


def too_large() -> RequestTooLargeError:
    """Word the refusal of a body that is no upload."""
    return RequestTooLargeError(limit_kib=LIMIT_KIB)
