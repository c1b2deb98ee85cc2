"""Log-ins that did not succeed, for some minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select

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

    def near(
        self,
        address: str,
        now: datetime,
        *,
        within: timedelta,
        name_hash: str | None = None,
    ) -> list[datetime]:
        """List when there were some, before or after a moment.

        One that is still to come was counted by a clock that ran ahead of ours, or
        before ours went back.

        Parameters
        ----------
        address : str
            Where from.
        now : datetime
            Aware UTC.
        within : timedelta
            Nearer than that.
        name_hash : str or None
            At one name; None: at all.

        Returns
        -------
        list of datetime
            Aware UTC, oldest first.
        """
        wanted = select(attempts.c.at).where(
            attempts.c.address == address,
            attempts.c.at > now - within,
            attempts.c.at < now + within,
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

    def sweep(self, now: datetime, *, within: timedelta) -> None:
        """Forget what is not near any more.

        Parameters
        ----------
        now : datetime
            Aware UTC.
        within : timedelta
            As `near` has it.
        """
        is_over = or_(attempts.c.at <= now - within, attempts.c.at >= now + within)
        self._connection.execute(delete(attempts).where(is_over))
