"""Failed log-ins by password are counted, so that nobody guesses for long.

Tokens are not: nobody guesses 256 bits, and to look one up costs next to nothing.

What is counted is one name *from one address*: whoever guesses at a name keeps nobody
out who comes from elsewhere, and for no longer than some minutes anybody at all. A
room full of people shares an address, so that one alone may fail often.

A clock that jumps locks nobody out for longer than two windows; what it leaves goes
with the next attempt, or with the next heartbeat of a worker.

References
----------
OWASP, "Authentication Cheat Sheet": login throttling, and why no lock-out by name.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from math import ceil

from challenge.brief.names import folded
from challenge.errors import TooManyAttemptsError
from challenge.store import Database

# Of one address at one name, and of one address at all.
AT_NAME, NAME_WINDOW = 10, timedelta(minutes=5)
AT_ALL, ALL_WINDOW = 100, timedelta(minutes=1)
# Of an address that a proxy made up; no real one is longer.
_LONGEST_ADDRESS = 64


class Attempts:
    """Attempts of the last minutes that did not succeed, of all web processes together.

    Parameters
    ----------
    database : Database
        Where they are counted; names stand there as a hash alone.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

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
        address, at_name = address[:_LONGEST_ADDRESS], _hashed(name)
        with self._database.begin() as unit:
            bounds: list[tuple[str | None, int, timedelta]]
            bounds = [(None, AT_ALL, ALL_WINDOW)]
            if at_name:
                bounds.append((at_name, AT_NAME, NAME_WINDOW))
            for one, most, window in bounds:
                made = unit.attempts.near(address, now, within=window, name_hash=one)
                if len(made) >= most:
                    left = made[-most] + window - now
                    raise TooManyAttemptsError(ceil(left.total_seconds()))
            unit.attempts.sweep(now, within=NAME_WINDOW)
            unit.attempts.add(address, at_name, now=now)

    def succeed(self, address: str, name: str) -> None:
        """Take back what was counted at a name: whoever failed there is in.

        Parameters
        ----------
        address : str
            Where they come from.
        name : str
            As it was typed; may be empty.
        """
        with self._database.begin() as unit:
            unit.attempts.forget(address[:_LONGEST_ADDRESS], _hashed(name))


def _hashed(name: str) -> str:
    """Hash a name, as it is compared; empty for none."""
    wanted = folded(name)
    return hashlib.sha256(wanted.encode()).hexdigest() if wanted else ""
