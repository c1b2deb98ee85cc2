"""Keep the language and the colours that somebody chose, whatever the answer is."""

from __future__ import annotations

from http.cookies import SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from challenge.web.pages import LANGUAGE_COOKIE, LANGUAGES, THEME_COOKIE, THEMES

_CHOICES = {LANGUAGE_COOKIE: LANGUAGES, THEME_COOKIE: THEMES}


class Choices:
    """Answer ``?lang=`` and ``?theme=`` with a cookie, on a redirect or refusal too.

    Parameters
    ----------
    app : ASGI application
        What comes after.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the cookies."""
        asked = scope.get("query_string", b"").decode("latin-1")
        made = _cookies(asked) if scope["type"] == "http" and asked else []

        async def with_cookies(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for cookie in made:
                    headers.append("Set-Cookie", cookie)
            await send(message)

        await self._app(scope, receive, with_cookies)


def _cookies(query: str) -> list[str]:
    found = parse_qs(query)
    made = []
    for name, choices in _CHOICES.items():
        chosen = found.get(name, [""])[-1]
        if chosen in choices:
            cookie = SimpleCookie({name: chosen})
            cookie[name] |= {"path": "/", "httponly": True, "samesite": "lax"}
            made.append(cookie[name].OutputString())
    return made
