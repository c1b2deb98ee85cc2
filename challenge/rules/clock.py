"""The pitch clock: who pitches, how long still, who is next."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from challenge.brief import Brief
from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Principal
from challenge.rules.panel import check_leads, pitching, pitching_team
from challenge.rules.text import check_text
from challenge.store import Unit

TALK, QUESTIONS, OVER = "talk", "questions", "over"


@dataclass(frozen=True, slots=True)
class ClockView:
    """What the pitch clock shows at one moment.

    Attributes
    ----------
    team : str or None
        Who pitches; None before the first pitch.
    part : str
        ``"talk"``, ``"questions"``, or ``"over"`` when the time is up, somebody
        stopped the clock, or nothing began.
    left_seconds : int
        Of this part; 0 when it is over.
    of_seconds : int
        How long this part lasts in all; 0 when it is over.
    following : str or None
        Who is next in the running order; None after the last one.
    only : bool
        Whether that is the only pitch there is, before it began.
    """

    team: str | None
    part: str
    left_seconds: int
    of_seconds: int
    following: str | None
    only: bool = False


def running_order(unit: Unit) -> list[str]:
    """List the pitching teams, the first one first.

    Parameters
    ----------
    unit : Unit
        An open transaction.

    Returns
    -------
    list of str
        As it was set; who pitched since stands last, by name.
    """
    found = pitching(unit)
    placed = [team for team in unit.clocks.order() if team in found]
    return [*placed, *(team for team in found if team not in placed)]


def order_for(unit: Unit, juror: Principal) -> list[str]:
    """List the pitching teams as one juror goes through them.

    Who reads last is read with less attention: so without a running order every
    juror has an order of their own, which stays the same.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    juror : Principal
        Who reads.

    Returns
    -------
    list of str
        The running order where there is one.
    """
    found = running_order(unit)
    return found if unit.clocks.order() else _shuffled(found, str(juror.id))


def set_order(
    unit: Unit, person: Principal, teams: Sequence[str], *, now: datetime
) -> None:
    """Set the running order by hand.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Chair or organiser.
    teams : sequence of str
        Every pitching team once, the first one first.
    now : datetime
        Aware UTC.

    Raises
    ------
    PermissionDeniedError
        If they do not lead the panel.
    RequestRefusedError
        If a team is missing, unknown or there twice.
    """
    check_leads(person)
    if sorted(teams) != sorted(running_order(unit)):
        raise RequestRefusedError(
            "order", "it does not name every pitching team once.", hint="Number all."
        )
    _keep(unit, person, "set running order", "pitches", teams, now)


def draw_order(unit: Unit, person: Principal, seed: str, *, now: datetime) -> None:
    """Draw the running order by lot; whoever knows the seed can draw it again.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Chair or organiser.
    seed : str
        Any text: what somebody calls out in the room.
    now : datetime
        Aware UTC.

    Raises
    ------
    PermissionDeniedError
        If they do not lead the panel.
    RequestRefusedError
        If there is no seed.
    """
    check_leads(person)
    seed = check_text("seed", seed, longest=80)
    drawn = _shuffled(running_order(unit), seed)
    _keep(unit, person, "draw running order", seed, drawn, now)


def start(
    unit: Unit, person: Principal, team_name: str, *, brief: Brief, now: datetime
) -> None:
    """Start the clock for one pitch.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Chair or organiser.
    team_name : str
        Who pitches.
    brief : Brief
        Says how long.
    now : datetime
        Aware UTC.

    Raises
    ------
    PermissionDeniedError
        If they do not lead the panel.
    RequestRefusedError
        If no such team pitches.
    """
    check_leads(person)
    try:
        team = pitching_team(unit, team_name)
    except NotFoundError:
        raise RequestRefusedError(
            "team", "it has no pitch.", hint="Choose a team from the running order."
        ) from None
    view = clock_view(unit, now)
    if view.team == team_name and view.part != OVER:
        return  # somebody pressed twice
    unit.clocks.start(
        team,
        talk_seconds=brief.jury.talk_minutes * 60,
        question_seconds=brief.jury.question_minutes * 60,
        by=person.name,
        now=now,
    )
    unit.audit.add(person.name, "start clock", team_name, now=now)


def stop(unit: Unit, person: Principal, *, now: datetime) -> None:
    """Stop the clock that runs.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Chair or organiser.
    now : datetime
        Aware UTC.

    Raises
    ------
    PermissionDeniedError
        If they do not lead the panel.
    """
    check_leads(person)
    view = clock_view(unit, now)
    unit.clocks.stop(now=now)
    if view.team and view.part != OVER:
        unit.audit.add(person.name, "stop clock", view.team, now=now)


def clock_view(unit: Unit, now: datetime) -> ClockView:
    """Say what the pitch clock shows.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    now : datetime
        Aware UTC.

    Returns
    -------
    ClockView
        Of the pitch that was started last.
    """
    order, clock = running_order(unit), unit.clocks.last()
    if clock is None:
        return ClockView(
            None, OVER, 0, 0, order[0] if order else None, only=len(order) == 1
        )
    after = order[order.index(clock.team) + 1 :] if clock.team in order else order
    following = after[0] if after else None
    gone = int((now - clock.started_at).total_seconds())
    parts = ((TALK, clock.talk_seconds), (QUESTIONS, clock.question_seconds))
    for part, seconds in parts if clock.stopped_at is None else ():
        if gone < seconds:
            return ClockView(clock.team, part, seconds - gone, seconds, following)
        gone -= seconds
    return ClockView(clock.team, OVER, 0, 0, following)


def _shuffled(teams: Sequence[str], seed: str) -> list[str]:
    """Sort by a hash of seed and name: the same on every machine."""
    return sorted(
        teams, key=lambda team: hashlib.sha256(f"{seed}\n{team}".encode()).hexdigest()
    )


def _keep(
    unit: Unit,
    person: Principal,
    act: str,
    subject: str,
    teams: Sequence[str],
    now: datetime,
) -> None:
    before, after = unit.clocks.order(), [*teams]
    unit.audit.add(person.name, act, subject, now=now, before=before, after=after)
    unit.clocks.set_order([pitching_team(unit, team) for team in teams])
