"""Where the challenge is, and when it goes on by itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from challenge.store.tables import phase_changes


class Phases:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last(self) -> str | None:
        """Say which phase somebody went to last.

        Returns
        -------
        str or None
            None before anybody went anywhere.
        """
        return self._connection.execute(
            select(phase_changes.c.phase).order_by(phase_changes.c.id.desc()).limit(1)
        ).scalar_one_or_none()

    def change(self, phase: str, *, by: str, reason: str = "", now: datetime) -> None:
        """Go to a phase.

        Parameters
        ----------
        phase : str
            Which one.
        by : str
            Who decided; the schedule has a name of its own.
        reason : str
            Why, where there is something to say.
        now : datetime
            Aware UTC.
        """
        self._connection.execute(
            insert(phase_changes).values(phase=phase, by=by, reason=reason, at=now)
        )
