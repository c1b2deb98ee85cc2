"""Jurors' interests in teams."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select, true

from challenge.records import Conflict, Interest, Principal
from challenge.store.tables import conflicts, people


class Conflicts:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def declare(
        self,
        juror: Principal,
        team: Principal,
        kind: Interest,
        *,
        reason: str,
        now: datetime,
    ) -> None:
        """Keep what a juror declares about a team; a later word takes its place.

        Parameters
        ----------
        juror, team : Principal
            Who, about whom.
        kind : Interest
            What they have to do with them.
        reason : str
            In the juror's words.
        now : datetime
            Aware UTC.
        """
        key = (conflicts.c.juror_id == juror.id) & (conflicts.c.team_id == team.id)
        self._connection.execute(delete(conflicts).where(key))
        self._connection.execute(
            insert(conflicts).values(
                juror_id=juror.id,
                team_id=team.id,
                kind=kind.value,
                reason=reason,
                declared_at=now,
            )
        )

    def of_juror(self, juror: Principal) -> dict[str, Conflict]:
        """Give what one juror declared.

        Parameters
        ----------
        juror : Principal
            Who.

        Returns
        -------
        dict of str to Conflict
            By team.
        """
        # SQLite lets other threads go first at every row: read no more than is asked.
        return {c.team: c for c in self._found(conflicts.c.juror_id == juror.id)}

    def all(self) -> list[Conflict]:
        """List what all jurors declared; for chair and organiser.

        Returns
        -------
        list of Conflict
            By team, then juror.
        """
        return self._found(true())

    def _found(self, wanted: ColumnElement[bool]) -> list[Conflict]:
        juror, team = people.alias("juror"), people.alias("team")
        rows = self._connection.execute(
            select(conflicts, juror.c.name.label("juror"), team.c.name.label("team"))
            .join(juror, juror.c.id == conflicts.c.juror_id)
            .join(team, team.c.id == conflicts.c.team_id)
            .where(wanted)
            .order_by(team.c.name, juror.c.name)
        )
        return [
            Conflict(r.juror, r.team, Interest(r.kind), r.reason, r.declared_at)
            for r in rows
        ]
