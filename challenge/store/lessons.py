"""What was learnt today."""

from __future__ import annotations

from sqlalchemy import Connection


class Lessons:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
