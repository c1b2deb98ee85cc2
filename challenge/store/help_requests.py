"""Questions to the organiser, each with a short code."""

from __future__ import annotations

from sqlalchemy import Connection


class HelpRequests:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
