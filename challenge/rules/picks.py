"""What counts for each team at the end: its first pick, its second, or the ladder's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from challenge.brief import Brief
from challenge.errors import (
    NotFoundError,
    RequestRefusedError,
    TooManyPicksError,
)
from challenge.records import Principal, Role, State, Submission
from challenge.rules.phases import check_open, may_pick
from challenge.rules.quota import day_around
from challenge.rules.text import check_text
from challenge.rules.timeline import phase_for_uploads
from challenge.store import Unit

REASON_LENGTH = 500
CHANGES_A_DAY = 50
"""Of the picks of one team: each is an entry of the audit table, which none leaves."""
_PICKED = "pick submission"
Why = Literal["first", "second", "accepted"]


@dataclass(frozen=True, slots=True)
class Counting:
    """The submission that counts for a team.

    Attributes
    ----------
    submission_id : str
        Which one.
    why : {"first", "second", "accepted"}
        Its pick, or the one that its ladder holds where it picked none.
    """

    submission_id: str
    why: Why


def pick(
    unit: Unit,
    brief: Brief,
    team: Principal,
    submission_id: str,
    *,
    choice: int | None,
    release: str,
    now: datetime,
) -> dict[int, str]:
    """Let a submission of a team count at the end, first or second; or not.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    brief : Brief
        Says when it freezes.
    team : Principal
        Who picks.
    submission_id : str
        One of its own that has a score.
    choice : int or None
        1 or 2; None takes the pick back.
    release : str
        ``slug/version``.
    now : datetime
        Aware UTC.

    Returns
    -------
    dict of int to str
        What the team picks now; a submission stands in it once.

    Raises
    ------
    PhaseClosedError
        From freezing on.
    NotFoundError
        If the team has no such submission of this release.
    RequestRefusedError
        If it has no score, or the choice is neither 1 nor 2.
    TooManyPicksError
        If the team used its changes of today.
    """
    check_open(
        may_pick(phase := phase_for_uploads(unit, brief, now)),
        "change what counts at the end",
        phase,
    )
    unit.submissions.hold(team.id)
    found = unit.submissions.get(submission_id)
    if found is None or found.team_id != team.id or found.release != release:
        raise NotFoundError("submission", submission_id)
    _check_choice(found, choice)
    before = unit.picks.all(release).get(team.id, {})
    chosen = {rank: key for rank, key in before.items() if key != submission_id}
    if choice is not None:
        chosen[choice] = submission_id
    if chosen != before:
        _check_changes(unit, brief, team, now)
        unit.picks.keep(team.id, release, chosen, now=now)
        unit.audit.add(
            *(team.name, _PICKED, submission_id),
            now=now,
            before=before,
            after=chosen,
        )
    return chosen


def _check_changes(unit: Unit, brief: Brief, team: Principal, now: datetime) -> None:
    today, _ = day_around(now, brief.event.clock)
    if unit.audit.times(_PICKED, team.name, since=today) >= CHANGES_A_DAY:
        raise TooManyPicksError(team=team.name, limit=CHANGES_A_DAY)


def _check_choice(submission: Submission, choice: int | None) -> None:
    if choice not in (None, 1, 2):
        raise RequestRefusedError(
            "choice", "There are two picks.", hint="Write 1 for the first, or 2."
        )
    if choice is not None and submission.state is not State.SCORED:
        raise RequestRefusedError(
            "choice",
            "This submission has no score.",
            hint="Pick one that was scored.",
        )


def disqualify(
    unit: Unit, submission_id: str, *, reason: str | None, by: str, now: datetime
) -> None:
    """Let a submission not count any more, or count again.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    submission_id : str
        Which one.
    reason : str or None
        Why, 1 to 500 characters, for its team to read; None lets it count again.
    by : str
        Who decides.
    now : datetime
        Aware UTC.

    Raises
    ------
    NotFoundError
        If there is no such submission.
    RequestRefusedError
        If the reason is empty or too long.
    """
    found = unit.submissions.get(submission_id)
    if found is None:
        raise NotFoundError("submission", submission_id)
    if reason is not None:
        reason = check_text("reason", reason, longest=REASON_LENGTH)
    before = unit.picks.disqualified(found.release).get(submission_id)
    unit.picks.disqualify(submission_id, reason)
    act = "reinstate submission" if reason is None else "disqualify submission"
    unit.audit.add(by, act, submission_id, now=now, before=before, after=reason)


def counting(unit: Unit, release: str) -> dict[int, Counting]:
    """Say which submission counts for each team.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    release : str
        ``slug/version``.

    Returns
    -------
    dict of int to Counting
        By team; one that does not compete, or has nothing left, is left out.
    """
    picks, gone = unit.picks.all(release), unit.picks.disqualified(release)
    found = {
        team_id: _counts(picks.get(team_id, {}), ladder.submission_id, gone)
        for team_id, ladder in unit.ladders.all(release).items()
    }
    barred = unit.people.barred(Role.TEAM)
    return {team: one for team, one in found.items() if one and team not in barred}


def stand_in(unit: Unit, release: str, team_id: int) -> Counting | None:
    """Say what would count for a team if the one that counts now fell away.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    release : str
        ``slug/version``.
    team_id : int
        Whose.

    Returns
    -------
    Counting or None
        None if nothing would, or nothing counts now.
    """
    now = counting(unit, release).get(team_id)
    held = unit.ladders.all(release).get(team_id)
    if now is None or held is None:
        return None
    picked = unit.picks.all(release).get(team_id, {})
    gone = unit.picks.disqualified(release) | {now.submission_id: ""}
    return _counts(picked, held.submission_id, gone)


def on_live_board(unit: Unit, release: str, team_id: int) -> str:
    """Say which submission a team's row on the live board is; nothing stands in for it.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    release : str
        ``slug/version``.
    team_id : int
        Whose.

    Returns
    -------
    str
        The one that its ladder holds; empty if it has none, or that is disqualified.
    """
    held = unit.ladders.all(release).get(team_id)
    gone = unit.picks.disqualified(release)
    return held.submission_id if held and held.submission_id not in gone else ""


def _counts(
    picked: Mapping[int, str], accepted: str, gone: Mapping[str, str]
) -> Counting | None:
    """Choose the first that is left; without a first pick the ladder's stands there."""
    ways: list[tuple[str, Why]] = [(accepted, "accepted")]
    if 1 in picked:
        ways = [(picked[1], "first")]
    if 2 in picked:
        ways.append((picked[2], "second"))
    left = (Counting(key, why) for key, why in ways if key not in gone)
    return next(left, None)


def to_score(unit: Unit, release: str) -> list[str]:
    """List what is scored at the end: all that count, or would if one fell away.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    release : str
        ``slug/version``.

    Returns
    -------
    list of str
        Submissions, those that count first. What is disqualified, or of a team that
        does not compete, is left out as long as it is.
    """
    first = [one.submission_id for one in counting(unit, release).values()]
    barred, gone = unit.people.barred(Role.TEAM), unit.picks.disqualified(release)
    picks = unit.picks.all(release).items()
    picked = [key for team, by in picks if team not in barred for key in by.values()]
    ladders = unit.ladders.all(release).items()
    accepted = [held.submission_id for team, held in ladders if team not in barred]
    found = dict.fromkeys([*first, *picked, *accepted])
    return [key for key in found if key not in gone]
