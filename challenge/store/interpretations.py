"""Duiding: what teams say their figures mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from challenge.records import Principal
from challenge.store.tables import interpretations, people


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What one team says its figures mean.

    Attributes
    ----------
    team : str
        Whose.
    text : str
        In its words; may be empty.
    updated_at : datetime or None
        Aware UTC; None if it never wrote one.
    waived_by : str
        Who accepted that there is none; empty: nobody.
    waived_at : datetime or None
        When; aware UTC.
    """

    team: str
    text: str = ""
    updated_at: datetime | None = None
    waived_by: str = ""
    waived_at: datetime | None = None


class Interpretations:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, team: Principal) -> Interpretation:
        """Find one team's note.

        Parameters
        ----------
        team : Principal
            Whose.

        Returns
        -------
        Interpretation
            An empty one before it wrote anything.
        """
        return self.all().get(team.name, Interpretation(team.name))

    def all(self) -> dict[str, Interpretation]:
        """Find every note.

        Returns
        -------
        dict of str to Interpretation
            By team; without those of whom nothing is known.
        """
        rows = self._connection.execute(
            select(interpretations, people.c.name)
            .join(people, people.c.id == interpretations.c.team_id)
            .order_by(people.c.name)
        )
        return {
            r.name: Interpretation(
                r.name, r.text, r.updated_at, r.waived_by, r.waived_at
            )
            for r in rows
        }

    def write(self, team: Principal, text: str, *, now: datetime) -> None:
        """Keep what a team wrote.

        Parameters
        ----------
        team : Principal
            Whose.
        text : str
            May be empty.
        now : datetime
            Aware UTC.
        """
        self._put(team, text=text, updated_at=now)

    def waive(self, team: Principal, *, by: str, now: datetime) -> None:
        """Keep that it is all right that a team has no note.

        Parameters
        ----------
        team : Principal
            Whose.
        by : str
            Who says so.
        now : datetime
            Aware UTC.
        """
        self._put(team, waived_by=by, waived_at=now)

    def _put(self, team: Principal, **values: Any) -> None:
        changed = self._connection.execute(
            update(interpretations)
            .where(interpretations.c.team_id == team.id)
            .values(**values)
        )
        if not changed.rowcount:
            self._connection.execute(
                insert(interpretations).values(team_id=team.id, **values)
            )
