"""Which names somebody may have: one that no other person, page or log has."""

from __future__ import annotations

from challenge.brief.names import folded
from challenge.errors import RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.actors import ACTORS, NAME_LENGTH
from challenge.rules.text import check_name
from challenge.store import Unit

# A ballot's address ends in the team's name, and `%6F` in an address is an `o`.
FORBIDDEN_IN_NAMES = frozenset("/\\?#%")
# Pages of the jury stand where ballots stand.
FORBIDDEN_NAMES = frozenset(
    {"blank", "clock", "conflicts", "deliberation", "panel", "verdict"}
)


def free_name(unit: Unit, name: str) -> str:
    """Accept a name that nobody has, in whatever role: the audit log tells by name.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    name : str
        As it was typed.

    Returns
    -------
    str
        As it will be kept.

    Raises
    ------
    RequestRefusedError
        If it is empty, too long, taken, or may read as another one.
    """
    name = check_name(name, longest=NAME_LENGTH)
    if set(name) & FORBIDDEN_IN_NAMES:
        raise RequestRefusedError(
            "name",
            "it has a slash, a question mark, a hash or a percent sign.",
            hint="Names stand in addresses: use letters, digits and spaces.",
        )
    if taken := _taken_by(unit, name):
        raise RequestRefusedError("name", taken, hint="Choose another name.")
    return name


def _taken_by(unit: Unit, name: str) -> str:
    """Say what has a name already; empty: nothing and nobody."""
    wanted = folded(name)
    if not wanted.strip("."):
        return "it has nothing but dots, and no page can end in that."
    if wanted in FORBIDDEN_NAMES:
        return f"a page is called {name}."
    if wanted in ACTORS:
        return f"the audit log calls the service {name}."
    for role in Role:
        if other := named(unit, role, name):
            return f"there is a {role} called {other.name} already."
    return ""


def named(unit: Unit, role: Role, name: str) -> Principal | None:
    """Find whoever has a name that reads the same.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    role : Role
        Among whom.
    name : str
        As `folded` compares it.

    Returns
    -------
    Principal or None
        None if nobody of that role has it.
    """
    everybody = unit.people.all(role)
    return next((p for p in everybody if folded(p.name) == folded(name)), None)
