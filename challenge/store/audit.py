"""Who did what, when: rows are added, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select

from challenge.store.tables import audit


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries somebody asks for.

    Attributes
    ----------
    actor, action, subject : str
        Part of what stands there, whatever its case; empty: any.
    since, until : datetime or None
        Aware UTC, the second one left out; None: no bound.
    """

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


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

    def search(
        self, wanted: Wanted, *, limit: int, offset: int = 0
    ) -> list[dict[str, Any]]:
        """List the entries that somebody asks for.

        Parameters
        ----------
        wanted : Wanted
            Which ones.
        limit, offset : int
            At most how many, after how many.

        Returns
        -------
        list of dict
            Newest first: id, at, actor, action, subject, detail.
        """
        rows = self._connection.execute(
            select(audit)
            .where(*_conditions(wanted))
            .order_by(audit.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        return [dict(row) for row in rows.mappings()]

    def count(self, wanted: Wanted) -> int:
        """Count the entries that somebody asks for.

        Parameters
        ----------
        wanted : Wanted
            Which ones.

        Returns
        -------
        int
            All of them.
        """
        return self._connection.execute(
            select(func.count()).select_from(audit).where(*_conditions(wanted))
        ).scalar_one()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    named = (audit.c.actor, audit.c.action, audit.c.subject)
    parts = (wanted.actor, wanted.action, wanted.subject)
    found = [
        column.icontains(part, autoescape=True)
        for column, part in zip(named, parts, strict=True)
        if part
    ]
    if wanted.since:
        found.append(audit.c.at >= wanted.since)
    if wanted.until:
        found.append(audit.c.at < wanted.until)
    return found
