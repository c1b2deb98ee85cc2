"""What the jury decided, and why: versions are added, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from challenge.records import Role
from challenge.store.tables import people, verdicts


@dataclass(frozen=True, slots=True)
class Decision:
    """One version of what the jury decided.

    Attributes
    ----------
    places : tuple of str
        Teams by place, the first one first.
    reasons : str
        Why, for everybody.
    deviation : str
        Why it differs from the computed order; empty where it does not.
    by : str
        Who wrote it down.
    at : datetime
        Aware UTC.
    """

    places: tuple[str, ...]
    reasons: str
    deviation: str
    by: str
    at: datetime


class Verdicts:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self) -> None:
        """Let nobody else write a verdict down before this transaction ends."""
        # Of PostgreSQL; SQLite has one writing transaction at a time anyway.
        self._connection.execute(
            select(people.c.id)
            .where(people.c.role.in_((Role.ORGANISER, Role.JUROR)))
            .order_by(people.c.id)
            .with_for_update(key_share=True)
        )

    def add(
        self,
        places: Sequence[str],
        *,
        reasons: str,
        deviation: str,
        by: str,
        now: datetime,
    ) -> None:
        """Add a version, which holds from now on.

        Parameters
        ----------
        places : sequence of str
            Teams by place.
        reasons, deviation : str
            Why, and why it differs from the computed order.
        by : str
            Who writes it down.
        now : datetime
            Aware UTC.
        """
        self._connection.execute(
            insert(verdicts).values(
                places=list(places),
                reasons=reasons,
                deviation=deviation,
                by=by,
                at=now,
            )
        )

    def all(self) -> list[Decision]:
        """List every version.

        Returns
        -------
        list of Decision
            Oldest first; the last one holds.
        """
        rows = self._connection.execute(select(verdicts).order_by(verdicts.c.id))
        return [
            Decision(tuple(r.places), r.reasons, r.deviation, r.by, r.at) for r in rows
        ]
