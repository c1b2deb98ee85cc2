"""Which of two teams a juror prefers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from challenge.records import Principal
from challenge.store.tables import comparisons, people


@dataclass(frozen=True, slots=True)
class Preference:
    """One juror's choice between two teams that tie.

    Attributes
    ----------
    juror : str
        Who chose.
    preferred, other : str
        The team chosen, and the other one.
    """

    juror: str
    preferred: str
    other: str


class Comparisons:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def prefer(
        self, juror: Principal, preferred: Principal, other: Principal, *, now: datetime
    ) -> None:
        """Keep a juror's choice between two teams; a later one takes its place.

        Parameters
        ----------
        juror : Principal
            Who chooses.
        preferred, other : Principal
            The team chosen, and the other one.
        now : datetime
            Aware UTC.
        """
        first, second = sorted((preferred.id, other.id))
        table = comparisons.c
        key = (
            (table.juror_id == juror.id)
            & (table.first_id == first)
            & (table.second_id == second)
        )
        self._connection.execute(delete(comparisons).where(key))
        self._connection.execute(
            insert(comparisons).values(
                juror_id=juror.id,
                first_id=first,
                second_id=second,
                preferred_id=preferred.id,
                at=now,
            )
        )

    def all(self) -> list[Preference]:
        """List every choice.

        Returns
        -------
        list of Preference
            By juror, then by both teams.
        """
        juror = people.alias("juror")
        first, second = people.alias("first"), people.alias("second")
        table = comparisons.c
        rows = self._connection.execute(
            select(
                juror.c.name.label("juror"),
                first.c.name.label("first"),
                second.c.name.label("second"),
                (table.preferred_id == table.first_id).label("is_first"),
            )
            .select_from(comparisons)
            .join(juror, juror.c.id == table.juror_id)
            .join(first, first.c.id == table.first_id)
            .join(second, second.c.id == table.second_id)
            .order_by(juror.c.name, first.c.name, second.c.name)
        )
        return [
            Preference(r.juror, r.first, r.second)
            if r.is_first
            else Preference(r.juror, r.second, r.first)
            for r in rows
        ]
