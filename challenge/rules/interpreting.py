"""Duiding: a team says what its figures mean; the organiser may do without."""

from __future__ import annotations

from datetime import datetime, timedelta

from challenge.brief import Brief
from challenge.errors import NotFoundError
from challenge.records import Principal, Role
from challenge.rules.phases import check_open, current_phase, may_pitch
from challenge.rules.text import check_text
from challenge.store import Unit

TEXT_LENGTH = 5000
TOLD_EVERY = timedelta(minutes=5)
"""A note is saved at each pause in typing; the audit table, which nothing leaves, gets
one entry for all saves of this time."""
_WROTE = "write note"


def interpret(
    unit: Unit, brief: Brief, team: Principal, text: str, *, now: datetime
) -> None:
    """Keep a team's note; a draft may be empty.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    brief : Brief
        Says until when.
    team : Principal
        Whose.
    text : str
        At most 5,000 characters.
    now : datetime
        Aware UTC.

    Raises
    ------
    PhaseClosedError
        If the jury has begun.
    RequestRefusedError
        If it is too long or cannot be shown.
    """
    phase = current_phase(unit, brief)
    check_open(may_pitch(phase), "change your note", phase)
    text = check_text("text", text, shortest=0, longest=TEXT_LENGTH)
    if text != unit.interpretations.get(team).text:
        unit.interpretations.write(team, text, now=now)
        if not unit.audit.times(_WROTE, team.name, since=now - TOLD_EVERY):
            unit.audit.add(team.name, _WROTE, team.name, now=now)


def waive(unit: Unit, team_name: str, *, by: str, now: datetime) -> None:
    """Accept that a team has no note.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    team_name : str
        Whose.
    by : str
        Who accepts it.
    now : datetime
        Aware UTC.

    Raises
    ------
    NotFoundError
        If there is no such team.
    """
    team = unit.people.named(Role.TEAM, team_name)
    if team is None:
        raise NotFoundError("team", team_name)
    if not unit.interpretations.get(team).waived_by:
        unit.interpretations.waive(team, by=by, now=now)
        unit.audit.add(
            by, "waive note", team_name, now=now, before="asked", after="waived"
        )
