"""Whether the phases of a day follow one another, in order and in time."""

from __future__ import annotations

from challenge.brief.definition import Brief
from challenge.brief.event import PHASES, moment, repair_of
from challenge.errors import Fault
from challenge.schema import Document, Location


def phase_faults(document: Document, brief: Brief) -> list[Fault]:
    """List phases out of order, and times that no clock shows once.

    Parameters
    ----------
    document : Document
        ``brief.toml`` as read.
    brief : Brief
        Of the challenge.

    Returns
    -------
    list of Fault
        Empty if all is well.
    """
    places = [PHASES.index(phase.name) for phase in brief.phases]
    if places != sorted(set(places)):
        problem = "The phases do not follow one another."
        repair = f"List each of {', '.join(PHASES)} at most once, in this order."
        return [document.fault(("phases",), "phases-order", problem, repair)]
    zone, faults, latest = brief.event.clock, [], None
    for index, phase in enumerate(brief.phases):
        if phase.starts_at is None:
            continue
        where: Location = ("phases", index, "starts_at")
        start = moment(phase.starts_at, zone)
        if start is None:
            problem = f"The clock in {zone} does not show {phase.starts_at} once."
            repair = repair_of(phase.starts_at, zone)
            faults.append(document.fault(where, "time-unclear", problem, repair))
            continue
        if latest is not None and start <= latest:
            problem = f"The phase {phase.name} does not start after the one before it."
            repair = "Let the times rise in the order of the phases."
            faults.append(document.fault(where, "phases-time", problem, repair))
        latest = start
    return faults
