"""What a database adds up to: every submission, the queue, the latest moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from challenge.records import State
from challenge.store.tables import audit, people, results, submissions, workers


@dataclass(frozen=True, slots=True)
class Account:
    """What the database says of one submission, as far as totals go.

    Attributes
    ----------
    id, release, state : str, str, State
        Which one, of which data, and where it is.
    reason : str or None
        Why it ended without a score.
    bundle_sha256 : str
        Of its bundle; empty for an upload that was refused at the door.
    is_held : bool
        Whether a worker has a claim on it, with a deadline.
    has_result : bool
        Whether it has a scorecard.
    run_id : str or None
        Of the run that tracks the result.
    """

    id: str
    release: str
    state: State
    reason: str | None
    bundle_sha256: str
    is_held: bool
    has_result: bool
    run_id: str | None


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """Who waits, and who should not have to.

    Attributes
    ----------
    waiting, running : int
        How many.
    oldest : datetime or None
        When the first that still waits came in; aware UTC.
    stuck : tuple of int
        Numbers of those whose worker fell silent, or that are past their deadline.
    """

    waiting: int
    running: int
    oldest: datetime | None
    stuck: tuple[int, ...]


class Books:
    """Add up a database whose tables are up to date.

    Parameters
    ----------
    engine : Engine
        Every question has a transaction of its own, and sees what is there by then.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def accounts(self) -> list[Account]:
        """List every submission, of every release.

        Returns
        -------
        list of Account
            Oldest first.
        """
        columns = submissions.c
        query = (
            select(
                columns.id,
                columns.release,
                columns.state,
                columns.reason,
                columns.bundle_sha256,
                columns.deadline_at.is_not(None),
                results.c.submission_id.is_not(None),
                results.c.run_id,
            )
            .outerjoin(results, results.c.submission_id == columns.id)
            .order_by(columns.number)
        )
        with self._engine.connect() as connection:
            return [
                Account(key, release, State(state), *rest)
                for key, release, state, *rest in connection.execute(query)
            ]

    def queue(self, now: datetime) -> QueueFacts:
        """Look at the queue.

        Parameters
        ----------
        now : datetime
            Aware UTC; a claim that ended before it is stuck.

        Returns
        -------
        QueueFacts
            Of every release.
        """
        columns = submissions.c
        waits = columns.state == State.QUEUED
        runs = columns.state == State.RUNNING
        late = runs & ((columns.lease_until < now) | (columns.deadline_at < now))
        with self._engine.connect() as connection:
            waiting, oldest = connection.execute(
                select(func.count(), func.min(columns.created_at)).where(waits)
            ).one()
            running = connection.execute(
                select(func.count()).select_from(submissions).where(runs)
            ).scalar_one()
            stuck = connection.execute(select(columns.number).where(late)).scalars()
            return QueueFacts(waiting, running, oldest, tuple(stuck))

    def newest_moment(self) -> datetime | None:
        """Find the latest moment that anybody wrote down.

        Returns
        -------
        datetime or None
            Aware UTC; None for an empty database.
        """
        written = (
            people.c.created_at,
            submissions.c.updated_at,
            results.c.scored_at,
            audit.c.at,
            workers.c.seen_at,
        )
        with self._engine.connect() as connection:
            moments = [
                connection.execute(select(func.max(column))).scalar_one()
                for column in written
            ]
        return max((moment for moment in moments if moment), default=None)
