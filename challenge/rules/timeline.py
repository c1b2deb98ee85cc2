"""When phases begin and end.

At the moment that is set for freezing nothing more comes in, whether or not anybody
has enacted it: `phase_for_uploads` looks at the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from challenge.brief import Brief
from challenge.rules.phases import current_phase, phase_after
from challenge.store import Unit
from leaderboard import Phase


@dataclass(frozen=True, slots=True)
class Clock:
    """What every page can say of the phase.

    Attributes
    ----------
    phase : Phase
        Where the challenge is.
    began : datetime or None
        When it came there; None where it has been there from the start.
    next : Phase or None
        What comes after; None at the end.
    ends : datetime or None
        When that starts by itself; None: by hand.
    now : datetime
        When this was said; aware UTC.
    """

    phase: Phase
    began: datetime | None
    next: Phase | None
    ends: datetime | None
    now: datetime

    @property
    def seconds_left(self) -> int | None:
        """Whole seconds until it ends, 0 where it should have; None: nobody knows."""
        if self.ends is None:
            return None
        return max(0, int((self.ends - self.now).total_seconds()))

    @property
    def is_late(self) -> bool:
        """Whether the next phase should have started, and waits for something."""
        return self.seconds_left == 0


def planned(unit: Unit, brief: Brief) -> dict[Phase, datetime]:
    """Say when phases start by themselves.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Has times; what the organiser set comes before them.

    Returns
    -------
    dict of Phase to datetime
        Aware; a phase that starts by hand is left out.
    """
    times = {**brief.starts, **unit.phases.scheduled()}
    return {Phase(name): at for name, at in times.items() if at is not None}


def clock(unit: Unit, brief: Brief, now: datetime) -> Clock:
    """Say where the challenge is, since when, and until when.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Of the challenge.
    now : datetime
        Aware UTC.

    Returns
    -------
    Clock
        As of now.
    """
    phase, changes = current_phase(unit, brief), unit.phases.changes()
    following = phase_after(brief, phase)
    return Clock(
        phase=phase,
        began=changes[-1].at if changes else None,
        next=following,
        ends=planned(unit, brief).get(following) if following else None,
        now=now,
    )


def phase_for_uploads(unit: Unit, brief: Brief, now: datetime) -> Phase:
    """Say which phase uploads meet: freezing holds from its moment on.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Of the challenge.
    now : datetime
        When the upload was complete; aware UTC.

    Returns
    -------
    Phase
        `frozen` as soon as its time has come, also before anybody enacted it.
    """
    phase = current_phase(unit, brief)
    freezes = planned(unit, brief).get(Phase.FROZEN)
    is_before = list(Phase).index(phase) < list(Phase).index(Phase.FROZEN)
    return Phase.FROZEN if is_before and freezes and freezes <= now else phase
