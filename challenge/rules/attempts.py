"""Failed log-ins by password are counted, so that nobody guesses for long.

Tokens are not: nobody guesses 256 bits, and to look one up costs next to nothing.

What is counted is one name *from one address*: whoever guesses at a name keeps nobody
out who comes from elsewhere, and for no longer than some minutes anybody at all. A
room full of people shares an address, so that one alone may fail often.

References
----------
OWASP, "Authentication Cheat Sheet": login throttling, and why no lock-out by name.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from math import ceil
from threading import Lock

from challenge.brief.names import folded
from challenge.errors import TooManyAttemptsError

# Of one address at one name, and of one address at all.
AT_NAME, NAME_WINDOW = 10, timedelta(minutes=5)
AT_ALL, ALL_WINDOW = 100, timedelta(minutes=1)


class Attempts:
    """Attempts of the last minutes that did not succeed; kept by one process."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], deque[datetime]] = {}
        self._lock = Lock()

    def begin(self, address: str, name: str, *, now: datetime) -> None:
        """Count an attempt, before the work that it costs.

        Parameters
        ----------
        address : str
            Where it comes from.
        name : str
            As it was typed; may be empty.
        now : datetime
            Aware UTC.

        Raises
        ------
        TooManyAttemptsError
            If there were too many; this one is not counted.
        """
        bounds = {(address, ""): (AT_ALL, ALL_WINDOW)}
        if wanted := folded(name):
            bounds[address, wanted] = (AT_NAME, NAME_WINDOW)
        with self._lock:
            self._forget(now)
            for key, (most, window) in bounds.items():
                if len(made := self._made.get(key, deque())) >= most:
                    left = made[0] + window - now
                    raise TooManyAttemptsError(ceil(left.total_seconds()))
            for key in bounds:
                self._made.setdefault(key, deque()).append(now)

    def succeed(self, address: str, name: str) -> None:
        """Take back what was counted at a name: whoever failed there is in.

        Parameters
        ----------
        address : str
            Where they come from.
        name : str
            As it was typed; may be empty.
        """
        with self._lock:
            if made := self._made.get((address, "")):
                made.pop()
            if wanted := folded(name):
                self._made.pop((address, wanted), None)

    def _forget(self, now: datetime) -> None:
        """Drop what is over, so that guesses at many names fill no memory."""
        for (address, name), made in list(self._made.items()):
            window = NAME_WINDOW if name else ALL_WINDOW
            while made and made[0] <= now - window:
                made.popleft()
            if not made:
                del self._made[address, name]
