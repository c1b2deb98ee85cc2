"""Hold off whoever asks too often, before anything is read or looked up.

Counts are kept by one process. What must hold across processes, failed log-ins, is in
the database (`challenge.rules.attempts`).

References
----------
R. Polli, A. Martinez, "RateLimit header fields for HTTP",
draft-ietf-httpapi-ratelimit-headers-10, 2025.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Iterator
from math import ceil

from limits import RateLimitItem
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from challenge.errors import TooManyRequestsError
from challenge.web import rates
from challenge.web.cookies import session_secret
from challenge.web.credentials import bearer_token
from challenge.web.incidents import bare_page
from challenge.web.pages import wants_page
from challenge.web.problems import document_of
from challenge.web.senders import address_of
from challenge.web.tracing import current_code

# Of all who come in a minute; 13 MiB.
MOST_WINDOWS = 50_000
# Tokens and sessions that were good the last time.
MOST_KNOWN = 10_000


class Windows(Storage):
    """Count in windows that begin with the first request, in memory.

    The library's own storage starts a thread to forget what is over, and reads the
    clock of the day, which jumps. This one forgets the oldest window when it is full.
    It is used on one thread, the event loop's.

    Parameters
    ----------
    most : int
        Windows that are kept.
    """

    STORAGE_SCHEME = ["windows"]  # noqa: RUF012 - as the library declares it

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        # Key to count and end, by the clock that only goes forward; oldest first.
        self._kept: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the library would wrap; nothing here fails."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count.

        Parameters
        ----------
        key : str
            What is counted, of whom.
        expiry : float
            Seconds that a window lasts.
        amount : int
            How much.

        Returns
        -------
        int
            What there is now in this window.
        """
        now = time.monotonic()
        count, end = self._kept.get(key, (0, 0.0))
        if end <= now:
            self._kept.pop(key, None)
            count, end = 0, now + expiry
            if len(self._kept) >= self._most:
                self._kept.popitem(last=False)
        self._kept[key] = count + amount, end
        return count + amount

    def get(self, key: str) -> int:
        """Read a count; 0 once its window is over."""
        count, end = self._kept.get(key, (0, 0.0))
        return count if end > time.monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """Tell when a window is over, by the clock that only goes forward."""
        return self._kept.get(key, (0, time.monotonic()))[1]

    def check(self) -> bool:
        """Tell that it works."""
        return True

    def reset(self) -> int:
        """Forget everything, and tell how much that was."""
        count = len(self._kept)
        self._kept.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget one window."""
        self._kept.pop(key, None)


class Limits:
    """Answer 429 to whoever asks more often than `challenge.web.rates` lets them.

    Whoever shows a token or session that was good the last time is counted by that,
    and by whom it belongs to; everybody else by address, so that tokens somebody
    makes up are worth nothing, and a stranger in the room keeps no team out.

    Parameters
    ----------
    app : ASGI application
        What comes after.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._limiter = FixedWindowRateLimiter(Windows(MOST_WINDOWS))
        self._known: OrderedDict[str, int] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the request, and pass it on or refuse it."""
        kind = scope["type"] == "http" and _kind(scope)
        found = rates.RATES.get(kind) if kind else None
        if not kind or found is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        credential = _credential(request)
        for item, whose in self._counted(found, credential, request):
            if not self._limiter.hit(item, kind, whose):
                end = self._limiter.get_window_stats(item, kind, whose).reset_time
                await _refusal(request, kind, item, end)(scope, receive, send)
                return
        state = scope.setdefault("state", {})
        try:
            await self._app(scope, receive, send)
        finally:
            if credential and "reader" in state:
                self._remember(credential, state["reader"])

    def _counted(
        self, found: rates.Rates, credential: str, request: Request
    ) -> Iterator[tuple[RateLimitItem, str]]:
        if (person := self._known.get(credential)) is not None:
            yield found.credential, credential
            yield found.person, f"person {person}"
        else:
            yield found.address, address_of(request)

    def _remember(self, credential: str, reader: object) -> None:
        """Know a credential as long as it is good."""
        self._known.pop(credential, None)
        if (person := getattr(reader, "id", None)) is not None:
            self._known[credential] = person
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)


def _kind(scope: Scope) -> rates.Kind | None:
    is_part = any(name == b"hx-request" for name, _ in scope["headers"])
    return rates.kind_of(scope["method"], scope["path"], is_part=is_part)


def _credential(request: Request) -> str:
    """Hash what `challenge.web.access.identify` looks at; empty: nothing."""
    shown = bearer_token(request)
    if shown is None:
        shown = session_secret(request)
    return hashlib.sha256(shown.encode()).hexdigest() if shown else ""


def _refusal(
    request: Request, kind: rates.Kind, item: RateLimitItem, end: float
) -> Response:
    """Say no at the least cost: no look at the database, and nothing kept."""
    seconds = max(1, ceil(end - time.monotonic()))
    error = TooManyRequestsError(seconds)
    window = item.get_expiry()
    headers = {
        "Retry-After": str(seconds),
        "RateLimit-Policy": f'"{kind}";q={item.amount};w={window}',
        "RateLimit": f'"{kind}";r=0;t={seconds}',
    }
    if not wants_page(request):
        return document_of(error, headers)
    drawn = bare_page(request, error, current_code())
    drawn.headers.update(headers)
    return drawn
