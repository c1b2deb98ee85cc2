"""To which names this server answers.

References
----------
J. Kettle, "Practical HTTP Host header attacks", 2013: whoever sends a request chooses
its ``Host``, and what follows from it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from challenge.errors import RequestNotPossibleError
from challenge.web.problems import document_of
from challenge.web.site import LOCAL

_BY_ANY_NAME = "/metrics"
"""Prometheus finds each process by its address, past the proxy. Nobody reads figures
without a token or a session, and no link stands in them."""


class Hosts:
    """Refuse a request for another server, where this one knows what it is called.

    Names of this machine are answered, too: its own checks use them, and no link
    follows from them. So is any name that asks for ``/metrics``.

    Parameters
    ----------
    app : ASGI application
        What comes after.
    address : str
        That was set; empty: every name is answered that is one.
    """

    def __init__(self, app: ASGIApp, address: str = "") -> None:
        self._app, self._known = app, _name_in(address)
        self._names = LOCAL | {self._known} if address else frozenset[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 400, or pass the request on."""
        if scope["type"] != "http" or (refused := self._refused(scope)) is None:
            await self._app(scope, receive, send)
            return
        await document_of(refused)(scope, receive, send)

    def _refused(self, scope: Scope) -> RequestNotPossibleError | None:
        host = Headers(scope=scope).get("host")
        # Without one there is the address of the socket, which nobody makes up.
        name = "localhost" if host is None else _name_in(f"http://{host}")
        if not name:
            return RequestNotPossibleError("Its Host header is no address", status=400)
        is_ours = not self._names or name in self._names
        if not is_ours and scope["path"] != _BY_ANY_NAME:
            told = f"This server is {self._known}, and the request is for another one"
            return RequestNotPossibleError(told, status=400)
        return None


def _name_in(address: str) -> str:
    """Read the name of a server in small letters; empty if it is none."""
    try:
        parts = urlsplit(address)
        is_plain = parts.port != 0 and parts.netloc == address.partition("//")[2]
    except ValueError:
        return ""
    name = parts.hostname or ""
    is_name = name.isascii() and not any(c.isspace() or c in "\"'<>@\\" for c in name)
    return name if is_plain and is_name and "@" not in parts.netloc else ""
