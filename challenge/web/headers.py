"""Headers that keep every page of ours to itself, and every answer to its reader."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing from elsewhere, nothing inline, no frames (web.md §1a).
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
# The same for everybody; all other answers depend on who asks, or may do so one day.
ASSETS = "/static/"


class SafeHeaders:
    """Add a strict content security policy and its companions, and forbid storing.

    A proxy of the venue that kept an answer would hand it to the next team.

    Parameters
    ----------
    app : ASGI application
        What comes after.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to each response; the MLflow pages need scripts."""
        path = scope["path"] if scope["type"] == "http" else ""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if not path.startswith("/mlflow"):
                    # What strangers made says that it may do even less.
                    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
                    headers["X-Content-Type-Options"] = "nosniff"
                    headers["Referrer-Policy"] = "same-origin"
                if not path.startswith(ASSETS):
                    # A part of a page that is polled says that it may be asked again.
                    if path.startswith("/mlflow") or "Cache-Control" not in headers:
                        headers["Cache-Control"] = "private, no-store"
                    headers.add_vary_header("Cookie, Authorization")
            await send(message)

        await self._app(scope, receive, with_headers)
