"""Where the challenge is: one phase after another, by hand or at a set time."""

from __future__ import annotations

from challenge.brief import Brief
from challenge.store import Unit
from leaderboard import Phase


def current_phase(unit: Unit, brief: Brief) -> Phase:
    """Say where the challenge is.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says where it begins.

    Returns
    -------
    Phase
        The last one that somebody, or the clock, went to; before that the first one
        of the brief, or open.
    """
    if found := unit.phases.last():
        return Phase(found)
    return Phase(brief.phases[0].name) if brief.phases else Phase.OPEN
