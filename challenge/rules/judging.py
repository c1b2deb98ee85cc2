"""Pitches and ballots: what a team tells the jury, and what jurors answer."""

from __future__ import annotations

from datetime import datetime

from challenge.brief import Brief
from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Ballot, Pitch, Principal, Role
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
        If title or text is empty or too long.
    """
    _check_length("title", title, TITLE_LENGTH)
    _check_length("text", text, TEXT_LENGTH)
    return unit.ballots.pitch(team, title=title.strip(), text=text.strip(), now=now)


def cast(
    unit: Unit,
    juror: Principal,
    *,
    team_name: str,
    points: dict[str, int],
    note: str,
    brief: Brief,
    now: datetime,
) -> Ballot:
    """Keep a juror's ballot on one team's pitch.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    juror : Principal
        Who judges.
    team_name : str
        Whose pitch.
    points : dict of str to int
        One criterion of the rubric or more, each from 1 to 5.
    note : str
        For the team, at most 10,000 characters.
    brief : Brief
        Holds the rubric.
    now : datetime
        Aware UTC.

    Returns
    -------
    Ballot
        As it is kept.

    Raises
    ------
    NotFoundError
        If no such team pitched.
    RequestRefusedError
        If there is no criterion, an unknown one, or points outside 1 to 5.
    """
    team = unit.people.named(Role.TEAM, team_name)
    if team is None or team_name not in {p.team for p in unit.ballots.pitches()}:
        raise NotFoundError("pitch of team", team_name)
    known = [criterion.slug for criterion in brief.rubric]
    if not points or not points.keys() <= set(known):
        raise RequestRefusedError(
            "points",
            f"it names {', '.join(sorted(points)) or 'no criterion'}.",
            hint=f"Give points for one or more of: {', '.join(known)}.",
        )
    for criterion, value in points.items():
        if value not in POINTS:
            raise RequestRefusedError(
                f"points.{criterion}",
                f"{value} is outside the scale.",
                hint="Give a whole number from 1 to 5.",
            )
    if note:
        _check_length("note", note, TEXT_LENGTH)
    return unit.ballots.cast(juror, team, points=points, note=note, now=now)


def _check_length(field: str, value: str, limit: int) -> None:
    length = len(value.strip())
    if not 0 < length <= limit:
        raise RequestRefusedError(
            field,
            f"it has {length} characters.",
            hint=f"Write 1 to {limit:,} characters.",
        )
