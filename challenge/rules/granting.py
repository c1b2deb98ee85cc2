"""Giving a team more submissions than the brief does, with a reason that it reads."""

from __future__ import annotations

from datetime import datetime, timedelta

from challenge.errors import RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.text import check_line
from challenge.store import Unit
from challenge.store.grants import Grant

MOST = 20
REASON_LENGTH = 300
# One form, sent twice; whoever gives the same later means it.
AGAIN = timedelta(seconds=10)


def grant(
    unit: Unit, team: Principal, extra: int, reason: str, *, by: str, now: datetime
) -> None:
    """Give a team submissions for today; the same within seconds changes nothing.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    team : Principal
        Whose.
    extra : int
        How many, uploads and scored runs alike.
    reason : str
        Why, in a sentence that the team reads.
    by : str
        Who decides.
    now : datetime
        Aware UTC.

    Raises
    ------
    RequestRefusedError
        If it is no team, the number is out of bounds, or there is no reason.
    """
    if team.role is not Role.TEAM:
        raise RequestRefusedError(
            "extra", f"{team.name} is no team.", hint="Choose a team."
        )
    if not 1 <= extra <= MOST:
        hint = f"Give 1 to {MOST}; more is a change of the brief."
        raise RequestRefusedError("extra", f"it is {extra}.", hint=hint)
    reason = check_line("reason", reason, longest=REASON_LENGTH)
    just_now = unit.grants.of_team(team.id, since=now - AGAIN)
    if (extra, reason, by) in [(one.extra, one.reason, one.by) for one in just_now]:
        return
    before = sum(one.extra for one in unit.grants.of_team(team.id))
    unit.grants.add(team.id, Grant(extra, reason, by, now))
    unit.audit.add(
        *(by, "grant submissions", team.name),
        now=now,
        extra=extra,
        reason=reason,
        # Of all days together; each counts on its own day.
        before=before,
        after=before + extra,
    )
