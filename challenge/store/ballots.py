"""What jurors think of pitches."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from challenge.records import Ballot, Opinion, Principal, Role
from challenge.store.holding import hold_team
from challenge.store.tables import ballots, people


class Ballots:
    """Keep ballots inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self, juror: Principal) -> None:
        """Let nobody else change this juror's ballots before this transaction ends.

        Parameters
        ----------
        juror : Principal
            Whose ballots are compared before they are written.
        """
        hold_team(self._connection, juror.id)

    def get(self, juror: Principal, team: Principal) -> Ballot | None:
        """Find a juror's own ballot on one team, finished or not.

        Parameters
        ----------
        juror, team : Principal
            Who judges whom.

        Returns
        -------
        Ballot or None
            With the private note; None before anything was kept.
        """
        row = self._connection.execute(
            select(ballots).where(_key(juror, team))
        ).one_or_none()
        return None if row is None else _ballot(row, juror.name, team.name)

    def of_juror(self, juror: Principal) -> list[Ballot]:
        """List a juror's own ballots, finished or not.

        Parameters
        ----------
        juror : Principal
            Who judges.

        Returns
        -------
        list of Ballot
            By team, with private notes.
        """
        rows = self._connection.execute(
            select(ballots, people.c.name.label("team_name"))
            .join(people, people.c.id == ballots.c.team_id)
            .where(ballots.c.juror_id == juror.id)
            .order_by(people.c.name)
        )
        return [_ballot(r, juror.name, r.team_name) for r in rows]

    def jurors(self) -> list[str]:
        """List all jurors in the order of the lots that they drew when they came.

        Returns
        -------
        list of str
            Names, barred or not; their order says nothing about them.
        """
        found = select(people.c.name).where(people.c.role == Role.JUROR)
        ordered = found.order_by(people.c.lot, people.c.id)
        return [*self._connection.execute(ordered).scalars()]

    def put(
        self,
        juror: Principal,
        team: Principal,
        opinion: Opinion,
        *,
        now: datetime,
        submitted_at: datetime | None = None,
        recused: bool = False,
    ) -> Ballot:
        """Keep a juror's ballot on one team; it takes the place of an earlier one.

        Parameters
        ----------
        juror, team : Principal
            Who judges whom.
        opinion : Opinion
            What stands on it.
        now : datetime
            Aware UTC.
        submitted_at : datetime or None
            None for a draft.
        recused : bool
            Whether the juror does not judge this team.

        Returns
        -------
        Ballot
            As it is kept, one version on.
        """
        key = _key(juror, team)
        version = self._connection.execute(
            select(ballots.c.version).where(key)
        ).scalar_one_or_none()
        values = {
            "points": dict(opinion.points),
            "abstained": list(opinion.abstained),
            "note": opinion.note,
            "private_note": opinion.private_note,
            "recused": recused,
            "submitted_at": submitted_at,
            "updated_at": now,
            "version": (version or 0) + 1,
        }
        if version is None:
            keys = {"juror_id": juror.id, "team_id": team.id}
            self._connection.execute(insert(ballots).values(keys | values))
        else:
            self._connection.execute(update(ballots).where(key).values(values))
        row = self._connection.execute(select(ballots).where(key)).one()
        return _ballot(row, juror.name, team.name)

    def ballots(self) -> list[Ballot]:
        """List all ballots that are submitted.

        Drafts and private notes are their juror's alone, so they are not here.

        Returns
        -------
        list of Ballot
            By team, then juror.
        """
        juror, team = people.alias("juror"), people.alias("team")
        rows = self._connection.execute(
            select(
                ballots,
                juror.c.name.label("juror_name"),
                team.c.name.label("team_name"),
            )
            .join(juror, juror.c.id == ballots.c.juror_id)
            .join(team, team.c.id == ballots.c.team_id)
            .where(ballots.c.submitted_at.is_not(None))
            .order_by(team.c.name, juror.c.name)
        )
        found = (_ballot(r, r.juror_name, r.team_name) for r in rows)
        return [replace(ballot, private_note="") for ballot in found]


def _key(juror: Principal, team: Principal) -> ColumnElement[bool]:
    return (ballots.c.juror_id == juror.id) & (ballots.c.team_id == team.id)


def _ballot(row: Any, juror: str, team: str) -> Ballot:
    return Ballot(
        juror=juror,
        team=team,
        points=dict(row.points),
        note=row.note,
        updated_at=row.updated_at,
        private_note=row.private_note,
        recused=row.recused,
        abstained=tuple(row.abstained),
        submitted_at=row.submitted_at,
        version=row.version,
    )
