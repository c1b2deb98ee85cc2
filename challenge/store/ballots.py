"""Pitches, and what jurors think of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from challenge.records import Ballot, Pitch, Principal
from challenge.store.tables import ballots, people, pitches


class Ballots:
    """Keep pitches and ballots inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def pitch(self, team: Principal, *, title: str, text: str, now: datetime) -> Pitch:
        """Keep a team's pitch; a later one takes the place of an earlier one.

        Parameters
        ----------
        team : Principal
            Whose.
        title, text : str
            As the team wrote them.
        now : datetime
            Aware UTC.

        Returns
        -------
        Pitch
            As it is kept.
        """
        self._connection.execute(delete(pitches).where(pitches.c.team_id == team.id))
        self._connection.execute(
            insert(pitches).values(
                team_id=team.id, title=title, text=text, updated_at=now
            )
        )
        return Pitch(team=team.name, title=title, text=text, updated_at=now)

    def pitches(self) -> list[Pitch]:
        """List all pitches.

        Returns
        -------
        list of Pitch
            By team name.
        """
        rows = self._connection.execute(
            select(pitches, people.c.name)
            .join(people, people.c.id == pitches.c.team_id)
            .order_by(people.c.name)
        )
        return [Pitch(r.name, r.title, r.text, r.updated_at) for r in rows]

    def cast(
        self,
        juror: Principal,
        team: Principal,
        *,
        points: dict[str, int],
        note: str,
        now: datetime,
    ) -> Ballot:
        """Keep a juror's ballot on one team; a later one takes its place.

        Parameters
        ----------
        juror, team : Principal
            Who judges whom.
        points : dict of str to int
            Criterion to points.
        note : str
            For the team.
        now : datetime
            Aware UTC.

        Returns
        -------
        Ballot
            As it is kept.
        """
        key = (ballots.c.juror_id == juror.id) & (ballots.c.team_id == team.id)
        self._connection.execute(delete(ballots).where(key))
        self._connection.execute(
            insert(ballots).values(
                juror_id=juror.id,
                team_id=team.id,
                points=points,
                note=note,
                updated_at=now,
            )
        )
        return Ballot(juror.name, team.name, points, note, now)

    def ballots(self) -> list[Ballot]:
        """List all ballots.

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
            .order_by(team.c.name, juror.c.name)
        )
        return [
            Ballot(r.juror_name, r.team_name, dict(r.points), r.note, r.updated_at)
            for r in rows
        ]
