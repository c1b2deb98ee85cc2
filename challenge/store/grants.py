"""Submissions beyond the quota, given to one team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from challenge.store.tables import grants


@dataclass(frozen=True, slots=True)
class Grant:
    """What a team may hand in beyond the quota, on one day.

    Attributes
    ----------
    extra : int
        How many submissions.
    reason : str
        Why; the team reads it.
    by : str
        Who gave it.
    at : datetime
        When; aware UTC.
    """

    extra: int
    reason: str
    by: str
    at: datetime


class Grants:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, team_id: int, grant: Grant) -> None:
        """Keep one.

        Parameters
        ----------
        team_id : int
            Whose.
        grant : Grant
            What is given.
        """
        values = {key: getattr(grant, key) for key in Grant.__slots__}
        self._connection.execute(insert(grants).values(team_id=team_id, **values))

    def of_team(self, team_id: int, *, since: datetime | None = None) -> list[Grant]:
        """List what a team was given.

        Parameters
        ----------
        team_id : int
            Whose.
        since : datetime or None
            Aware; from then on. None: ever.

        Returns
        -------
        list of Grant
            Newest first.
        """
        columns = (getattr(grants.c, key) for key in Grant.__slots__)
        wanted = select(*columns).where(grants.c.team_id == team_id)
        if since is not None:
            wanted = wanted.where(grants.c.at >= since)
        rows = self._connection.execute(wanted.order_by(grants.c.id.desc()))
        return [Grant(**row) for row in rows.mappings()]
