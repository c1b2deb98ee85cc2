"""Smaller answers: pages, style, script and pictures made of text, packed with gzip.

An attacker who can have words of his put beside a secret in one packed answer can
measure the secret (BREACH). Whatever shows a token or an invitation answers a POST, and
only answers to GET are packed; pages hold no secret against forgery, since
`challenge.web.origins` looks at where a form comes from.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Packing takes longer than sending below it.
SMALLEST_BYTES = 1000
# Beyond it, time grows faster than size shrinks.
LEVEL = 5
PACKED_ALREADY = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/octet-stream",
    "application/pdf",
    "application/vnd.apache.parquet",
)


class Compression:
    """Pack the answers to GET that shrink; MLflow's pages are as MLflow sends them.

    Parameters
    ----------
    app : ASGI application
        What comes after.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._packing = GZipMiddleware(
            app, SMALLEST_BYTES, LEVEL, exclude_content_types=PACKED_ALREADY
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, through what packs or past it."""
        is_get = scope["type"] == "http" and scope["method"] == "GET"
        if not is_get or scope["path"].startswith("/mlflow"):
            await self._app(scope, receive, send)
            return

        async def with_weak_tag(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                tag = headers.get("etag", "")
                # Byte by byte it is another answer than the one that was tagged.
                if "content-encoding" in headers and tag.startswith('"'):
                    headers["ETag"] = f"W/{tag}"
            await send(message)

        await self._packing(scope, receive, with_weak_tag)
