"""Inviting: the links that an organiser makes, withdraws and makes anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from challenge.brief import Brief
from challenge.brief.names import folded
from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.invitations import hash_code, new_code
from challenge.rules.naming import free_name
from challenge.rules.registration import check_no_chair
from challenge.rules.sources import check_choice, set_for
from challenge.rules.tokens import check_welcome
from challenge.store import Unit
from challenge.store.invitations import Invitation

INVITATION_LENGTH = timedelta(days=7)
LONGEST = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is invited.

    Attributes
    ----------
    role : Role
        What they may do.
    name : str
        Under which name; empty: they choose one.
    sources : str
        Source set of a team; empty: the brief says which.
    partner : str
        Of a partner: name of its table.
    chairs : bool
        Whether a juror leads the panel.
    """

    role: Role
    name: str = ""
    sources: str = ""
    partner: str = ""
    chairs: bool = False


def invite(
    unit: Unit,
    guest: Guest,
    *,
    brief: Brief,
    by: str,
    now: datetime,
    length: timedelta = INVITATION_LENGTH,
) -> tuple[Invitation, str]:
    """Make a link for somebody new.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    guest : Guest
        Who is invited.
    brief : Brief
        Has the source sets and the partners.
    by : str
        Who invites, for the audit log.
    now : datetime
        Aware UTC.
    length : timedelta
        How long it works.

    Returns
    -------
    tuple of Invitation and str
        What is kept, and the code: shown once, kept only as a hash.

    Raises
    ------
    RequestRefusedError
        If the name is taken or invited already, there is no such source set or
        partner, or a chair is there or invited already.
    """
    kept = check_guest(unit, guest, brief=brief, now=now)
    return _keep(unit, kept, by=by, now=now, length=length)


def check_guest(unit: Unit, guest: Guest, *, brief: Brief, now: datetime) -> Guest:
    """Say whether somebody can be invited, before they are.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    guest : Guest
        Who would be invited.
    brief : Brief
        Has the source sets and the partners.
    now : datetime
        Aware UTC.

    Returns
    -------
    Guest
        With the name as it will be kept.

    Raises
    ------
    RequestRefusedError
        As `invite` does.
    """
    name = free_name(unit, guest.name) if guest.name.strip() else ""
    for other in unit.invitations.open(now=now) if name else ():
        if folded(other.name) == folded(name):
            raise RequestRefusedError(
                "invited",
                f"there is an open invitation for {other.name}.",
                hint="Withdraw that one first, or make it anew.",
                about=other.name,
            )
    kept = replace(guest, name=name)
    _check_place(kept, brief)
    if kept.chairs:
        check_no_chair(unit, now)
    return kept


def invite_back(
    unit: Unit,
    person: Principal,
    *,
    by: str,
    now: datetime,
    length: timedelta = INVITATION_LENGTH,
) -> tuple[Invitation, str]:
    """Make a link that lets somebody in who takes part already.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Who lost the way in.
    by : str
        Who invites, for the audit log.
    now : datetime
        Aware UTC.
    length : timedelta
        How long it works.

    Returns
    -------
    tuple of Invitation and str
        What is kept, and the code.

    Raises
    ------
    BarredError
        If they may not come in any more.
    """
    check_welcome(person)
    guest = Guest(person.role, person.name)
    return _keep(unit, guest, by=by, now=now, length=length, back=person)


def revoke_invitation(
    unit: Unit, invitation_id: int, *, by: str, now: datetime
) -> Invitation:
    """Withdraw an invitation.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    invitation_id : int
        Which one.
    by : str
        Who withdraws it, for the audit log.
    now : datetime
        Aware UTC.

    Returns
    -------
    Invitation
        As it was.

    Raises
    ------
    NotFoundError
        If there is no such invitation that is open.
    """
    found = unit.invitations.get(invitation_id)
    if found is None or not unit.invitations.revoke(invitation_id, now=now):
        raise NotFoundError("open invitation", str(invitation_id))
    unit.audit.add(
        *(by, "revoke invitation", str(invitation_id)),
        now=now,
        before="open",
        after="revoked",
    )
    return found


def renew_invitation(
    unit: Unit, invitation_id: int, *, by: str, now: datetime
) -> tuple[Invitation, str]:
    """Withdraw an invitation and make it anew: a lost card cannot be printed again.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    invitation_id : int
        Which one.
    by : str
        Who does it, for the audit log.
    now : datetime
        Aware UTC.

    Returns
    -------
    tuple of Invitation and str
        The new one, and its code.

    Raises
    ------
    NotFoundError
        If there is no such invitation that is open.
    RequestRefusedError
        If it is for a chair and there is one by now, or another card for one.
    """
    old = revoke_invitation(unit, invitation_id, by=by, now=now)
    if old.chairs:  # this card does not count any more, also where it had run out
        check_no_chair(unit, now)
    back = unit.people.get(old.person_id) if old.person_id is not None else None
    guest = Guest(old.role, old.name, old.sources, old.partner, old.chairs)
    return _keep(unit, guest, by=by, now=now, length=INVITATION_LENGTH, back=back)


def _check_place(guest: Guest, brief: Brief) -> None:
    """Refuse a source set or partner that the brief does not have, or a missing one."""
    if guest.role is Role.TEAM:
        # Without a name the brief cannot look the set up, so somebody has to choose.
        set_for(guest.name, brief, chosen=guest.sources)
        check_choice(Principal(0, guest.name, guest.role, guest.sources), brief)
    names = [partner.name for partner in brief.partners]
    if guest.role is Role.PARTNER and guest.partner not in names:
        raise RequestRefusedError(
            "partner",
            f"there is no partner table {guest.partner or 'without a name'}.",
            hint=f"One of: {', '.join(names)}.",
        )
    if guest.chairs and guest.role is not Role.JUROR:
        raise RequestRefusedError(
            "chairs", "only a juror leads the panel.", hint="Leave it out."
        )


def _keep(
    unit: Unit,
    guest: Guest,
    *,
    by: str,
    now: datetime,
    length: timedelta,
    back: Principal | None = None,
) -> tuple[Invitation, str]:
    if not timedelta() < length <= LONGEST:
        raise RequestRefusedError(
            "days", "it is out of bounds.", hint=f"1 to {LONGEST.days} days."
        )
    code = new_code()
    made = unit.invitations.add(
        code_hash=hash_code(code),
        role=guest.role,
        name=guest.name,
        sources=guest.sources,
        partner=guest.partner,
        chairs=guest.chairs,
        person_id=back.id if back else None,
        created_by=by,
        created_at=now,
        expires_at=now + length,
    )
    subject = guest.name or guest.role.value
    unit.audit.add(by, f"invite {guest.role}", subject, now=now, invitation=made.id)
    return made, code
