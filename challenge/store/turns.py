"""Whose turn it is: teams take turns, however many submissions each hands in."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, func, select

from challenge.store.tables import submissions


def in_turn(
    waits: ColumnElement[bool], runs: ColumnElement[bool], release: str
) -> Select[tuple[int, str]]:
    """Select the submissions that wait, in the order in which they are taken.

    First by turn: the runs that a team has under way, and its own submissions up to
    this one. Within a turn those come first that are their team's next, and of these
    the team that was served longest ago, or never; then the oldest. So a team that
    hands in ten has one of them run before another team's first, with one slot or
    with many.

    Parameters
    ----------
    waits : ColumnElement of bool
        On `submissions`: can be taken.
    runs : ColumnElement of bool
        On `submissions`: is under way.
    release : str
        ``slug/version``; submissions of other releases are left alone.

    Returns
    -------
    Select
        Of number and id.
    """
    team, number = submissions.c.team_id, submissions.c.number
    waiting = (
        select(
            number,
            submissions.c.id,
            team,
            func.row_number().over(partition_by=team, order_by=number).label("rank"),
            func.min(number).over(partition_by=team).label("oldest"),
        )
        .where(waits, submissions.c.release == release)
        .subquery()
    )
    under_way = (
        select(team, func.count().label("runs"))
        .where(runs, submissions.c.release == release)
        .group_by(team)
        .subquery()
    )
    served = (
        select(func.max(submissions.c.started_at))
        .where(team == waiting.c.team_id, submissions.c.release == release)
        .scalar_subquery()
    )
    turn = waiting.c.rank + func.coalesce(under_way.c.runs, 0)
    return (
        select(waiting.c.number, waiting.c.id)
        .select_from(waiting)
        .outerjoin(under_way, under_way.c.team_id == waiting.c.team_id)
        .order_by(turn, waiting.c.rank, served.nulls_first(), waiting.c.oldest)
    )
