"""Duiding: a team says what its figures mean; the organiser may do without."""

from __future__ import annotations

from datetime import datetime, timedelta

from challenge.brief import Brief
from challenge.errors import NotFoundError
from challenge.records import Principal, Role
from challenge.rules.phases import check_open, current_phase, may_pitch
from challenge.rules.text import check_text
from challenge.store import Unit
from challenge.store.audit import Wanted

TEXT_LENGTH = 5000
TOLD_EVERY = timedelta(minutes=5)
"""A note is saved at each pause in typing; the audit table, which nothing leaves, gets
one entry for all saves of this time, but for those after a waiver."""
_WROTE = "write note"
# Names may hold one another, so the newest entries that mention a team are not all its.
_NEWEST = 100


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
        if not _is_told(unit, team, now):
            unit.audit.add(team.name, _WROTE, team.name, now=now)


def _is_told(unit: Unit, team: Principal, now: datetime) -> bool:
    """Tell whether the last entry about a team's note stands for a save of now too.

    The last one in the order of the table, since clocks jump: one of a clock that was
    ahead stands for nothing later.
    """
    wanted = Wanted(action="note", subject=team.name)
    found = unit.audit.search(wanted, limit=_NEWEST)
    last = next((one for one in found if one["subject"] == team.name), None)
    if last is None or last["action"] != _WROTE:
        return False
    at: datetime = last["at"]
    return at <= now <= at + TOLD_EVERY


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
