"""What teams tell the jury."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select

from challenge.records import Pitch, Principal
from challenge.store.holding import hold_team
from challenge.store.tables import people, pitches

PITCHING = select(pitches.c.team_id).where(pitches.c.title != "")
"""Teams whose pitch the jury hears: one without a title is a draft."""


class Pitches:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self, team: Principal) -> None:
        """Let nobody else change this team's pitch before this transaction ends.

        Parameters
        ----------
        team : Principal
            Whose pitch is compared before it is written.
        """
        hold_team(self._connection, team.id)

    def put(
        self,
        team: Principal,
        *,
        title: str,
        text: str,
        now: datetime,
        link: str = "",
        pdf_sha256: str = "",
        pdf_bytes: int = 0,
        canvas: Mapping[str, str] | None = None,
        version: int = 1,
    ) -> Pitch:
        """Keep a team's pitch; a later one takes the place of an earlier one.

        Parameters
        ----------
        team : Principal
            Whose.
        title, text : str
            As the team wrote them.
        now : datetime
            Aware UTC.
        link : str
            Address of more; may be empty.
        pdf_sha256 : str
            Of the PDF on the shelf; empty without one.
        pdf_bytes : int
            How large that is.
        canvas : mapping of str to str or None
            Section number to text.
        version : int
            How often it was changed, this time included.

        Returns
        -------
        Pitch
            As it is kept.
        """
        self._connection.execute(delete(pitches).where(pitches.c.team_id == team.id))
        self._connection.execute(
            insert(pitches).values(
                team_id=team.id,
                title=title,
                text=text,
                link=link,
                pdf_sha256=pdf_sha256,
                pdf_bytes=pdf_bytes,
                canvas=dict(canvas or {}),
                version=version,
                updated_at=now,
            )
        )
        row = self._connection.execute(_all().where(pitches.c.team_id == team.id))
        return _pitch(row.one())

    def get(self, team_id: int) -> Pitch | None:
        """Find one team's pitch, finished or not.

        Parameters
        ----------
        team_id : int
            Whose.

        Returns
        -------
        Pitch or None
            None before it saved anything.
        """
        row = self._connection.execute(_all().where(pitches.c.team_id == team_id))
        found = row.one_or_none()
        return _pitch(found) if found else None

    def all(self) -> list[Pitch]:
        """List the pitches that have a title: the jury hears those.

        Returns
        -------
        list of Pitch
            By team name.
        """
        rows = self._connection.execute(
            _all().where(pitches.c.team_id.in_(PITCHING)).order_by(people.c.name)
        )
        return [_pitch(row) for row in rows]

    def teams(self) -> list[str]:
        """List whose pitch the jury hears, without reading what they wrote.

        Returns
        -------
        list of str
            Names, in no order.
        """
        names = select(people.c.name).where(people.c.id.in_(PITCHING))
        return [*self._connection.execute(names).scalars()]


def _all() -> Select[Any]:
    return select(pitches, people.c.name).join(people, people.c.id == pitches.c.team_id)


def _pitch(row: Row[Any]) -> Pitch:
    return Pitch(
        team=row.name,
        title=row.title,
        text=row.text,
        updated_at=row.updated_at,
        link=row.link,
        pdf_sha256=row.pdf_sha256,
        pdf_bytes=row.pdf_bytes,
        canvas=dict(row.canvas),
        version=row.version,
    )
