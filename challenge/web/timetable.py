"""When phases begin, as people read and type it: the strip of the day, its times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from challenge.brief.event import moment
from challenge.errors import RequestRefusedError
from challenge.rules.phases import path_of
from challenge.rules.timeline import Clock, clock, planned
from challenge.store import Unit
from challenge.web.access import Deployment
from challenge.web.formats import Formats
from challenge.web.pages import texts
from leaderboard import Phase

Step = tuple[str, str, str]
"""Words, note, and ``done``, ``now`` or ``todo``; for the strip in parts.html."""


def phase_steps(
    here: Deployment, unit: Unit, language: str, now: datetime
) -> list[Step]:
    """Make the strip of the day, for the macro `phases` in parts.html.

    Parameters
    ----------
    here : Deployment
        The running server.
    unit : Unit
        An open transaction.
    language : str
        ``"nl"`` or ``"en"``.
    now : datetime
        Aware UTC.

    Returns
    -------
    list of Step
        One per phase that this challenge goes through.
    """
    said, times = clock(unit, here.brief, now), planned(unit, here.brief)
    words, formats = texts(language), _formats(here, language)
    order, steps = list(Phase), []
    begun = {change.phase: change.at for change in unit.phases.changes()}
    for phase in path_of(here.brief):
        at, place = times.get(phase), "todo"
        note = words["phase_by_hand"]
        if order.index(phase) <= order.index(said.phase):
            at, note = begun.get(phase), ""
            place = "now" if phase is said.phase else "done"
        key = {"todo": "phase_at", "now": "phase_since", "done": "phase_since"}[place]
        if at:
            note = words[key].format(time=formats.clock(at))
        steps.append((words[f"phase_{phase}"], note, place))
    return steps


def times_typed(here: Deployment, unit: Unit, said: Clock) -> dict[Phase, str]:
    """Fill the field of every phase to come.

    Parameters
    ----------
    here : Deployment
        The running server.
    unit : Unit
        An open transaction.
    said : Clock
        Where the challenge is.

    Returns
    -------
    dict of Phase to str
        As an input of type datetime-local has it; empty: by hand.
    """
    order, kept = list(Phase), _fields(here, planned(unit, here.brief))
    return {
        phase: kept.get(phase, "")
        for phase in path_of(here.brief)
        if order.index(phase) > order.index(said.phase)
    }


def _fields(here: Deployment, times: Mapping[Phase, datetime]) -> dict[Phase, str]:
    """Write times as an input of type datetime-local has them."""
    zone = here.brief.event.clock
    return {
        phase: at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        for phase, at in times.items()
    }


def read_time(here: Deployment, phase: Phase, typed: str) -> datetime | None:
    """Read such a field.

    Parameters
    ----------
    here : Deployment
        The running server.
    phase : Phase
        Whose field.
    typed : str
        As it was sent; empty: by hand.

    Returns
    -------
    datetime or None
        Aware UTC.

    Raises
    ------
    RequestRefusedError
        If it is no time, or one that the clock does not show once.
    """
    try:
        return moment_of(here, phase, datetime.fromisoformat(typed)) if typed else None
    except ValueError as error:
        raise RequestRefusedError(
            phase, "This is no day with a time.", hint="Write 2026-11-22T16:00."
        ) from error


def moment_of(here: Deployment, phase: Phase, local: datetime) -> datetime:
    """Find the moment that a time on the event's clock means.

    Parameters
    ----------
    here : Deployment
        The running server.
    phase : Phase
        Whose time.
    local : datetime
        On that clock, or with an offset.

    Returns
    -------
    datetime
        Aware UTC.

    Raises
    ------
    RequestRefusedError
        If the clock shows it never, or twice.
    """
    found = moment(local, here.brief.event.clock)
    if found is None:
        raise RequestRefusedError(
            phase,
            f"The clock in {here.brief.event.zone} does not show {local} once.",
            hint="Write it with its offset, as in 2026-10-25T02:30:00+02:00.",
        )
    return found


def _formats(here: Deployment, language: str) -> Formats:
    return Formats(language, here.brief.event.clock)
