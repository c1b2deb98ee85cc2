"""Invitations: a link that lets one person in, once, for a while."""

from __future__ import annotations

import secrets
from datetime import datetime

from challenge.brief import Brief
from challenge.errors import InvitationRefusedError, RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.credentials import hash_token
from challenge.rules.registration import enrol
from challenge.rules.sources import check_choice, source_of
from challenge.rules.tokens import check_welcome
from challenge.store import Unit
from challenge.store.invitations import Invitation

# Crockford's base 32 has no letter that reads as a digit; 16 of them are 80 bits.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011", "- ")
CODE_LETTERS = 16
GROUP = 4


def new_code() -> str:
    """Draw a code that can be read from a card and typed.

    Returns
    -------
    str
        Four groups of four capitals and digits, 80 random bits.
    """
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(CODE_LETTERS))
    return "-".join(drawn[i : i + GROUP] for i in range(0, CODE_LETTERS, GROUP))


def hash_code(code: str) -> str:
    """Hash a code for storage, as whoever types it may have read it.

    Parameters
    ----------
    code : str
        With or without its dashes, in any case, with O for 0 and I or L for 1.

    Returns
    -------
    str
        Hex sha256.
    """
    return hash_token(code.strip().upper().translate(_READ_AS))


def find_invitation(unit: Unit, code: str, *, now: datetime) -> Invitation:
    """Find the invitation of a code.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    code : str
        As it was typed or scanned.
    now : datetime
        Aware UTC.

    Returns
    -------
    Invitation
        Open.

    Raises
    ------
    InvitationRefusedError
        If there is none, or it is used, withdrawn or expired.
    """
    found = unit.invitations.with_code(hash_code(code))
    if found is None:
        raise InvitationRefusedError("unknown")
    if found.used_at is not None:
        raise InvitationRefusedError("used")
    if found.revoked_at is not None:
        raise InvitationRefusedError("revoked")
    if found.expires_at <= now:
        raise InvitationRefusedError("expired")
    return found


def accept(
    unit: Unit, code: str, *, name: str, brief: Brief, now: datetime
) -> Principal:
    """Come in with an invitation, which uses it up.

    Parameters
    ----------
    unit : Unit
        An open writing transaction; a refusal has to roll it back, so that the
        invitation stays open.
    code : str
        As it was typed or scanned.
    name : str
        What they want to be called; only where the invitation gives no name.
    brief : Brief
        Has the source sets.
    now : datetime
        Aware UTC.

    Returns
    -------
    Principal
        Who came.

    Raises
    ------
    InvitationRefusedError
        If there is none, or it is used, withdrawn or expired.
    RequestRefusedError
        If the name is taken or cannot be shown, or has no source set.
    BarredError
        If they may not come in any more.
    """
    found = find_invitation(unit, code, now=now)
    if not unit.invitations.use(found.id, now=now):
        raise InvitationRefusedError("used")
    if found.person_id is not None:
        person = unit.people.get(found.person_id)
        if person is None:
            raise InvitationRefusedError("unknown")
        check_welcome(person)
    else:
        person = enrol(
            unit,
            found.role,
            found.name or name,
            by=found.created_by,
            now=now,
            sources=found.sources,
            partner=found.partner,
            chairs=found.chairs,
        )
        if person.role is Role.TEAM:
            _check_set(person, brief, is_named=bool(found.name))
        unit.invitations.came(found.id, person)
    unit.audit.add(person.name, "accept invitation", str(found.id), now=now)
    return person


def _check_set(team: Principal, brief: Brief, *, is_named: bool) -> None:
    """Refuse a team without a source set; of who chose the name, the name."""
    try:
        source_of(team, brief)
        check_choice(team, brief)
    except RequestRefusedError as error:
        if is_named:
            raise
        raise RequestRefusedError(
            "name",
            "the brief keeps this name for a team with other sources.",
            hint="Choose another name.",
        ) from error
