"""Browser sessions: short secrets that are replaced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from challenge.records import Principal
from challenge.store.tables import sessions


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is logged in.

    Attributes
    ----------
    token_hash : str
        Hex sha256 of its secret.
    person_id : int
        Who is logged in.
    created_at : datetime or None
        When its secret was made; None for one of before that was kept.
    expires_at : datetime
        When it ends.
    confirmed_at : datetime or None
        When they last said again who they are; None: not since they came in.
    """

    token_hash: str
    person_id: int
    created_at: datetime | None
    expires_at: datetime
    confirmed_at: datetime | None = None


class Sessions:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, session: Session) -> None:
        """Remember a session until it expires.

        Parameters
        ----------
        session : Session
            A new one.
        """
        self._connection.execute(
            insert(sessions).values(
                token_hash=session.token_hash,
                person_id=session.person_id,
                created_at=session.created_at,
                expires_at=session.expires_at,
                confirmed_at=session.confirmed_at,
            )
        )

    def get(self, token_hash: str, *, now: datetime) -> Session | None:
        """Find a session that has not ended.

        Parameters
        ----------
        token_hash : str
            Hex sha256 of its secret.
        now : datetime
            Aware UTC.

        Returns
        -------
        Session or None
            None if there is no such session, or it has expired.
        """
        row = self._connection.execute(
            select(sessions).where(
                sessions.c.token_hash == token_hash, sessions.c.expires_at > now
            )
        ).one_or_none()
        return Session(**row._mapping) if row else None

    def of(self, person: Principal, *, now: datetime) -> list[Session]:
        """List where somebody is logged in.

        Parameters
        ----------
        person : Principal
            Who.
        now : datetime
            Aware UTC.

        Returns
        -------
        list of Session
            Those that end first, first.
        """
        rows = self._connection.execute(
            select(sessions)
            .where(sessions.c.person_id == person.id, sessions.c.expires_at > now)
            .order_by(sessions.c.expires_at)
        )
        return [Session(**row._mapping) for row in rows]

    def shorten(self, token_hash: str, *, to: datetime) -> bool:
        """Let a session end earlier.

        Parameters
        ----------
        token_hash : str
            Hex sha256 of its secret.
        to : datetime
            Aware UTC.

        Returns
        -------
        bool
            False if it ends by then already: of two who shorten one, one does.
        """
        found = self._connection.execute(
            update(sessions)
            .where(sessions.c.token_hash == token_hash, sessions.c.expires_at > to)
            .values(expires_at=to)
        )
        return found.rowcount == 1

    def close(self, token_hash: str) -> None:
        """Forget a session; forgetting an unknown one is fine.

        Parameters
        ----------
        token_hash : str
            Hex sha256 of its secret.
        """
        self._connection.execute(
            delete(sessions).where(sessions.c.token_hash == token_hash)
        )

    def close_all(self, person: Principal, *, but: str = "") -> int:
        """Forget every session of somebody.

        Parameters
        ----------
        person : Principal
            Whose.
        but : str
            Hex sha256 of the secret of one that goes on.

        Returns
        -------
        int
            How many ended.
        """
        ended = self._connection.execute(
            delete(sessions).where(
                sessions.c.person_id == person.id, sessions.c.token_hash != but
            )
        )
        return ended.rowcount

    def sweep(self, *, now: datetime) -> None:
        """Forget what has expired.

        Parameters
        ----------
        now : datetime
            Aware UTC.
        """
        self._connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
