"""Who did what, when: rows are added, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from challenge.store.tables import audit


class Audit:
    """Append to the log inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, actor: str, action: str, subject: str, *, now: datetime, **detail: object
    ) -> None:
        """Append one entry.

        Parameters
        ----------
        actor : str
            Who did it.
        action : str
            What, as a verb and a noun: ``"add team"``.
        subject : str
            To which thing.
        now : datetime
            Aware UTC.
        **detail
            Facts worth keeping; never a token, a label or a row.
        """
        self._connection.execute(
            insert(audit).values(
                at=now, actor=actor, action=action, subject=subject, detail=detail
            )
        )

    def details(self, action: str, subject: str) -> list[dict[str, Any]]:
        """List the facts kept with every entry of one action on one thing.

        Parameters
        ----------
        action : str
            What was done.
        subject : str
            To which thing.

        Returns
        -------
        list of dict
            Oldest first.
        """
        rows = self._connection.execute(
            select(audit.c.detail)
            .where(audit.c.action == action, audit.c.subject == subject)
            .order_by(audit.c.id)
        )
        return [*rows.scalars()]

    def all(self) -> list[dict[str, object]]:
        """List every entry.

        Returns
        -------
        list of dict
            Oldest first: id, at, actor, action, subject, detail.
        """
        rows = self._connection.execute(select(audit).order_by(audit.c.id))
        return [dict(row) for row in rows.mappings()]
