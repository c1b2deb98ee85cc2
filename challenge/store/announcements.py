"""What the organiser tells everybody."""

from __future__ import annotations

from sqlalchemy import Connection


class Announcements:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
