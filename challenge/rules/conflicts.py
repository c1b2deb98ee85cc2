"""Jurors' interests in teams: declared before the first ballot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Interest, Opinion, Principal, Role
from challenge.rules.judging import state_of
from challenge.rules.panel import pitching
from challenge.rules.text import check_text
from challenge.store import Unit
from leaderboard import Phase

REASON_LENGTH = 1_000


def undeclared(unit: Unit, juror: Principal) -> list[str]:
    """Name the pitching teams about which a juror said nothing yet.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    juror : Principal
        Who.

    Returns
    -------
    list of str
        By name; empty: they may judge.
    """
    known = unit.conflicts.of_juror(juror)
    return [team for team in pitching(unit) if team not in known]


def declare(
    unit: Unit,
    juror: Principal,
    kinds: Mapping[str, Interest],
    *,
    reasons: Mapping[str, str],
    now: datetime,
) -> None:
    """Keep what a juror has to do with teams; any interest is a recusal.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    juror : Principal
        Who declares.
    kinds : mapping of str to Interest
        By team.
    reasons : mapping of str to str
        By team; for chair and organiser alone, and only where there is an interest.
    now : datetime
        Aware UTC.

    Raises
    ------
    NotFoundError
        If there is no such team.
    RequestRefusedError
        If a reason is too long or cannot be shown, the panel is closed in phase jury,
        or the challenge has ended.
    """
    if unit.phases.last() == Phase.CLOSED:
        raise RequestRefusedError(
            "kind", "the challenge has ended.", hint="Its ballots stay as they are."
        )
    # After a step back the jury waits for every word again.
    if unit.phases.last() == Phase.JURY and not unit.panels.is_open():
        raise RequestRefusedError(
            "kind", "the panel is closed.", hint="The chair can open it again."
        )
    before = unit.conflicts.of_juror(juror)
    for name, kind in kinds.items():
        team = unit.people.named(Role.TEAM, name)
        if team is None:
            raise NotFoundError("team", name)
        reason = "" if kind is Interest.NONE else reasons.get(name, "")
        reason = check_text(f"reason.{name}", reason, shortest=0, longest=REASON_LENGTH)
        known = before.get(name)
        if known and (known.kind, known.reason) == (kind, reason):
            continue
        unit.conflicts.declare(juror, team, kind, reason=reason, now=now)
        unit.audit.add(
            *(juror.name, "declare interest", name),
            now=now,
            before=known.kind if known else None,
            after=kind,
        )
        _recuse(unit, juror, team, kind, now)


def _recuse(
    unit: Unit, juror: Principal, team: Principal, kind: Interest, now: datetime
) -> None:
    """Let an interest take the place of a ballot, and its end that of the recusal."""
    unit.ballots.hold(juror)
    stored = unit.ballots.get(juror, team)
    if kind is not Interest.NONE:
        unit.audit.add(
            *(juror.name, "recuse from pitch", team.name),
            now=now,
            before=state_of(stored),
            after="recused",
        )
        unit.ballots.put(
            juror, team, Opinion(), now=now, submitted_at=now, recused=True
        )
    elif stored and stored.recused:
        unit.audit.add(
            *(juror.name, "reopen ballot", team.name),
            now=now,
            before="recused",
            after="draft",
        )
        unit.ballots.put(juror, team, Opinion(), now=now)
