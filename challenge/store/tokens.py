"""What programs show to come in."""

from __future__ import annotations

from sqlalchemy import Connection


class Tokens:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
