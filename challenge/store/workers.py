"""Who runs submissions: one row per worker, renewed with each heartbeat."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from challenge.records import Isolation, WorkerFacts
from challenge.store.tables import workers

ALIVE_FOR = timedelta(minutes=1)
"""How long a worker counts as alive after a heartbeat: four of them at the default
lease of 15 seconds come within a quarter of this, so that one slow beat of a busy
machine does not make the queue look deserted. One that is as far in the future is of
a clock that was put back since, or is ahead: it tells nothing about now."""

FORGOTTEN_AFTER = timedelta(hours=1)
"""How long the row of a silent worker stays: long enough to see that one died."""


class Workers:
    """Keep who is there inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def seen(self, worker: WorkerFacts) -> None:
        """Keep a heartbeat, and forget who has been silent for an hour.

        Parameters
        ----------
        worker : WorkerFacts
            As it is now.
        """
        values = asdict(worker)
        mine = workers.c.name == worker.name
        changed = self._connection.execute(update(workers).where(mine).values(values))
        if not changed.rowcount:
            self._connection.execute(insert(workers).values(values))
        self._connection.execute(
            delete(workers).where(workers.c.seen_at < worker.seen_at - FORGOTTEN_AFTER)
        )

    def left(self, name: str) -> None:
        """Forget a worker that stopped in good order.

        Parameters
        ----------
        name : str
            Under which it claimed.
        """
        self._connection.execute(delete(workers).where(workers.c.name == name))

    def alive(self, now: datetime, release: str) -> list[WorkerFacts]:
        """List the workers of a release that were seen within a minute of now.

        Parameters
        ----------
        now : datetime
            Aware UTC.
        release : str
            ``slug/version``.

        Returns
        -------
        list of WorkerFacts
            By name.
        """
        return [w for w in self.all(release) if abs(w.seen_at - now) < ALIVE_FOR]

    def all(self, release: str) -> list[WorkerFacts]:
        """List every worker of a release that is remembered, silent ones too.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        list of WorkerFacts
            By name.
        """
        rows = self._connection.execute(
            select(workers).where(workers.c.release == release).order_by(workers.c.name)
        ).mappings()
        return [
            WorkerFacts(**{**row, "isolation": Isolation(row["isolation"])})
            for row in rows
        ]

    def database_clock(self) -> datetime:
        """Ask the database what time it is, to hold beside our own clock.

        Returns
        -------
        datetime
            Aware UTC; SQLite has whole seconds, of this very machine.
        """
        said = self._connection.execute(select(func.current_timestamp())).scalar_one()
        return said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
