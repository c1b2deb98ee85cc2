"""Links that let one person in, once."""

from __future__ import annotations

from sqlalchemy import Connection


class Invitations:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
