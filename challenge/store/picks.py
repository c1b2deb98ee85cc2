"""What each team lets count at the end."""

from __future__ import annotations

from sqlalchemy import Connection


class Picks:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
