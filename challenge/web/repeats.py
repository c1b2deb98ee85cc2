"""A form that is sent twice, by a double click or a nervous finger, is one act.

The second one waits for the answer to the first and gets the same: also a token, or
the cards of an invitation, that are shown once. This holds inside a session. What
opens one, a log-in or an invitation, is never answered from memory: the session that
it opened may be over, and who looks like the same browser may be a neighbour.
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
# Forms that are remembered at one time, of all browsers.
MOST = 500


@dataclass(slots=True)
class _Sent:
    """One form, and its answer as soon as there is one."""

    digest: bytes
    done: asyncio.Event = field(default_factory=asyncio.Event)
    messages: list[Message] = field(default_factory=list)
    cookie: str | None = None
    # When, by the clock that only goes forward.
    at: float = float("inf")

    @property
    def is_success(self) -> bool:
        """Whether there is a whole answer, and no refusal."""
        return (
            bool(self.messages)
            and self.messages[0]["status"] < 400
            and not self.messages[-1].get("more_body")
        )


class Repeats:
    """Answer a form of a session that comes again at once as it was answered before.

    Only the last form of a session counts, so that an act and its opposite can take
    turns; what was refused is tried again. An upload has a key of its own instead,
    and what a program or htmx sends is not looked at.

    Parameters
    ----------
    app : ASGI application
        What comes after.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._last: dict[str, _Sent] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a form on once."""
        if not _is_form(scope):
            await self._app(scope, receive, send)
            return
        body, again = await _read(receive)
        state = scope.setdefault("state", {})
        # Whoever is logged out meanwhile gets back what they typed.
        state["body"] = body
        if not (who := _session(scope)):
            await self._app(scope, again, send)
            return
        digest = _digest(scope, body)
        # Of all who waited for one that failed, the next goes and the others wait on.
        while before := self._find(who, digest):
            await before.done.wait()
            if before.is_success:
                state["cookie"] = before.cookie
                for message in before.messages:
                    await send(dict(message))
                return
        await self._first(_Sent(digest), who, scope, again, send)

    async def _first(
        self, sent: _Sent, who: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._last.pop(who, None)
        self._last[who] = sent
        if len(self._last) > MOST:
            del self._last[next(iter(self._last))]

        async def keep(message: Message) -> None:
            sent.messages.append(message)
            await send(dict(message))

        try:
            await self._app(scope, receive, keep)
        except BaseException:
            sent.messages.clear()
            raise
        finally:
            if sent.is_success:
                sent.cookie = scope["state"].get("cookie")
                sent.at = time.monotonic()
                # A token that is shown once stays no longer, whoever comes or not.
                loop = asyncio.get_running_loop()
                loop.call_later(SECONDS, self._forget, who, sent)
            else:
                sent.messages.clear()
                self._forget(who, sent)
            sent.done.set()

    def _find(self, who: str, digest: bytes) -> _Sent | None:
        """Find the same form, under way or answered a moment ago."""
        sent = self._last.get(who)
        if sent is None or sent.digest != digest:
            return None
        return sent if time.monotonic() - sent.at < SECONDS else None

    def _forget(self, who: str, sent: _Sent) -> None:
        if self._last.get(who) is sent:
            del self._last[who]


def _is_form(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "POST":
        return False
    names = {name for name, _ in scope["headers"]}
    path = scope["path"]
    is_page = path not in UPLOADS and not path.startswith(("/api", "/mlflow"))
    return is_page and not names & {b"authorization", b"hx-request"}


def _session(scope: Scope) -> str:
    """Say which session a form comes from; empty: none."""
    secret = HTTPConnection(scope).cookies.get(cookie_name(scope["scheme"]), "")
    return hashlib.sha256(secret.encode()).hexdigest() if secret else ""


def _digest(scope: Scope, body: bytes) -> bytes:
    told = "\0".join((scope["path"], scope["query_string"].decode("latin-1")))
    return hashlib.sha256(told.encode() + b"\0" + body).digest()


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
