"""Teams, jurors and organisers, known by the hash of a token."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from challenge.records import Principal, Role
from challenge.store.tables import people, sessions, tokens

_PRINCIPAL = (
    people.c.id,
    people.c.name,
    people.c.role,
    people.c.sources,
    people.c.partner,
    people.c.chairs,
    people.c.barred,
)


class People:
    """Find and add people inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        role: Role,
        name: str,
        *,
        token_hash: str | None = None,
        now: datetime,
        sources: str = "",
        partner: str = "",
        chairs: bool = False,
    ) -> Principal:
        """Add one person or team.

        Parameters
        ----------
        role : Role
            What they may do.
        name : str
            Unique within the role.
        token_hash : str or None
            Hex sha256 of their first token; None for who has none.
        now : datetime
            Aware UTC.
        sources : str
            Source set of a team; empty: the brief says which.
        partner : str
            Of a partner: name of its table.
        chairs : bool
            Whether a juror leads the panel.

        Returns
        -------
        Principal
            As they will be known.
        """
        row = self._connection.execute(
            insert(people)
            .values(
                role=role,
                name=name,
                created_at=now,
                sources=sources,
                partner=partner,
                chairs=chairs,
            )
            .returning(*_PRINCIPAL)
        ).one()
        if token_hash is not None:
            self._connection.execute(
                insert(tokens).values(
                    person_id=row.id, token_hash=token_hash, created_at=now
                )
            )
        return _principal(row)

    def choose_sources(self, team: Principal, sources: str) -> Principal:
        """Give a team the source set that somebody chose for it.

        Parameters
        ----------
        team : Principal
            As it is known.
        sources : str
            Name of the set.

        Returns
        -------
        Principal
            As it will be known.
        """
        row = self._connection.execute(
            update(people)
            .where(people.c.id == team.id)
            .values(sources=sources)
            .returning(*_PRINCIPAL)
        ).one()
        return _principal(row)

    def named(self, role: Role, name: str) -> Principal | None:
        """Find somebody by role and name.

        Parameters
        ----------
        role : Role
            What they are.
        name : str
            As registered.

        Returns
        -------
        Principal or None
            None if nobody is called that.
        """
        found = self._connection.execute(
            select(*_PRINCIPAL).where(people.c.role == role, people.c.name == name)
        ).one_or_none()
        return _principal(found) if found else None

    def with_token(self, token_hash: str) -> Principal | None:
        """Find whose token it is.

        Parameters
        ----------
        token_hash : str
            Hex sha256 of a token.

        Returns
        -------
        Principal or None
            None if it is nobody's.
        """
        found = self._connection.execute(
            select(*_PRINCIPAL)
            .join(tokens, tokens.c.person_id == people.c.id)
            .where(tokens.c.token_hash == token_hash, tokens.c.revoked_at.is_(None))
        ).one_or_none()
        return _principal(found) if found else None

    def with_session(self, token_hash: str, *, now: datetime) -> Principal | None:
        """Find whose browser session it is.

        Parameters
        ----------
        token_hash : str
            Hex sha256 of a session's secret.
        now : datetime
            Aware UTC.

        Returns
        -------
        Principal or None
            None if there is no such session, or it has expired.
        """
        found = self._connection.execute(
            select(*_PRINCIPAL)
            .join(sessions, sessions.c.person_id == people.c.id)
            .where(sessions.c.token_hash == token_hash, sessions.c.expires_at > now)
        ).one_or_none()
        return _principal(found) if found else None

    def open_session(
        self, person: Principal, *, token_hash: str, expires_at: datetime
    ) -> None:
        """Remember a browser session until it expires.

        Parameters
        ----------
        person : Principal
            Whose.
        token_hash : str
            Hex sha256 of its secret.
        expires_at : datetime
            Aware UTC.
        """
        self._connection.execute(
            insert(sessions).values(
                token_hash=token_hash, person_id=person.id, expires_at=expires_at
            )
        )

    def close_session(self, token_hash: str) -> None:
        """Forget a browser session; forgetting an unknown one is fine.

        Parameters
        ----------
        token_hash : str
            Hex sha256 of its secret.
        """
        self._connection.execute(
            sessions.delete().where(sessions.c.token_hash == token_hash)
        )

    def all(self, role: Role) -> list[Principal]:
        """List everybody of one role.

        Parameters
        ----------
        role : Role
            Whom to list.

        Returns
        -------
        list of Principal
            By name.
        """
        rows = self._connection.execute(
            select(*_PRINCIPAL).where(people.c.role == role).order_by(people.c.name)
        )
        return [_principal(row) for row in rows]

    def count(self) -> int:
        """Count everybody.

        Returns
        -------
        int
            Teams, jurors and organisers together.
        """
        return self._connection.execute(
            select(func.count()).select_from(people)
        ).scalar_one()


def _principal(row: Row[*tuple[Any, ...]]) -> Principal:
    return Principal(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        sources=row.sources,
        partner=row.partner,
        chairs=row.chairs,
        barred=row.barred,
    )
