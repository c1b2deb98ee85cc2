"""Browser sessions: short secrets that are replaced."""

from __future__ import annotations

from sqlalchemy import Connection


class Sessions:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
