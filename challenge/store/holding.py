"""Hold a team, so that what is counted or compared for it still holds at the end."""

from __future__ import annotations

from sqlalchemy import Connection, select

from challenge.store.tables import people


def hold_team(connection: Connection, team_id: int) -> None:
    """Let no other transaction hold this team before this one ends.

    Parameters
    ----------
    connection : Connection
        An open writing transaction.
    team_id : int
        Whose.
    """
    # SQLite knows no such lock and needs none: it has one writing transaction at a
    # time.
    connection.execute(
        select(people.c.id)
        .where(people.c.id == team_id)
        .with_for_update(key_share=True)
    )
