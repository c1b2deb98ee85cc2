"""Whether a team competes still, as it is known at the moment of an act."""

from __future__ import annotations

from challenge.errors import BarredError
from challenge.records import Principal
from challenge.store import Unit


def check_competes(unit: Unit, team: Principal) -> None:
    """Stop a team that does not compete any more, however its request began.

    Parameters
    ----------
    unit : Unit
        An open transaction; of the act itself where something is written.
    team : Principal
        As it came in, maybe minutes ago.

    Raises
    ------
    BarredError
        If it was disqualified since, or before.
    """
    known = unit.people.get(team.id) or team
    if known.barred is not None:
        raise BarredError(known.barred)
