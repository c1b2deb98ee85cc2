"""What was learnt today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from challenge.records import Principal, Role
from challenge.store.tables import lessons


@dataclass(frozen=True, slots=True)
class Lesson:
    """One thing that was learnt.

    Attributes
    ----------
    id : int
        Its number.
    kind : str
        One of `challenge.rules.lessons.KINDS`.
    text : str
        What it is.
    interpretation : str
        What residents say that it means.
    by : str
        Who wrote it down.
    by_role : Role or None
        In which role; None where that was not kept and two people have the name.
    at : datetime
        Aware UTC.
    """

    id: int
    kind: str
    text: str
    interpretation: str
    by: str
    by_role: Role | None
    at: datetime

    def is_of(self, person: Principal) -> bool:
        """Tell whether somebody wrote it down.

        Parameters
        ----------
        person : Principal
            Who. Role counts too: names were once unique within a role alone.

        Returns
        -------
        bool
            Whether it was them.
        """
        return (self.by, self.by_role) == (person.name, person.role)


class Lessons:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        *,
        kind: str,
        text: str,
        interpretation: str,
        by: Principal,
        now: datetime,
    ) -> None:
        """Write one down.

        Parameters
        ----------
        kind : str
            What it is.
        text, interpretation : str
            In the words of whoever writes, and of residents.
        by : Principal
            Who writes.
        now : datetime
            Aware UTC.
        """
        self._connection.execute(
            insert(lessons).values(
                kind=kind,
                text=text,
                interpretation=interpretation,
                by=by.name,
                by_role=by.role,
                at=now,
            )
        )

    def all(self) -> list[Lesson]:
        """List what nobody withdrew.

        Returns
        -------
        list of Lesson
            Oldest first.
        """
        table = lessons.c
        rows = self._connection.execute(
            select(
                table.id,
                table.kind,
                table.text,
                table.interpretation,
                table.by,
                table.by_role,
                table.at,
            )
            .where(table.withdrawn_at.is_(None))
            .order_by(table.id)
        )
        return [
            Lesson(**(dict(row) | {"by_role": row["by_role"] and Role(row["by_role"])}))
            for row in rows.mappings()
        ]

    def withdraw(self, number: int, *, now: datetime) -> None:
        """Take one off the list; it stays in the table.

        Parameters
        ----------
        number : int
            Which one.
        now : datetime
            Aware UTC.
        """
        self._connection.execute(
            update(lessons).where(lessons.c.id == number).values(withdrawn_at=now)
        )
