"""Links that let one person in, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from challenge.records import Principal, Role
from challenge.store.tables import invitations


@dataclass(frozen=True, slots=True)
class Invitation:
    """What is known of a link that lets somebody in: all but its code.

    Attributes
    ----------
    id : int
        Key in the table.
    role : Role
        What whoever comes may do.
    name : str
        Under which name; empty: they choose one.
    sources : str
        Source set of a team; empty: the brief says which.
    partner : str
        Of a partner: name of its table.
    chairs : bool
        Whether a juror leads the panel.
    person_id : int or None
        Who is let in again, or who came; None: somebody new who has not come.
    created_by : str
        Who invited them.
    created_at, expires_at : datetime
        Aware UTC.
    used_at, revoked_at : datetime or None
        When it ended, if it did.
    """

    id: int
    role: Role
    name: str
    sources: str
    partner: str
    chairs: bool
    person_id: int | None
    created_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


_FACTS = tuple(column for column in invitations.c if column.name != "code_hash")


class Invitations:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *, code_hash: str, **facts: object) -> Invitation:
        """Keep a new one.

        Parameters
        ----------
        code_hash : str
            Hex sha256 of its code.
        **facts
            As `Invitation` names them, without id, ``used_at`` and ``revoked_at``.

        Returns
        -------
        Invitation
            Open.
        """
        row = self._connection.execute(
            insert(invitations).values(code_hash=code_hash, **facts).returning(*_FACTS)
        ).one()
        return _invitation(row)

    def with_code(self, code_hash: str) -> Invitation | None:
        """Find whose code it is.

        Parameters
        ----------
        code_hash : str
            Hex sha256.

        Returns
        -------
        Invitation or None
            Open or not; None if there is no such code.
        """
        row = self._connection.execute(
            select(*_FACTS).where(invitations.c.code_hash == code_hash)
        ).one_or_none()
        return _invitation(row) if row else None

    def get(self, invitation_id: int) -> Invitation | None:
        """Find one.

        Parameters
        ----------
        invitation_id : int
            Its key.

        Returns
        -------
        Invitation or None
            None if there is none.
        """
        row = self._connection.execute(
            select(*_FACTS).where(invitations.c.id == invitation_id)
        ).one_or_none()
        return _invitation(row) if row else None

    def open(self, *, now: datetime) -> list[Invitation]:
        """List those that somebody can still use.

        Parameters
        ----------
        now : datetime
            Aware UTC.

        Returns
        -------
        list of Invitation
            Oldest first.
        """
        rows = self._connection.execute(
            select(*_FACTS)
            .where(
                invitations.c.used_at.is_(None),
                invitations.c.revoked_at.is_(None),
                invitations.c.expires_at > now,
            )
            .order_by(invitations.c.id)
        )
        return [_invitation(row) for row in rows]

    def use(self, invitation_id: int, *, now: datetime) -> bool:
        """Use one up.

        Parameters
        ----------
        invitation_id : int
            Which one.
        now : datetime
            Aware UTC.

        Returns
        -------
        bool
            False if it is not open any more: of two who use one, one does.
        """
        found = self._connection.execute(
            update(invitations)
            .where(
                invitations.c.id == invitation_id,
                invitations.c.used_at.is_(None),
                invitations.c.revoked_at.is_(None),
                invitations.c.expires_at > now,
            )
            .values(used_at=now)
        )
        return found.rowcount == 1

    def came(self, invitation_id: int, person: Principal) -> None:
        """Remember who came.

        Parameters
        ----------
        invitation_id : int
            Which one they used.
        person : Principal
            Who.
        """
        self._connection.execute(
            update(invitations)
            .where(invitations.c.id == invitation_id)
            .values(person_id=person.id)
        )

    def revoke(self, invitation_id: int, *, now: datetime) -> bool:
        """Let nobody in with it any more.

        Parameters
        ----------
        invitation_id : int
            Which one.
        now : datetime
            Aware UTC.

        Returns
        -------
        bool
            False if it was used or revoked already.
        """
        found = self._connection.execute(
            update(invitations)
            .where(
                invitations.c.id == invitation_id,
                invitations.c.used_at.is_(None),
                invitations.c.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )
        return found.rowcount == 1

    def revoke_all(self, person: Principal, *, now: datetime) -> int:
        """Let nobody in any more as somebody who takes part already.

        Parameters
        ----------
        person : Principal
            As whom.
        now : datetime
            Aware UTC.

        Returns
        -------
        int
            How many ended.
        """
        ended = self._connection.execute(
            update(invitations)
            .where(
                invitations.c.person_id == person.id,
                invitations.c.used_at.is_(None),
                invitations.c.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )
        return ended.rowcount


def _invitation(row: Row[*tuple[Any, ...]]) -> Invitation:
    facts = dict(row._mapping)
    return Invitation(**facts | {"role": Role(facts["role"])})
