"""How many there are of what: counted in the database, for whoever looks after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select, text

from challenge.records import State
from challenge.store.tables import attempts, results, submissions

_SIZES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT pg_database_size(current_database())",
}


@dataclass(frozen=True, slots=True)
class Ends:
    """Submissions in one state, for one reason.

    Attributes
    ----------
    state : State
        Where they are.
    reason : str or None
        Why they have no score, as it is kept.
    count, recent : int
        How many, and how many of them changed lately.
    oldest : datetime
        When the first of them came in; aware UTC.
    """

    state: State
    reason: str | None
    count: int
    recent: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Runs:
    """Scored runs that took as much.

    Attributes
    ----------
    cpu_seconds : int
        Processor time, rounded up to a power of two.
    count, untracked : int
        How many, and how many of them MLflow has not got yet.
    since : datetime or None
        When the first of those was scored, aware UTC; None: MLflow has all.
    """

    cpu_seconds: int
    count: int
    untracked: int
    since: datetime | None


class Tallies:
    """Count inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ends(self, release: str, *, since: datetime) -> list[Ends]:
        """Count the submissions of a release by where they are, and why.

        Parameters
        ----------
        release : str
            ``slug/version``.
        since : datetime
            Aware; those that changed from then on are also counted apart.

        Returns
        -------
        list of Ends
            One for each state and reason that there is.
        """
        columns = submissions.c
        recent = func.sum(case((columns.updated_at >= since, 1), else_=0))
        rows = self._connection.execute(
            select(
                columns.state,
                columns.reason,
                func.count(),
                recent,
                func.min(columns.created_at),
            )
            .where(columns.release == release)
            .group_by(columns.state, columns.reason)
        )
        return [Ends(State(state), *rest) for state, *rest in rows]

    def waiting(self, release: str) -> int:
        """Count the submissions of a release that wait for their turn.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        int
            As `ends` counts them, at less cost.
        """
        columns = submissions.c
        return self._connection.execute(
            select(func.count())
            .select_from(submissions)
            .where(columns.state == State.QUEUED, columns.release == release)
        ).scalar_one()

    def runs(self, release: str) -> list[Runs]:
        """Count the results of a release by the processor time that they took.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        list of Runs
            One for each power of two that there is.
        """
        is_missing = results.c.run_id.is_(None)
        missing = func.sum(case((is_missing, 1), else_=0))
        since = func.min(case((is_missing, results.c.scored_at)))
        rows = self._connection.execute(
            select(results.c.cpu_seconds, func.count(), missing, since)
            .join(submissions, submissions.c.id == results.c.submission_id)
            .where(submissions.c.release == release)
            .group_by(results.c.cpu_seconds)
            .order_by(results.c.cpu_seconds)
        )
        return [Runs(*row) for row in rows]

    def failed_log_ins(self, since: datetime) -> int:
        """Count the log-ins since a moment that did not succeed, of everybody.

        Parameters
        ----------
        since : datetime
            Aware; the last minutes are kept, no more.

        Returns
        -------
        int
            How many, over all web processes.
        """
        return self._connection.execute(
            select(func.count()).select_from(attempts).where(attempts.c.at >= since)
        ).scalar_one()

    def size_bytes(self) -> int:
        """Measure the database.

        Returns
        -------
        int
            Bytes; of SQLite without what is still in its write-ahead log.
        """
        asked = _SIZES[self._connection.dialect.name]
        return int(self._connection.execute(text(asked)).scalar_one())
