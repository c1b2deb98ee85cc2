"""The end: on the verdict that everybody reads then, or without one."""

from __future__ import annotations

from datetime import datetime

from challenge.brief import Brief
from challenge.rules.basis import RECORDED
from challenge.rules.blockers import NOBODY, verdict_demand
from challenge.store import Unit
from challenge.store.verdicts import Decision

UNDECIDED = "close without verdict"
"""What the audit table calls it that there was nobody to place at the end."""


def end(unit: Unit, brief: Brief, *, by: str, now: datetime) -> None:
    """Keep that the challenge ends without a verdict, where it does.

    The last version may name teams that were disqualified since, and none can take its
    place; so nobody may read it as the outcome.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    brief : Brief
        Of the challenge.
    by : str
        Who closes it.
    now : datetime
        Aware UTC.
    """
    if verdict_demand(unit, brief).key != NOBODY:
        return
    before = [list(version.places) for version in unit.verdicts.all()]
    unit.audit.add(
        *(by, UNDECIDED, brief.slug),
        now=now,
        before=before[-1] if before else None,
        after=None,
    )


def is_undecided(unit: Unit) -> bool:
    """Tell whether the challenge ended without a verdict.

    Parameters
    ----------
    unit : Unit
        An open transaction.

    Returns
    -------
    bool
        False before the end.
    """
    return unit.audit.last_of(RECORDED, UNDECIDED)[1] == UNDECIDED


def told_versions(unit: Unit) -> list[Decision]:
    """List the versions of the verdict that are told outside the jury's room.

    Parameters
    ----------
    unit : Unit
        An open transaction; whoever asks sees to it that the challenge is closed.

    Returns
    -------
    list of Decision
        Newest first; none where the challenge ended without a verdict.
    """
    return [] if is_undecided(unit) else unit.verdicts.all()[::-1]
