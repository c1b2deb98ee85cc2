"""Whether ballots may still change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from challenge.store.tables import panels


class Panels:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def is_open(self) -> bool:
        """Tell whether ballots may still change.

        Returns
        -------
        bool
            What was decided last; True before anybody decided.
        """
        found = self._connection.execute(
            select(panels.c.is_open).order_by(panels.c.id.desc()).limit(1)
        ).scalar_one_or_none()
        return found is not False

    def change(self, *, is_open: bool, by: str, now: datetime) -> None:
        """Close the panel, or open it again.

        Parameters
        ----------
        is_open : bool
            Whether ballots may change from now on.
        by : str
            Who decides.
        now : datetime
            Aware UTC.
        """
        self._connection.execute(insert(panels).values(is_open=is_open, by=by, at=now))
