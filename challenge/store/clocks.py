"""Running order, and the clock of a pitch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from challenge.records import PitchClock, Principal
from challenge.store.tables import people, pitch_clocks, running_order


class Clocks:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def order(self) -> list[str]:
        """Give the running order.

        Returns
        -------
        list of str
            Teams, the first one first; empty before it was set.
        """
        rows = self._connection.execute(
            select(people.c.name)
            .join(running_order, running_order.c.team_id == people.c.id)
            .order_by(running_order.c.position)
        )
        return [*rows.scalars()]

    def set_order(self, teams: Sequence[Principal]) -> None:
        """Set the running order.

        Parameters
        ----------
        teams : sequence of Principal
            The first one first.
        """
        self._connection.execute(delete(running_order))
        for position, team in enumerate(teams, start=1):
            self._connection.execute(
                insert(running_order).values(team_id=team.id, position=position)
            )

    def last(self) -> PitchClock | None:
        """Give the clock that was started last.

        Returns
        -------
        PitchClock or None
            None before the first one.
        """
        row = self._connection.execute(
            select(pitch_clocks, people.c.name)
            .join(people, people.c.id == pitch_clocks.c.team_id)
            .order_by(pitch_clocks.c.id.desc())
            .limit(1)
        ).one_or_none()
        if row is None:
            return None
        return PitchClock(
            row.name,
            row.talk_seconds,
            row.question_seconds,
            row.started_at,
            row.stopped_at,
        )

    def start(
        self,
        team: Principal,
        *,
        talk_seconds: int,
        question_seconds: int,
        by: str,
        now: datetime,
    ) -> None:
        """Start the clock of one pitch; the one before it is over.

        Parameters
        ----------
        team : Principal
            Who pitches.
        talk_seconds, question_seconds : int
            How long both last.
        by : str
            Who starts it.
        now : datetime
            Aware UTC.
        """
        self.stop(now=now)
        self._connection.execute(
            insert(pitch_clocks).values(
                team_id=team.id,
                talk_seconds=talk_seconds,
                question_seconds=question_seconds,
                started_at=now,
                by=by,
            )
        )

    def stop(self, *, now: datetime) -> None:
        """Stop the clock that runs, if there is one.

        Parameters
        ----------
        now : datetime
            Aware UTC.
        """
        newest = select(func.max(pitch_clocks.c.id)).scalar_subquery()
        self._connection.execute(
            update(pitch_clocks)
            .where(pitch_clocks.c.id == newest, pitch_clocks.c.stopped_at.is_(None))
            .values(stopped_at=now)
        )
