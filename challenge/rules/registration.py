"""Who takes part: names, source sets, who is barred and who leads the panel."""

from __future__ import annotations

from datetime import datetime

from challenge.errors import RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.naming import free_name, named
from challenge.rules.text import check_line
from challenge.rules.tokens import make_token
from challenge.store import Unit

REASON_LENGTH = 300


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
        Unique, as `folded` compares it; 1 to 80 characters that can be
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
    name = free_name(unit, name)
    person = unit.people.add(
        role, name, now=now, sources=sources, partner=partner, chairs=chairs
    )
    facts = {"sources": sources, "partner": partner, "chairs": chairs}
    detail = {key: value for key, value in facts.items() if value}
    unit.audit.add(by, f"add {role}", name, now=now, **detail)
    return person


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
    team = named(unit, Role.TEAM, name)
    if team is None or team.sources or not sources:
        return None
    unit.audit.add(by, "choose sources", team.name, now=now, before="", after=sources)
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
    unit.audit.add(
        *(by, f"bar {person.role}", person.name),
        now=now,
        before=person.barred,
        after=reason,
    )
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
        If there is no reason, or they led the panel and another one does by now, or
        has a card to.
    """
    reason = check_line("reason", reason, longest=REASON_LENGTH)
    if person.chairs and person.barred is not None:
        check_no_chair(unit, now)
    unit.audit.add(
        *(by, f"readmit {person.role}", person.name),
        now=now,
        before=person.barred,
        after=None,
        reason=reason,
    )
    return unit.people.bar(person, None)


def check_no_chair(unit: Unit, now: datetime) -> None:
    """Refuse a second chair: a panel has one, who came or who has a card.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    now : datetime
        Aware UTC.

    Raises
    ------
    RequestRefusedError
        If there is one, or a card for one is out.
    """
    came = [j for j in unit.people.all(Role.JUROR) if j.chairs and j.barred is None]
    if came or any(one.chairs for one in unit.invitations.open(now=now)):
        raise RequestRefusedError(
            "chairs",
            "the jury has a chair already, or a card for one.",
            hint="Unseat the chair or withdraw that card first; invite one chair.",
        )


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
        If it is no juror, or there is another chair already.
    """
    if juror.role is not Role.JUROR:
        raise RequestRefusedError(
            "chairs", f"{juror.name} is no juror.", hint="Choose a juror."
        )
    if chairs and not juror.chairs:
        check_no_chair(unit, now)
    unit.sessions.close_all(juror)
    unit.audit.add(
        *(by, "seat chair" if chairs else "unseat chair", juror.name),
        now=now,
        before=juror.chairs,
        after=chairs,
    )
    return unit.people.seat(juror, chairs=chairs)
