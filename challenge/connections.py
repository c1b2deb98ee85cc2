"""Connections on which somebody has to get on.

The server's own timeouts begin after an answer: whoever connects and never ends a
request line, or never reads what they asked for, would keep their place for ever. A
proxy has timeouts of its own; these hold without one.
"""

from __future__ import annotations

import asyncio
import contextlib
from math import ceil

from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 20.0
"""Most that may pass without a whole request, or a fair part of a refused one."""

STALL_SECONDS = 60.0
"""Most that a client may take for 48 KiB of an answer."""

MOST_CONNECTIONS = 2000
"""Six of each browser, of three hundred; and a script that opens some more."""

# What a browser still sends of an upload that was refused before it was read.
SLOWEST_KIB = 10
# Of the files that a process may have open, what is left to databases and uploads.
_SHARE = 0.75


class PatientProtocol(H11Protocol):
    """Close a connection without a request, and one that takes no answer."""

    _look: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None
    _received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request; beyond the most, send them away at once."""
        super().connection_made(transport)
        # For newcomers alone: uvicorn would refuse those who are in already, too.
        most, self.limit_concurrency = self.limit_concurrency, None
        if most and len(self.connections) > most:
            transport.abort()
            return
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        super().connection_lost(exc)
        for waiting in (self._look, self._stall):
            if waiting is not None:
                waiting.cancel()

    def data_received(self, data: bytes) -> None:
        """Note how much comes."""
        self._received += len(data)
        super().data_received(data)

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        self._look_later()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Give a client that does not read some time."""
        super().pause_writing()
        self._stall = self.loop.call_later(STALL_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Let one that reads go on."""
        if self._stall is not None:
            self._stall.cancel()
        super().resume_writing()

    def _look_later(self) -> None:
        if self._look is not None:
            self._look.cancel()
        self._received = 0
        self._look = self.loop.call_later(HEADER_SECONDS, self._look_now)

    def _look_now(self) -> None:
        """Close it, unless a request is under way or comes at a fair rate."""
        is_busy = self.cycle is not None and not self.cycle.response_complete
        if is_busy or self._received >= HEADER_SECONDS * (SLOWEST_KIB << 10):
            self._look_later()
        else:
            self.transport.abort()


def most_connections() -> int:
    """Say how many connections this process can have, and let it have as many.

    Returns
    -------
    int
        2,000, or what the limit on open files (``ulimit -n``) leaves, where the
        system has one.
    """
    try:
        import resource  # Windows has none
    except ModuleNotFoundError:
        return MOST_CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ceil(MOST_CONNECTIONS / _SHARE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
        return min(MOST_CONNECTIONS, int(soft * _SHARE))
    return MOST_CONNECTIONS
