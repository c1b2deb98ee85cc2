"""A database that is away, told once to the person at the terminal."""

from __future__ import annotations

import logging

from challenge.errors import DatabaseUnavailableError

OVER_SECONDS = 60.0
"""A database that nobody missed for so long was back; whoever waits tries sooner."""


class Outage(logging.Filter):
    """Let each part say once that PostgreSQL is away, until that is over."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a record is to be written.

        Parameters
        ----------
        record : LogRecord
            Of anything.

        Returns
        -------
        bool
            False for what was said already less than `OVER_SECONDS` ago.
        """
        if not _is_of_an_outage(record):
            return True
        said, now = record.getMessage(), record.created
        recent = {s: at for s, at in self._seen.items() if now - at <= OVER_SECONDS}
        self._seen = recent | {said: now}
        return said not in recent


def _is_of_an_outage(record: logging.LogRecord) -> bool:
    caught = record.exc_info[1] if record.exc_info else None
    given = record.args if isinstance(record.args, tuple) else ()
    return record.name == "challenge.store.troubles" or any(
        isinstance(one, DatabaseUnavailableError) for one in (caught, *given)
    )
