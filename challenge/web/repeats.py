"""A form that is sent twice, by a double click or a nervous finger, is one act.

The second one waits for the answer to the first and gets the same: also a token, or
the cards of an invitation, that are shown once.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from challenge.web.bodies import UPLOADS
from challenge.web.cookies import cookie_name

# Long enough for a finger, too short for somebody who means it.
SECONDS = 10.0


@dataclass(slots=True)
class _Sent:
    """One form, and its answer as soon as there is one."""

    digest: bytes
    at: float = field(default_factory=time.monotonic)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    messages: list[Message] = field(default_factory=list)
    cookie: str | None = None

    @property
    def is_success(self) -> bool:
        return bool(self.messages) and self.messages[0]["status"] < 400


class Repeats:
    """Answer a form of a browser that comes again at once as it was answered before.

    Only the last form of a browser counts, so that an act and its opposite can take
    turns; what was refused is tried again. An upload has a key of its own instead,
    and what a program or htmx sends is not looked at.

    Parameters
    ----------
    app : ASGI application
        What comes after.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._last: dict[bytes, _Sent] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a form on once."""
        if not _is_form(scope):
            await self._app(scope, receive, send)
            return
        body, again = await _read(receive)
        who, digest = _identify(scope, body)
        before, state = self._last.get(who), scope.setdefault("state", {})
        # Whoever is logged out meanwhile gets back what they typed.
        state["body"] = body
        if before is not None and before.digest == digest:
            await before.done.wait()
            if before.is_success and time.monotonic() - before.at < SECONDS:
                state["cookie"] = before.cookie
                for message in before.messages:
                    await send(dict(message))
                return
        await self._first(_Sent(digest), who, scope, again, send)

    async def _first(
        self, sent: _Sent, who: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._forget()
        self._last[who] = sent

        async def keep(message: Message) -> None:
            sent.messages.append(message)
            await send(dict(message))

        try:
            await self._app(scope, receive, keep)
        finally:
            sent.cookie, sent.at = scope["state"].get("cookie"), time.monotonic()
            sent.done.set()

    def _forget(self) -> None:
        now = time.monotonic()
        for who, sent in list(self._last.items()):
            if sent.done.is_set() and now - sent.at > SECONDS:
                del self._last[who]


def _is_form(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "POST":
        return False
    names = {name for name, _ in scope["headers"]}
    path = scope["path"]
    is_page = path not in UPLOADS and not path.startswith(("/api", "/mlflow"))
    return is_page and not names & {b"authorization", b"hx-request"}


def _identify(scope: Scope, body: bytes) -> tuple[bytes, bytes]:
    """Say which browser, and which form: for one without a session both are one."""
    connection = HTTPConnection(scope)
    told = "\0".join((scope["path"], scope["query_string"].decode("latin-1")))
    digest = hashlib.sha256(told.encode() + b"\0" + body).digest()
    if secret := connection.cookies.get(cookie_name(scope["scheme"])):
        return hashlib.sha256(secret.encode()).digest(), digest
    client = connection.client.host if connection.client else ""
    agent = connection.headers.get("user-agent", "")
    return hashlib.sha256(f"{client}\0{agent}".encode() + digest).digest(), digest


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """Read a body, which is bounded before, and make what gives it once more."""
    messages: list[Message] = []
    error: Exception | None = None
    try:
        while not messages or messages[-1].get("more_body"):
            messages.append(await receive())
    except Exception as wrong:
        # Whoever parses the body is told, and answers.
        error = wrong
    waiting = list(messages)

    async def again() -> Message:
        if waiting:
            return waiting.pop(0)
        if error is not None:
            raise error
        return await receive()

    return b"".join(message.get("body", b"") for message in messages), again
