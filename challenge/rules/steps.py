"""Steps from one phase to the next: by hand, back by hand, or at a set time.

Forward and back go one step at a time; the last one, to `closed`, has no way back.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime

from challenge.brief import Brief
from challenge.errors import (
    PhaseBlockedError,
    RequestRefusedError,
    StorageUnavailableError,
)
from challenge.rules.basis import is_decided_after
from challenge.rules.blockers import blockers
from challenge.rules.ending import end
from challenge.rules.phases import current_phase, phase_after, phase_before
from challenge.rules.text import check_text
from challenge.rules.timeline import planned
from challenge.store import Database, Unit
from leaderboard import Phase

SCHEDULE = "schedule"
"""Who went to a phase at its set time."""
REASON_LENGTH = 500


def go_to(
    unit: Unit,
    brief: Brief,
    phase: Phase,
    *,
    release: str,
    by: str,
    reason: str = "",
    now: datetime,
) -> bool:
    """Go one step forward, or back.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    brief : Brief
        Of the challenge.
    phase : Phase
        Where to; where it is already, nothing happens.
    release : str
        ``slug/version``; its submissions must be done before the jury looks.
    by : str
        Who decides.
    reason : str
        Why, at most 500 characters; going back takes one.
    now : datetime
        Aware UTC.

    Returns
    -------
    bool
        Whether anything changed.

    Raises
    ------
    RequestRefusedError
        If it is more than a step away, or back from the end, or back without a
        reason.
    PhaseBlockedError
        If something has to be done first.
    """
    here = current_phase(unit, brief)
    if phase is here:
        return False
    reason = check_text("reason", reason, shortest=0, longest=REASON_LENGTH)
    if phase is phase_after(brief, here):
        if found := blockers(unit, brief, release, phase):
            raise PhaseBlockedError(phase, [blocker.key for blocker in found])
    elif phase is phase_before(brief, here):
        _go_back(unit, brief, here, reason, by=by, now=now)
    else:
        _refuse_step(brief, here)
    unit.phases.change(phase, by=by, reason=reason, now=now)
    unit.audit.add(
        *(by, "change phase", phase),
        now=now,
        before=here,
        after=phase,
        reason=reason,
    )
    if phase is Phase.CLOSED:
        end(unit, brief, by=by, now=now)
    return True


def _go_back(
    unit: Unit, brief: Brief, here: Phase, reason: str, *, by: str, now: datetime
) -> None:
    """Ask why, and keep the clock from going forward again at once."""
    if not reason:
        raise RequestRefusedError(
            "reason",
            "Going back takes a reason.",
            hint="Say in one sentence why; it is kept in the audit table.",
        )
    if (before := planned(unit, brief).get(here)) is not None:
        _log_time(unit, here, before, None, by=by, now=now)
    unit.phases.plan(here, None, by=by, now=now)


def _refuse_step(brief: Brief, here: Phase) -> None:
    steps = [s for s in (phase_before(brief, here), phase_after(brief, here)) if s]
    hint = f"Go to {' or '.join(steps)}." if steps else "The challenge has ended."
    raise RequestRefusedError("phase", f"The challenge is {here}.", hint=hint)


def due(unit: Unit, brief: Brief, release: str, now: datetime) -> Phase | None:
    """Say which phase should start by itself, and can.

    Parameters
    ----------
    unit : Unit
        An open transaction; two small reads as long as no time has come.
    brief : Brief
        Of the challenge.
    release : str
        ``slug/version``.
    now : datetime
        Aware UTC.

    Returns
    -------
    Phase or None
        None before its time, as long as something has to be done first, and at the end
        once something was decided after its time: nobody would see it coming.
    """
    following = phase_after(brief, current_phase(unit, brief))
    starts = planned(unit, brief).get(following) if following else None
    if following is None or starts is None or starts > now:
        return None
    if following is Phase.CLOSED and is_decided_after(unit, starts):
        return None
    return None if blockers(unit, brief, release, following) else following


def advance_if_due(unit: Unit, brief: Brief, release: str, now: datetime) -> bool:
    """Enact what the schedule says by now.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    brief : Brief
        Of the challenge.
    release : str
        ``slug/version``.
    now : datetime
        Aware UTC.

    Returns
    -------
    bool
        Whether anything changed.
    """
    changed = False
    while phase := due(unit, brief, release, now):
        changed = go_to(unit, brief, phase, release=release, by=SCHEDULE, now=now)
    return changed


def enacted_phase(
    database: Database, brief: Brief, release: str, now: datetime
) -> Phase:
    """Say where the challenge is, once what is due has been enacted.

    Parameters
    ----------
    database : Database
        Written only where something is due.
    brief : Brief
        Of the challenge.
    release : str
        ``slug/version``.
    now : datetime
        Aware UTC.

    Returns
    -------
    Phase
        As of now.
    """
    with database.read() as unit:
        found = due(unit, brief, release, now)
        if found is None:
            return current_phase(unit, brief)
    try:
        with database.begin() as unit:
            advance_if_due(unit, brief, release, now)
            return current_phase(unit, brief)
    except StorageUnavailableError:
        # Time goes on though nothing can be written; pages go on too.
        return found


def schedule(
    unit: Unit,
    brief: Brief,
    times: Mapping[Phase, datetime | None],
    *,
    by: str,
    now: datetime,
) -> None:
    """Set when phases start by themselves, or that somebody starts them.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    brief : Brief
        Of the challenge.
    times : mapping of Phase to datetime or None
        Aware; None: by hand. What does not change is left alone.
    by : str
        Who decides.
    now : datetime
        Aware UTC.

    Raises
    ------
    RequestRefusedError
        If a phase has begun, a time is past, or times would not rise in the order of
        the phases; nothing is kept then. Its field is the phase.
    """
    kept = planned(unit, brief)
    new = {phase: at for phase, at in times.items() if at != kept.get(phase)}
    begun = list(Phase).index(current_phase(unit, brief))
    for phase, at in new.items():
        if list(Phase).index(phase) <= begun:
            raise RequestRefusedError(
                phase, f"The phase {phase} has begun.", hint="Choose a later one."
            )
        if at is not None and at <= now:
            raise RequestRefusedError(
                phase, "That time is past.", hint="Choose one that is still to come."
            )
    _check_order({**kept, **new}, new, begun)
    for phase, at in new.items():
        unit.phases.plan(phase, at, by=by, now=now)
        _log_time(unit, phase, kept.get(phase), at, by=by, now=now)


def _log_time(
    unit: Unit,
    phase: Phase,
    before: datetime | None,
    after: datetime | None,
    *,
    by: str,
    now: datetime,
) -> None:
    unit.audit.add(
        *(by, "schedule phase", phase),
        now=now,
        before=before and before.isoformat(),
        after=after and after.isoformat(),
    )


def _check_order(
    times: Mapping[Phase, datetime | None],
    new: Mapping[Phase, datetime | None],
    begun: int,
) -> None:
    """Let the times of phases to come rise."""
    coming = [p for p in list(Phase)[begun + 1 :] if times.get(p)]
    for earlier, later in itertools.pairwise(coming):
        first, second = times[earlier], times[later]
        if first is not None and second is not None and first >= second:
            raise RequestRefusedError(
                later if later in new else earlier,
                f"The phase {later} would not start after {earlier}.",
                hint="Let the times rise in the order of the phases.",
            )
