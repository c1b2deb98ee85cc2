"""Pitches and ballots: what a team tells the jury, and what jurors answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from challenge.brief import Brief
from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Ballot, Pitch, Principal, Role
from challenge.rules.text import check_text
from challenge.store import Unit

TITLE_LENGTH = 200
TEXT_LENGTH = 10_000
POINTS = range(1, 6)


def pitch(
    unit: Unit, team: Principal, *, title: str, text: str, now: datetime
) -> Pitch:
    """Keep a team's pitch; a later one takes the place of an earlier one.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    team : Principal
        Whose pitch.
    title : str
        1 to 200 characters.
    text : str
        1 to 10,000 characters.
    now : datetime
        Aware UTC.

    Returns
    -------
    Pitch
        As it is kept.

    Raises
    ------
    RequestRefusedError
        If title or text is empty, too long, or cannot be shown.
    """
    return unit.ballots.pitch(
        team,
        title=check_text("title", title, longest=TITLE_LENGTH),
        text=check_text("text", text, longest=TEXT_LENGTH),
        now=now,
    )


def cast(
    unit: Unit,
    juror: Principal,
    *,
    team_name: str,
    points: Mapping[str, int],
    note: str,
    brief: Brief,
    now: datetime,
    recused: bool = False,
) -> Ballot:
    """Keep a juror's ballot on one team's pitch, or that there will be none.

    A juror recuses for a conflict of interest, or where they cannot judge. That is
    a missing cell in the table of ballots, never a low score.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    juror : Principal
        Who judges.
    team_name : str
        Whose pitch.
    points : mapping of str to int
        One criterion of the rubric or more, each from 1 to 5; none with a recusal.
    note : str
        For the team, or the reason of a recusal, for the organiser alone; at most
        10,000 characters.
    brief : Brief
        Holds the rubric.
    now : datetime
        Aware UTC.
    recused : bool
        Whether the juror does not judge this team.

    Returns
    -------
    Ballot
        As it is kept; a later one takes the place of an earlier one.

    Raises
    ------
    NotFoundError
        If no such team pitched.
    RequestRefusedError
        If there is no criterion, an unknown one, points outside 1 to 5, points with
        a recusal, or a note that is too long or cannot be shown.
    """
    team = _pitching_team(unit, team_name)
    if not recused:
        _check_points(points, [criterion.slug for criterion in brief.rubric])
    elif points:
        raise RequestRefusedError(
            "points", "a recusal has none.", hint="Leave out `points` or `recused`."
        )
    note = check_text("note", note, shortest=0, longest=TEXT_LENGTH)
    return unit.ballots.cast(juror, team, points=dict(points), note=note, now=now)


def _pitching_team(unit: Unit, name: str) -> Principal:
    team = unit.people.named(Role.TEAM, name)
    if team is None or name not in {p.team for p in unit.ballots.pitches()}:
        raise NotFoundError("pitch of team", name)
    return team


def _check_points(points: Mapping[str, int], known: list[str]) -> None:
    if not points or not points.keys() <= set(known):
        raise RequestRefusedError(
            "points",
            f"it names {', '.join(sorted(points)) or 'no criterion'}.",
            hint=f"Give points for one or more of: {', '.join(known)}."
            " Or send `recused` if you do not judge this team.",
        )
    for criterion, value in points.items():
        if value not in POINTS:
            raise RequestRefusedError(
                f"points.{criterion}",
                f"{value} is outside the scale.",
                hint="Give a whole number from 1 to 5.",
            )
