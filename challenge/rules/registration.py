"""Who takes part: names, source sets, who is barred and who leads the panel."""

from __future__ import annotations

from datetime import datetime

from challenge.brief.names import folded
from challenge.errors import RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.text import check_line, check_name
from challenge.rules.tokens import make_token
from challenge.store import Unit

NAME_LENGTH = 80
REASON_LENGTH = 300
# A ballot's address ends in the team's name.
FORBIDDEN_IN_NAMES = frozenset("/\\?#")
# Pages of the jury stand where ballots stand.
FORBIDDEN_NAMES = frozenset(
    {"blank", "clock", "conflicts", "deliberation", "panel", "verdict"}
)


def register(
    unit: Unit, role: Role, name: str, *, by: str, now: datetime, sources: str = ""
) -> tuple[Principal, str]:
    """Add a team, juror or organiser.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    role : Role
        What they may do.
    name : str
        Unique within the role, as `folded` compares it; 1 to 80 characters that can be
        seen, letters of one script, no slash.
    by : str
        Who adds them, for the audit log.
    now : datetime
        Aware UTC.
    sources : str
        Source set of a team, one that the brief has; empty: the brief says which.

    Returns
    -------
    tuple of Principal and str
        Who was added, and their token: shown once, kept only as a hash.

    Raises
    ------
    RequestRefusedError
        If the name is empty, too long, taken, or may read as another one.
    """
    person = enrol(unit, role, name, by=by, now=now, sources=sources)
    return person, make_token(unit, person, label="", by=by, now=now)


def enrol(
    unit: Unit,
    role: Role,
    name: str,
    *,
    by: str,
    now: datetime,
    sources: str = "",
    partner: str = "",
    chairs: bool = False,
) -> Principal:
    """Add somebody without a token: they come in another way.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    role : Role
        What they may do.
    name : str
        As `register` takes it.
    by : str
        Who adds them, for the audit log.
    now : datetime
        Aware UTC.
    sources : str
        Source set of a team; empty: the brief says which.
    partner : str
        Of a partner: name of its table.
    chairs : bool
        Whether a juror leads the panel.

    Returns
    -------
    Principal
        Who was added.

    Raises
    ------
    RequestRefusedError
        If the name is empty, too long, taken, or may read as another one.
    """
    name = free_name(unit, role, name)
    person = unit.people.add(
        role, name, now=now, sources=sources, partner=partner, chairs=chairs
    )
    facts = {"sources": sources, "partner": partner, "chairs": chairs}
    detail = {key: value for key, value in facts.items() if value}
    unit.audit.add(by, f"add {role}", name, now=now, **detail)
    return person


def free_name(unit: Unit, role: Role, name: str) -> str:
    """Accept a name that nobody of a role has.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    role : Role
        Within which it has to be unique.
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
            "it has a slash, a question mark or a hash.",
            hint="Names stand in addresses: use letters, digits and spaces.",
        )
    if folded(name) in FORBIDDEN_NAMES:
        raise RequestRefusedError(
            "name", f"a page is called {name}.", hint="Choose another name."
        )
    if other := _named(unit, role, name):
        raise RequestRefusedError(
            "name",
            f"there is a {role} called {other.name} already.",
            hint="Choose another name.",
        )
    return name


def choose_sources(
    unit: Unit, name: str, sources: str, *, by: str, now: datetime
) -> Principal | None:
    """Choose for a team that was added when the brief had no source sets.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    name : str
        Of the team, as `folded` compares it.
    sources : str
        A source set that the brief has.
    by : str
        Who chooses, for the audit log.
    now : datetime
        Aware UTC.

    Returns
    -------
    Principal or None
        The team, whose token stays as it was; None if no team of that name waits for
        a choice.
    """
    team = _named(unit, Role.TEAM, name)
    if team is None or team.sources or not sources:
        return None
    unit.audit.add(by, "choose sources", team.name, now=now, sources=sources)
    return unit.people.choose_sources(team, sources)


def bar(
    unit: Unit, person: Principal, reason: str, *, by: str, now: datetime
) -> Principal:
    """Stop somebody's access; a team may still look.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Who.
    reason : str
        Why, in a sentence that they will read.
    by : str
        Who decides, for the audit log.
    now : datetime
        Aware UTC.

    Returns
    -------
    Principal
        As they will be known.

    Raises
    ------
    RequestRefusedError
        If there is no reason, or they would bar themselves.
    """
    reason = check_line("reason", reason, longest=REASON_LENGTH)
    if person.role is Role.ORGANISER and person.name == by:
        raise RequestRefusedError(
            "reason", "this is you.", hint="Another organiser can do it."
        )
    unit.sessions.close_all(person)
    unit.audit.add(by, f"bar {person.role}", person.name, now=now, reason=reason)
    return unit.people.bar(person, reason)


def readmit(
    unit: Unit, person: Principal, reason: str, *, by: str, now: datetime
) -> Principal:
    """Let somebody in again who was barred.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Who.
    reason : str
        Why.
    by : str
        Who decides, for the audit log.
    now : datetime
        Aware UTC.

    Returns
    -------
    Principal
        As they will be known.

    Raises
    ------
    RequestRefusedError
        If there is no reason.
    """
    reason = check_line("reason", reason, longest=REASON_LENGTH)
    unit.audit.add(by, f"readmit {person.role}", person.name, now=now, reason=reason)
    return unit.people.bar(person, None)


def seat(
    unit: Unit, juror: Principal, *, chairs: bool, by: str, now: datetime
) -> Principal:
    """Let a juror lead the panel, or no longer; their sessions end.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    juror : Principal
        Who.
    chairs : bool
        Whether they do.
    by : str
        Who decides, for the audit log.
    now : datetime
        Aware UTC.

    Returns
    -------
    Principal
        As they will be known.

    Raises
    ------
    RequestRefusedError
        If it is no juror.
    """
    if juror.role is not Role.JUROR:
        raise RequestRefusedError(
            "chairs", f"{juror.name} is no juror.", hint="Choose a juror."
        )
    unit.sessions.close_all(juror)
    unit.audit.add(by, "seat chair" if chairs else "unseat chair", juror.name, now=now)
    return unit.people.seat(juror, chairs=chairs)


def _named(unit: Unit, role: Role, name: str) -> Principal | None:
    """Find whoever has a name that reads the same."""
    everybody = unit.people.all(role)
    return next((p for p in everybody if folded(p.name) == folded(name)), None)
