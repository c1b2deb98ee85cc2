"""What programs show to come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from challenge.records import Principal
from challenge.store.tables import people, tokens


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token: all but the token itself.

    Attributes
    ----------
    id : int
        Key in the table.
    person_id : int
        Whose it is.
    start : str
        Its first characters; empty for one of before they were kept.
    scope : str
        What it may do.
    label : str
        What its owner calls it.
    created_at : datetime
        Aware UTC.
    used_at : datetime or None
        When it was last shown, to the minute; None: never.
    """

    id: int
    person_id: int
    start: str
    scope: str
    label: str
    created_at: datetime
    used_at: datetime | None


_FACTS = (
    tokens.c.id,
    tokens.c.person_id,
    tokens.c.start,
    tokens.c.scope,
    tokens.c.label,
    tokens.c.created_at,
    tokens.c.used_at,
)


class Tokens:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        person: Principal,
        *,
        token_hash: str,
        start: str,
        scope: str,
        label: str,
        now: datetime,
    ) -> Token:
        """Keep the hash of another token of somebody.

        Parameters
        ----------
        person : Principal
            Whose it is.
        token_hash : str
            Hex sha256.
        start : str
            Its first characters, by which its owner knows it again.
        scope : str
            What it may do.
        label : str
            What its owner calls it.
        now : datetime
            Aware UTC.

        Returns
        -------
        Token
            Never used.
        """
        row = self._connection.execute(
            insert(tokens)
            .values(
                person_id=person.id,
                token_hash=token_hash,
                start=start,
                scope=scope,
                label=label,
                created_at=now,
            )
            .returning(*_FACTS)
        ).one()
        return _token(row)

    def known(self, token_hash: str) -> Token | None:
        """Find a token that was not revoked.

        Parameters
        ----------
        token_hash : str
            Hex sha256.

        Returns
        -------
        Token or None
            None if nobody has it.
        """
        row = self._connection.execute(
            select(*_FACTS).where(
                tokens.c.token_hash == token_hash, tokens.c.revoked_at.is_(None)
            )
        ).one_or_none()
        return _token(row) if row else None

    def of(self, person: Principal) -> list[Token]:
        """List the tokens of somebody that still work.

        Parameters
        ----------
        person : Principal
            Whose.

        Returns
        -------
        list of Token
            Oldest first.
        """
        rows = self._connection.execute(
            select(*_FACTS)
            .where(tokens.c.person_id == person.id, tokens.c.revoked_at.is_(None))
            .order_by(tokens.c.id)
        )
        return [_token(row) for row in rows]

    def last_used(self) -> dict[int, datetime]:
        """Tell when each person's tokens were last shown.

        Returns
        -------
        dict of int to datetime
            By the person's id; who never showed one is left out.
        """
        rows = self._connection.execute(
            select(people.c.id, tokens.c.used_at)
            .join(tokens, tokens.c.person_id == people.c.id)
            .where(tokens.c.used_at.is_not(None))
            .order_by(tokens.c.used_at)
        )
        return {row.id: row.used_at for row in rows}

    def used(self, token_id: int, *, now: datetime) -> None:
        """Remember that a token was shown.

        Parameters
        ----------
        token_id : int
            Which one.
        now : datetime
            Aware UTC.
        """
        self._connection.execute(
            update(tokens).where(tokens.c.id == token_id).values(used_at=now)
        )

    def revoke(self, token_id: int, *, person: Principal, now: datetime) -> bool:
        """Let a token of somebody work no more.

        Parameters
        ----------
        token_id : int
            Which one.
        person : Principal
            Whose it has to be.
        now : datetime
            Aware UTC.

        Returns
        -------
        bool
            False if they have no such token that works.
        """
        found = self._connection.execute(
            update(tokens)
            .where(
                tokens.c.id == token_id,
                tokens.c.person_id == person.id,
                tokens.c.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )
        return found.rowcount == 1

    def revoke_all(self, person: Principal, *, now: datetime) -> int:
        """Let no token of somebody work any more.

        Parameters
        ----------
        person : Principal
            Whose.
        now : datetime
            Aware UTC.

        Returns
        -------
        int
            How many worked until now.
        """
        return self._connection.execute(
            update(tokens)
            .where(tokens.c.person_id == person.id, tokens.c.revoked_at.is_(None))
            .values(revoked_at=now)
        ).rowcount


def _token(row: Row[*tuple[Any, ...]]) -> Token:
    return Token(**row._mapping)
