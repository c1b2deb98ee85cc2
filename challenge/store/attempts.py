"""Log-ins that did not succeed, for some minutes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from challenge.store.tables import attempts


class FailedLogins:
    """Count them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, address: str, name_hash: str, *, now: datetime) -> None:
        """Count one.

        Parameters
        ----------
        address : str
            Where it comes from.
        name_hash : str
            Hex sha256 of the name; empty: none was typed.
        now : datetime
            Aware UTC.
        """
        values = {"address": address, "name_hash": name_hash, "at": now}
        self._connection.execute(insert(attempts).values(values))

    def since(
        self, address: str, when: datetime, *, name_hash: str | None = None
    ) -> list[datetime]:
        """List when there were some.

        Parameters
        ----------
        address : str
            Where from.
        when : datetime
            Aware UTC; later than that.
        name_hash : str or None
            At one name; None: at all.

        Returns
        -------
        list of datetime
            Aware UTC, oldest first.
        """
        wanted = select(attempts.c.at).where(
            attempts.c.address == address, attempts.c.at > when
        )
        if name_hash is not None:
            wanted = wanted.where(attempts.c.name_hash == name_hash)
        return list(self._connection.scalars(wanted.order_by(attempts.c.at)))

    def forget(self, address: str, name_hash: str) -> None:
        """Take back those of one address at one name.

        Parameters
        ----------
        address : str
            Where they came from.
        name_hash : str
            As `add` has it.
        """
        self._connection.execute(
            delete(attempts).where(
                attempts.c.address == address, attempts.c.name_hash == name_hash
            )
        )

    def sweep(self, until: datetime) -> None:
        """Forget what is over.

        Parameters
        ----------
        until : datetime
            Aware UTC; this old, or older.
        """
        self._connection.execute(delete(attempts).where(attempts.c.at <= until))
