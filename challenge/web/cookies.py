"""The cookie of a browser session: written in one place, after everything else."""

from __future__ import annotations

import logging
from http.cookies import SimpleCookie

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from challenge.rules.sessions import SESSION_LENGTH

log = logging.getLogger(__name__)

SESSION_COOKIE = "kansrijk_session"
# A browser takes this prefix only from this very host, over https, for every path.
HOST_PREFIX = "__Host-"


def cookie_name(scheme: str) -> str:
    """Name the session cookie.

    Parameters
    ----------
    scheme : str
        ``"https"`` or ``"http"``.

    Returns
    -------
    str
        Over https with a prefix that binds it to this host.
    """
    return HOST_PREFIX + SESSION_COOKIE if scheme == "https" else SESSION_COOKIE


def session_secret(request: Request) -> str:
    """Read the secret of a browser session.

    Parameters
    ----------
    request : Request
        As it came in.

    Returns
    -------
    str
        The newest one, where it was replaced during this request; empty: none.
    """
    kept: str | None = getattr(request.state, "cookie", None)
    if kept is not None:
        return kept
    return request.cookies.get(cookie_name(request.url.scheme), "")


def keep_session(request: Request, secret: str) -> None:
    """Have the answer carry a session's secret.

    Parameters
    ----------
    request : Request
        Whose answer.
    secret : str
        A new one; empty: the browser forgets the one it has.
    """
    request.state.cookie = secret


class SessionCookies:
    """Write the cookie that a request kept, and after the answer what it noted.

    Parameters
    ----------
    app : ASGI application
        What comes after.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header, if there is something to keep."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def with_cookie(message: Message) -> None:
            secret = state.get("cookie")
            if message["type"] == "http.response.start" and secret is not None:
                headers = MutableHeaders(scope=message)
                headers.append("Set-Cookie", _written(secret, scope["scheme"]))
            await send(message)

        await self._app(scope, receive, with_cookie)
        if "afterwards" in state:
            try:
                await run_in_threadpool(state["afterwards"])
            except Exception:
                # Nobody waits for it, and the answer has gone.
                log.warning("The last use of a token was not kept", exc_info=True)


def _written(secret: str, scheme: str) -> str:
    name = cookie_name(scheme)
    cookie = SimpleCookie({name: secret})
    cookie[name]["path"] = "/"
    cookie[name]["httponly"] = True
    cookie[name]["samesite"] = "Lax"
    cookie[name]["max-age"] = int(SESSION_LENGTH.total_seconds()) if secret else 0
    if scheme == "https":
        cookie[name]["secure"] = True
    return cookie[name].OutputString()
