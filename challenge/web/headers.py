"""Headers that keep every page of ours to itself."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing from elsewhere, no frames, no scripts (web.md §1a).
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)


class SafeHeaders:
    """Add a strict content security policy and its companions.

    Parameters
    ----------
    app : ASGI application
        What comes after.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to each response of ours; the MLflow pages need scripts."""
        foreign = scope["type"] != "http" or scope["path"].startswith("/mlflow")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start" and not foreign:
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = CONTENT_POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
            await send(message)

        await self._app(scope, receive, with_headers)
