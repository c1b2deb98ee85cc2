"""What went wrong on a page, by its code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from challenge.store.tables import incidents

# Older ones go: this is for the day itself, the log keeps the rest.
KEPT = 1000


@dataclass(frozen=True, slots=True)
class Incident:
    """One page that was refused or failed.

    Attributes
    ----------
    code : str
        What its reader saw, as ``"7F3A-2K"``.
    at : datetime
        Aware UTC.
    status : int
        Of the answer.
    method, path : str
        Of the request, without what came behind a question mark.
    role : str
        Of the reader; empty for a visitor.
    kind : str
        Class of the error; never its text.
    """

    code: str
    at: datetime
    status: int
    method: str
    path: str
    role: str
    kind: str


class Incidents:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, incident: Incident) -> None:
        """Keep one, and let go of the oldest past a thousand.

        Parameters
        ----------
        incident : Incident
            With a code that is new.
        """
        facts = {name: getattr(incident, name) for name in Incident.__slots__}
        self._connection.execute(insert(incidents).values(**facts))
        newest = self._connection.execute(select(func.max(incidents.c.id))).scalar_one()
        self._connection.execute(
            delete(incidents).where(incidents.c.id <= newest - KEPT)
        )

    def find(self, code: str) -> Incident | None:
        """Look one up.

        Parameters
        ----------
        code : str
            As it was shown.

        Returns
        -------
        Incident or None
            None for a code that is not known, or not any more.
        """
        found = self._list(select(*_COLUMNS).where(incidents.c.code == code))
        return found[0] if found else None

    def latest(self, count: int) -> list[Incident]:
        """List the last ones.

        Parameters
        ----------
        count : int
            How many at most.

        Returns
        -------
        list of Incident
            Newest first.
        """
        newest = select(*_COLUMNS).order_by(incidents.c.id.desc()).limit(count)
        return self._list(newest)

    def _list(self, asked: object) -> list[Incident]:
        rows = self._connection.execute(asked)  # type: ignore[call-overload]
        return [Incident(*row) for row in rows]


_COLUMNS = [incidents.c[name] for name in Incident.__slots__]
