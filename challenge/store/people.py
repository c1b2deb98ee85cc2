"""Teams, jurors, organisers, partners and auditors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from challenge.records import Principal, Role
from challenge.store.tables import people, tokens

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
            Nobody else has it, in whatever role.
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
        return self._change(team, sources=sources)

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

    def get(self, person_id: int) -> Principal | None:
        """Find somebody by key.

        Parameters
        ----------
        person_id : int
            Key in the table.

        Returns
        -------
        Principal or None
            None if there is nobody.
        """
        found = self._connection.execute(
            select(*_PRINCIPAL).where(people.c.id == person_id)
        ).one_or_none()
        return _principal(found) if found else None

    def bar(self, person: Principal, reason: str | None) -> Principal:
        """Bar somebody, or no longer.

        Parameters
        ----------
        person : Principal
            Who.
        reason : str or None
            Why; None: they are welcome again.

        Returns
        -------
        Principal
            As they will be known.
        """
        return self._change(person, barred=reason)

    def seat(self, juror: Principal, *, chairs: bool) -> Principal:
        """Let a juror lead the panel, or no longer.

        Parameters
        ----------
        juror : Principal
            Who.
        chairs : bool
            Whether they do.

        Returns
        -------
        Principal
            As they will be known.
        """
        return self._change(juror, chairs=chairs)

    def keep_password(self, person: Principal, password_hash: str | None) -> None:
        """Keep what a password of somebody is compared with.

        Parameters
        ----------
        person : Principal
            Whose.
        password_hash : str or None
            Encoded argon2id; None: they have none any more.
        """
        self._change(person, password_hash=password_hash)

    def password_of(self, person: Principal) -> str | None:
        """Tell what a password of somebody is compared with.

        Parameters
        ----------
        person : Principal
            Whose.

        Returns
        -------
        str or None
            Encoded argon2id; None if they have no password.
        """
        found: str | None = self._connection.execute(
            select(people.c.password_hash).where(people.c.id == person.id)
        ).scalar_one()
        return found

    def with_passwords(self) -> dict[Principal, str]:
        """List who can come in with a password.

        Returns
        -------
        dict of Principal to str
            What each one's password is compared with.
        """
        rows = self._connection.execute(
            select(*_PRINCIPAL, people.c.password_hash)
            .where(people.c.password_hash.is_not(None))
            .order_by(people.c.id)
        )
        return {_principal(row): row.password_hash for row in rows}

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

    def barred(self, role: Role) -> list[int]:
        """List who may not come in any more.

        Parameters
        ----------
        role : Role
            Of whom.

        Returns
        -------
        list of int
            Ids, in order.
        """
        rows = self._connection.execute(
            select(people.c.id)
            .where(people.c.role == role, people.c.barred.is_not(None))
            .order_by(people.c.id)
        )
        return list(rows.scalars())

    def count(self) -> int:
        """Count everybody.

        Returns
        -------
        int
            Of every role.
        """
        return self._connection.execute(
            select(func.count()).select_from(people)
        ).scalar_one()

    def _change(self, person: Principal, **values: object) -> Principal:
        row = self._connection.execute(
            update(people)
            .where(people.c.id == person.id)
            .values(**values)
            .returning(*_PRINCIPAL)
        ).one()
        return _principal(row)


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
