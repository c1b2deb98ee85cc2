"""Which of two teams a juror prefers."""

from __future__ import annotations

from sqlalchemy import Connection


class Comparisons:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
