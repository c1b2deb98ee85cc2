"""What another scorer would say."""

from __future__ import annotations

from sqlalchemy import Connection


class Rescorings:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
