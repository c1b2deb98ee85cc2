"""What the organiser tells everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from challenge.store.tables import announcements


@dataclass(frozen=True, slots=True)
class Announcement:
    """One message that stands on every page.

    Attributes
    ----------
    id : int
        Its number.
    nl, en : str
        What it says.
    by : str
        Who said it.
    at : datetime
        Aware UTC.
    """

    id: int
    nl: str
    en: str
    by: str
    at: datetime


class Announcements:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *, nl: str, en: str, by: str, now: datetime) -> None:
        """Put a message on every page.

        Parameters
        ----------
        nl, en : str
            What it says.
        by : str
            Who says it.
        now : datetime
            Aware UTC.
        """
        self._connection.execute(
            insert(announcements).values(nl=nl, en=en, by=by, at=now)
        )

    def current(self) -> list[Announcement]:
        """List the messages that stand on every page.

        Returns
        -------
        list of Announcement
            Newest first.
        """
        table = announcements
        rows = self._connection.execute(
            select(table.c.id, table.c.nl, table.c.en, table.c.by, table.c.at)
            .where(table.c.withdrawn_at.is_(None))
            .order_by(table.c.id.desc())
        )
        return [Announcement(**row) for row in rows.mappings()]

    def withdraw(self, number: int, *, now: datetime) -> bool:
        """Take a message off every page.

        Parameters
        ----------
        number : int
            Which one.
        now : datetime
            Aware UTC.

        Returns
        -------
        bool
            False if it does not stand there.
        """
        done = self._connection.execute(
            update(announcements)
            .where(announcements.c.id == number, announcements.c.withdrawn_at.is_(None))
            .values(withdrawn_at=now)
        )
        return done.rowcount == 1
