"""Who did what, when: rows are added, never changed.

An entry about something that changes says what it was and what it is, as ``before``
and ``after``: both of them, or neither. Free text of people stays where they wrote it,
unless it is the reason of an act.

Every entry holds a hash over itself and all before it. Whoever has the database's file
can write a whole new chain; but a hash that somebody noted elsewhere stands in the old
one alone, as in B. Schneier and J. Kelsey, "Secure Audit Logs to Support Computer
Forensics", ACM TISSEC 2 (1999), without their keys.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
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


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of holding every entry against the chain.

    Attributes
    ----------
    entries : int
        How many there are.
    unchained : int
        Of these, the oldest ones, written before there was a chain; the first entry
        after them covers them.
    broken : int or None
        Number of the first entry that does not fit; None: all do.
    head : str
        Hash of the last entry, to note elsewhere; empty without entries.
    holds_noted : bool
        Whether the hash that was noted earlier stands in the chain.
    """

    entries: int
    unchained: int
    broken: int | None
    head: str
    holds_noted: bool


_ALL = select(audit).order_by(audit.c.id)


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
            Facts worth keeping; never a token, a label, a row or a score. Of a
            change: ``before`` and ``after``.
        """
        # As it will be read: a number as a key comes back as text.
        kept = json.loads(json.dumps(detail))
        entry = {"at": now, "actor": actor, "action": action, "subject": subject}
        entry["detail"] = kept
        # One writer at a time, so nobody adds another one between.
        chain = _link(self._head(), entry)
        self._connection.execute(insert(audit).values(**entry, chain=chain))

    def check(self, noted: str = "") -> Checked:
        """Hold every entry against the chain.

        Parameters
        ----------
        noted : str
            Hash of an entry, as it was noted earlier; empty: none was.

        Returns
        -------
        Checked
            What came of it.
        """
        head, count, unchained, broken = "", 0, 0, None
        holds_noted = not noted
        for row in self._connection.execute(_ALL):
            entry = row._asdict()
            head = _link(head, entry)
            count += 1
            if entry["chain"] is None and unchained == count - 1:
                unchained = count
            elif entry["chain"] != head and broken is None:
                broken = entry["id"]
            holds_noted = holds_noted or head == noted
        return Checked(count, unchained, broken, head, holds_noted)

    def _head(self) -> str:
        """Read the hash of the last entry; where it has none, work it out."""
        last = self._connection.execute(
            select(audit.c.chain).order_by(audit.c.id.desc()).limit(1)
        ).scalar_one_or_none()
        return last if last is not None else self.check().head

    def details(
        self, action: str, subject: str, *, since: datetime | None = None
    ) -> list[dict[str, Any]]:
        """List the facts kept with every entry of one action on one thing.

        Parameters
        ----------
        action : str
            What was done.
        subject : str
            To which thing.
        since : datetime or None
            Aware UTC; None: from the beginning.

        Returns
        -------
        list of dict
            Oldest first.
        """
        asked = select(audit.c.detail).order_by(audit.c.id)
        asked = asked.where(audit.c.action == action, audit.c.subject == subject)
        if since:
            asked = asked.where(audit.c.at >= since)
        return [*self._connection.execute(asked).scalars()]

    def times(self, action: str, actor: str, *, since: datetime) -> int:
        """Count how often somebody did something.

        Parameters
        ----------
        action : str
            What was done, as it is called here.
        actor : str
            Who did it, by their whole name.
        since : datetime
            Aware UTC.

        Returns
        -------
        int
            Whatever it was done to.
        """
        named = (audit.c.action == action, audit.c.actor == actor)
        return self._connection.execute(
            select(func.count()).select_from(audit).where(*named, audit.c.at >= since)
        ).scalar_one()

    def last_of(self, *actions: str, after: datetime | None = None) -> tuple[int, str]:
        """Tell which of some actions came last, whatever clocks said.

        Parameters
        ----------
        *actions : str
            As they are called here.
        after : datetime or None
            Aware UTC; what is of then or before is left out. None: nothing is.

        Returns
        -------
        (int, str)
            Id of its entry, and which one; 0 and empty before any.
        """
        asked = select(audit.c.id, audit.c.action).where(audit.c.action.in_(actions))
        if after:
            asked = asked.where(audit.c.at > after)
        newest = asked.order_by(audit.c.id.desc()).limit(1)
        found = self._connection.execute(newest).one_or_none()
        return (found.id, found.action) if found else (0, "")

    def all(self) -> list[dict[str, object]]:
        """List every entry.

        Returns
        -------
        list of dict
            Oldest first: id, at, actor, action, subject, detail, chain.
        """
        rows = self._connection.execute(_ALL)
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
            Newest first: id, at, actor, action, subject, detail, chain.
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


def _link(head: str, entry: Mapping[str, Any]) -> str:
    """Hash an entry with the hash of the one before."""
    told = {key: entry[key] for key in ("actor", "action", "subject", "detail")}
    told |= {"before_this": head, "at": entry["at"].astimezone(UTC).isoformat()}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


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
