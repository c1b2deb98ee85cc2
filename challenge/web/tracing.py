"""What happened to a request: a code for it, how long it took, one line in the log.

The code is the one that an error page shows: whoever reads it from a screen leads an
organiser to every line that was written on the way.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Collection, Mapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from challenge.records import Principal, Role
from challenge.web.traffic import Traffic

log = logging.getLogger(__name__)

REQUEST_ID = "X-Request-ID"
"""Header of every answer; one of a request is noted beside our own, not believed."""
UNKNOWN = "unknown"
"""Route of an address that is none."""
GONE = 499
"""Status in log and figures of whoever did not wait, as nginx has it."""

# Without 0 and O, 1 and I: somebody reads it aloud. 32 of them, five bits each.
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
# Hexadecimal, as proxies make them: no secret of ours looks like it.
_CALLER = re.compile(r"[0-9a-fA-F-]{8,36}")
_SUBMISSION = re.compile(r"/submissions/([0-9a-f]{16})\b")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
# Asked again and again, all day, by machines.
_UNTOLD = ("/static", "/health/live", "/health/ready", "/metrics")
_UNCHANGED = 304


def new_code() -> str:
    """Draw the code of a request.

    Returns
    -------
    str
        Such as ``"7F3A-2K"``: 30 random bits, for a person to read aloud.
    """
    number = int.from_bytes(secrets.token_bytes(4))
    drawn = "".join(_LETTERS[number >> 5 * place & 31] for place in range(6))
    return f"{drawn[:4]}-{drawn[4:]}"


def current_code() -> str:
    """Give the code of the request that is answered here, in its thread or task.

    Returns
    -------
    str
        As `new_code` draws them; a new one where no request came through `Tracing`.
    """
    return str(get_contextvars().get("request_id") or new_code())


def route_of(scope: Mapping[str, Any]) -> str:
    """Name a request's route as it is declared: an address may hold a secret.

    Parameters
    ----------
    scope : mapping
        Of the request, once it was routed.

    Returns
    -------
    str
        Such as ``"/invitation/{code}"``, or `UNKNOWN`.
    """
    route = scope.get("route")
    # What is mounted, as MLflow's pages are, has no routes of ours.
    return getattr(route, "path", "") or scope.get("root_path", "") or UNKNOWN


class Tracing:
    """Give every request its code, and note how it ended; pass every byte on at once.

    Parameters
    ----------
    app : ASGI application
        What comes after.
    traffic : Traffic
        Counts what was served.
    uploads : collection of str
        Paths that take files.
    """

    def __init__(
        self, app: ASGIApp, traffic: Traffic, uploads: Collection[str] = ()
    ) -> None:
        self._app, self._traffic, self._uploads = app, traffic, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = _Seen(scope)

        async def noted(message: Message) -> None:
            seen.note(message)
            await send(message)

        is_upload = scope["method"] == "POST" and scope["path"] in self._uploads
        with self._traffic.under_way(is_upload=is_upload):
            try:
                await self._app(scope, receive, noted)
            except asyncio.CancelledError:
                seen.status = seen.status or GONE
                raise
            except Exception:
                # The surprise is answered, and told of, further out.
                seen.status = 500
                raise
            finally:
                self._close(seen)

    def _close(self, seen: _Seen) -> None:
        scope, seconds = seen.scope, seen.seconds
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route, status = route_of(scope), seen.status or GONE
        self._traffic.served(route, method, status, seconds)
        if not log.isEnabledFor(logging.INFO):
            return
        if status == _UNCHANGED or (status < 400 and route in _UNTOLD):
            return
        facts = {
            "request_id": seen.code,
            "caller_id": seen.caller,
            **_who(scope.get("state", {}).get("reader")),
            **_about(scope, seen.location),
            "method": method,
            "route": route,
            "status": status,
            "duration_ms": round(1000 * seconds, 1),
        }
        log.info("request", extra={name: v for name, v in facts.items() if v})


class _Seen:
    """One request on its way."""

    def __init__(self, scope: Scope) -> None:
        self.scope, self.code = scope, new_code()
        self.status, self.location = 0, ""
        self._began, self._ended = time.perf_counter(), 0.0
        asked = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        self.caller = asked if _CALLER.fullmatch(asked) else ""
        # Every line that is written on its way says whose it is.
        clear_contextvars()
        bind_contextvars(request_id=self.code)

    def note(self, message: Message) -> None:
        """See a part of the answer pass."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers[REQUEST_ID] = self.code
            self.location = headers.get("location", "")
        elif not message.get("more_body"):
            # What is done after the answer keeps nobody waiting.
            self._ended = time.perf_counter()

    @property
    def seconds(self) -> float:
        """From the first byte of the request to the last of the answer."""
        return (self._ended or time.perf_counter()) - self._began


def _who(reader: Principal | None) -> dict[str, Any]:
    if reader is None:
        return {}
    team = {"team_id": reader.id} if reader.role is Role.TEAM else {}
    return {"role": reader.role.value, **team}


def _about(scope: Scope, location: str) -> dict[str, str]:
    """Say which submission was asked for, or was made."""
    found = _SUBMISSION.search(location) or _SUBMISSION.search(scope["path"])
    return {"submission_id": found[1]} if found else {}
