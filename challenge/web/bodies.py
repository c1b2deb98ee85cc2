"""Bound what a stranger can make the server read, and for how long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from fastapi.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from challenge.errors import (
    ChallengeError,
    RequestNotPossibleError,
    RequestTooLargeError,
    RequestTooSlowError,
)
from challenge.rules.tokens import SAFE_METHODS
from challenge.web.problems import answer

# Four times the longest pitch in the widest encoding.
LIMIT_KIB = 256
# These routes know their team first, and count by a limit of their own (`upload`).
UPLOADS = frozenset({"/api/submissions", "/submissions", "/pitch/pdf"})
# A slower sender than any phone in a full room; and time to begin.
SLOWEST_KIB, GRACE_SECONDS = 10, 30.0
# More digits than any length has that is meant.
_MOST_DIGITS = 15


class BodyLimit:
    """Refuse a body that is too large, compressed or slow, before anybody parses it.

    FastAPI reads and parses a body before it asks who sent it. What says itself that
    it is too large is not read at all; the bytes of the rest are counted while they
    come in, and so is the time.

    Parameters
    ----------
    app : ASGI application
        What comes after.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass the request on with a counting `receive`."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            check_plain(request)
            if scope["path"] not in UPLOADS:
                check_length(request, LIMIT_KIB << 10, too_large)
                receive = counted(receive, LIMIT_KIB << 10, too_large)
        except ChallengeError as refused:
            response = await run_in_threadpool(answer, request, refused)
            await response(scope, receive, send)
            return
        # Nobody reads what comes with the others.
        if scope["method"] not in SAFE_METHODS:
            receive = timely(receive)
        await self._app(scope, receive, send)


def check_plain(request: Request) -> None:
    """Refuse a body that would have to be inflated to be read.

    Parameters
    ----------
    request : Request
        As it came in.

    Raises
    ------
    RequestNotPossibleError
        With status 415; bytes that were counted could become a thousand times more.
    """
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise RequestNotPossibleError(
            "The body is compressed, and is read only as it is", status=415
        )


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


def timely(receive: Receive) -> Receive:
    """Make a `receive` that gives up on a body that trickles.

    Only the time in which nothing comes is counted, so that a server that is busy
    makes nobody late. It lets go of the request; no thread and no transaction waits
    for a body here.

    Parameters
    ----------
    receive : callable
        Of the ASGI server.

    Returns
    -------
    callable
        Raises `RequestTooSlowError` at less than 10 KiB a second on average, after
        the first 30 seconds, and once nothing comes for 30 seconds.
    """
    waited, seen, is_over = 0.0, 0, False

    async def receive_timely() -> Message:
        nonlocal waited, seen, is_over
        if is_over:
            # Whoever streams an answer waits here for the client to go.
            return await receive()
        began = time.monotonic()
        try:
            # However much came before: a laptop that fell asleep says nothing more.
            left = GRACE_SECONDS + seen / (SLOWEST_KIB << 10) - waited
            async with asyncio.timeout(min(GRACE_SECONDS, left)):
                message = await receive()
        except TimeoutError as error:
            raise RequestTooSlowError(kib_per_second=SLOWEST_KIB) from error
        waited += time.monotonic() - began
        seen += len(message.get("body", b""))
        is_over = not message.get("more_body")
        return message

    return receive_timely


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
    if said.isdecimal() and (len(said) > _MOST_DIGITS or int(said) > limit_bytes):
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
