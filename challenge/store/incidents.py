"""What went wrong on a page, by its code."""

from __future__ import annotations

from sqlalchemy import Connection


class Incidents:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
