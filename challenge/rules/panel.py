"""The panel: when ballots may change, and who leads it."""

from __future__ import annotations

from datetime import datetime

from challenge.brief import Brief
from challenge.errors import NotFoundError, PermissionDeniedError, RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.phases import current_phase
from challenge.store import Unit
from leaderboard import Phase

OPENED = "open panel"
"""What the audit table calls it that ballots may change again."""
SHUT = "close panel"
"""What it calls it that they may not any more."""


def pitching(unit: Unit) -> list[str]:
    """List the teams that the jury hears.

    Parameters
    ----------
    unit : Unit
        An open transaction.

    Returns
    -------
    list of str
        By name.
    """
    return sorted(unit.pitches.teams())


def team_named(unit: Unit, name: str) -> Principal:
    """Find a team.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    name : str
        Of the team.

    Returns
    -------
    Principal
        The team.

    Raises
    ------
    NotFoundError
        If there is no such team.
    """
    team = unit.people.named(Role.TEAM, name)
    if team is None:
        raise NotFoundError("team", name)
    return team


def pitching_team(unit: Unit, name: str) -> Principal:
    """Find a team that the jury hears.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    name : str
        Whose pitch.

    Returns
    -------
    Principal
        The team.

    Raises
    ------
    NotFoundError
        If no such team pitched.
    """
    if name not in pitching(unit):
        raise NotFoundError("pitch of team", name)
    return team_named(unit, name)


def may_judge(unit: Unit, brief: Brief) -> bool:
    """Tell whether ballots may change now.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says where the challenge begins.

    Returns
    -------
    bool
        True in phase jury, while the panel is open.
    """
    return current_phase(unit, brief) is Phase.JURY and unit.panels.is_open()


def panel_state(unit: Unit, brief: Brief) -> str:
    """Tell where the panel is, for whoever opens and closes it.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says where the challenge begins.

    Returns
    -------
    str
        ``"open"`` or ``"closed"`` in phase jury; else empty, as neither can be changed.
    """
    if current_phase(unit, brief) is not Phase.JURY:
        return ""
    return "open" if unit.panels.is_open() else "closed"


def check_judging(unit: Unit, brief: Brief) -> None:
    """Refuse a ballot while none may change.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says where the challenge begins.

    Raises
    ------
    RequestRefusedError
        If the jury does not judge now.
    """
    if not may_judge(unit, brief):
        raise RequestRefusedError(
            "ballot",
            "the jury does not judge now.",
            hint="Ballots change in phase jury, until the chair closes the panel.",
        )


def check_deliberating(unit: Unit, brief: Brief) -> None:
    """Refuse to settle anything while ballots may change, and after the end.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says where the challenge begins.

    Raises
    ------
    RequestRefusedError
        If it is not phase jury, or the panel is open.
    """
    if current_phase(unit, brief) is not Phase.JURY or unit.panels.is_open():
        raise RequestRefusedError(
            "panel",
            "the jury settles ties and verdict after the panel closes, in phase jury.",
            hint="The chair closes the panel first.",
        )


def is_blind(unit: Unit, brief: Brief, person: Principal | None) -> bool:
    """Tell whether somebody judges without the board, as the brief may ask.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says whether jurors do, and where the challenge begins.
    person : Principal or None
        Who; None for a visitor.

    Returns
    -------
    bool
        True for a juror until the panel closes, also of a team that they judged: its
        line tells where others stand, and a ballot may still be reopened.
    """
    if person is None or person.role is not Role.JUROR:
        return False
    if not brief.jury.blind_to_board or current_phase(unit, brief) is Phase.CLOSED:
        return False
    return unit.panels.is_open()


def leads(person: Principal | None) -> bool:
    """Tell whether somebody leads the panel.

    Parameters
    ----------
    person : Principal or None
        Who.

    Returns
    -------
    bool
        True for the chair and for the organiser.
    """
    if person is None:
        return False
    return person.role is Role.ORGANISER or (
        person.role is Role.JUROR and person.chairs
    )


def check_leads(person: Principal) -> None:
    """Refuse what only chair and organiser may.

    Parameters
    ----------
    person : Principal
        Who asks.

    Raises
    ------
    PermissionDeniedError
        If they do not lead the panel.
    """
    if not leads(person):
        raise PermissionDeniedError(role=person.role, needed="chair or organiser")


def change_panel(
    unit: Unit, person: Principal, *, is_open: bool, brief: Brief, now: datetime
) -> None:
    """Close the panel, so that no ballot changes any more, or open it again.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Chair or organiser.
    is_open : bool
        Whether ballots may change from now on; as it is already: nothing happens.
    brief : Brief
        Says where the challenge begins.
    now : datetime
        Aware UTC.

    Raises
    ------
    PermissionDeniedError
        If they do not lead the panel.
    RequestRefusedError
        If the challenge is not in phase jury.
    """
    check_leads(person)
    if current_phase(unit, brief) is not Phase.JURY:
        raise RequestRefusedError(
            "panel",
            "the challenge is not in phase jury.",
            hint="The organiser goes to that phase first.",
        )
    if unit.panels.is_open() is is_open:
        return
    unit.panels.change(is_open=is_open, by=person.name, now=now)
    act = OPENED if is_open else SHUT
    states = ("closed", "open") if is_open else ("open", "closed")
    before, after = states
    unit.audit.add(person.name, act, brief.slug, now=now, before=before, after=after)
