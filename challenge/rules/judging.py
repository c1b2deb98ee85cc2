"""Ballots: drafts, what is handed in, and what a juror does not judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Ballot, Interest, Opinion, Principal, Role
from challenge.rules.panel import check_judging
from challenge.rules.rubric import (
    Asking,
    check_complete,
    check_opinion,
    refuse_criteria,
)
from challenge.store import Unit


@dataclass(frozen=True, slots=True)
class Clash:
    """A ballot was changed elsewhere since this change began.

    Attributes
    ----------
    mine : Opinion
        What somebody wanted to keep; nothing of it is lost.
    stored : Ballot
        What is kept instead.
    """

    mine: Opinion
    stored: Ballot


def save_draft(
    unit: Unit, ask: Asking, opinion: Opinion, *, version: int, now: datetime
) -> Ballot | Clash:
    """Keep what a juror has so far; it counts for nothing before `submit`.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    ask : Asking
        Who judges whom, by which rubric.
    opinion : Opinion
        Points may be missing.
    version : int
        Of the ballot that was changed; 0 for a new one.
    now : datetime
        Aware UTC.

    Returns
    -------
    Ballot or Clash
        As it is kept; a clash if it has another version by now and says something
        else.

    Raises
    ------
    NotFoundError
        If no such team pitched.
    RequestRefusedError
        If the jury does not judge now, the juror has an interest in the team, the
        ballot is submitted, or something on it is outside the rubric.
    """
    team, opinion = _check(unit, ask, opinion)
    stored = unit.ballots.get(ask.juror, team)
    if stored and (clash := _clash(stored, opinion, version)) is not None:
        return clash
    if stored and stored.submitted_at:
        raise RequestRefusedError(
            "ballot", "it is submitted.", hint="Reopen it before you change it."
        )
    return unit.ballots.put(ask.juror, team, opinion, now=now)


def submit(
    unit: Unit,
    ask: Asking,
    opinion: Opinion,
    *,
    version: int | None,
    now: datetime,
    by: str = "",
) -> Ballot | Clash:
    """Hand in a ballot: from now on it counts.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    ask : Asking
        Who judges whom, by which rubric.
    opinion : Opinion
        Every criterion has points, or the juror cannot judge it.
    version : int or None
        As `save_draft` takes it; None: whatever is kept is replaced.
    now : datetime
        Aware UTC.
    by : str
        Who typed it in from paper; empty: the juror.

    Returns
    -------
    Ballot or Clash
        As it is kept.

    Raises
    ------
    NotFoundError
        If no such team pitched.
    RequestRefusedError
        As `save_draft`, and if a criterion is left open.
    """
    team, opinion = _check(unit, ask, opinion)
    check_complete(opinion, ask.brief)
    stored = unit.ballots.get(ask.juror, team)
    if stored and version is not None:
        clash = _clash(stored, opinion, version)
        if isinstance(clash, Clash) or (clash and clash.submitted_at):
            return clash
    typed = {"typed_in_for": ask.juror.name} if by else {}
    unit.audit.add(by or ask.juror.name, "submit ballot", team.name, now=now, **typed)
    return unit.ballots.put(ask.juror, team, opinion, now=now, submitted_at=now)


def recuse(
    unit: Unit, ask: Asking, reason: str, *, now: datetime, by: str = ""
) -> Ballot:
    """Say that a juror does not judge a pitch.

    That is a missing cell in the table of ballots, never a low score.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    ask : Asking
        Who judges whom, by which rubric.
    reason : str
        For the organiser alone; may be empty.
    now : datetime
        Aware UTC.
    by : str
        Who typed it in from paper; empty: the juror.

    Returns
    -------
    Ballot
        Without points.

    Raises
    ------
    NotFoundError
        If no such team pitched.
    RequestRefusedError
        If the jury does not judge now, or the reason is too long or cannot be shown.
    """
    team, opinion = _check(unit, ask, Opinion(note=reason))
    stored = unit.ballots.get(ask.juror, team)
    if stored and stored.recused and stored.opinion == opinion:
        return stored
    unit.audit.add(by or ask.juror.name, "recuse from pitch", team.name, now=now)
    return unit.ballots.put(
        ask.juror, team, opinion, now=now, submitted_at=now, recused=True
    )


def reopen(unit: Unit, ask: Asking, *, now: datetime) -> Ballot:
    """Make a draft of a submitted ballot again.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    ask : Asking
        Who judges whom, by which rubric.
    now : datetime
        Aware UTC.

    Returns
    -------
    Ballot
        With what stood on it; of a recusal, empty.

    Raises
    ------
    NotFoundError
        If no such team pitched, or there is no ballot.
    RequestRefusedError
        If the jury does not judge now.
    """
    team, _ = _check(unit, ask, Opinion())
    stored = unit.ballots.get(ask.juror, team)
    if stored is None:
        raise NotFoundError("ballot on team", team.name)
    if stored.submitted_at is None:
        return stored
    unit.audit.add(ask.juror.name, "reopen ballot", team.name, now=now)
    kept = Opinion() if stored.recused else stored.opinion
    return unit.ballots.put(ask.juror, team, kept, now=now)


def cast(
    unit: Unit,
    ask: Asking,
    *,
    points: Mapping[str, int],
    note: str,
    now: datetime,
    recused: bool = False,
) -> Ballot:
    """Hand in a ballot at once, as a program does.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    ask : Asking
        Who judges whom, by which rubric.
    points : mapping of str to int
        One criterion of the rubric or more, each from 1 to 5; the juror cannot judge
        the others. None with a recusal.
    note : str
        For the team, or the reason of a recusal; at most 10,000 characters.
    now : datetime
        Aware UTC.
    recused : bool
        Whether the juror does not judge this team.

    Returns
    -------
    Ballot
        As it is kept; a later one takes the place of an earlier one.

    Raises
    ------
    NotFoundError
        If no such team pitched.
    RequestRefusedError
        If there is no criterion, an unknown one, points outside 1 to 5, points with
        a recusal, a note that cannot be shown, or the jury does not judge now.
    """
    team = _pitching_team(unit, ask.team_name)
    if recused and points:
        raise RequestRefusedError(
            "points", "a recusal has none.", hint="Leave out `points` or `recused`."
        )
    if recused:
        return recuse(unit, ask, note, now=now)
    if not points:
        raise refuse_criteria(points, ask.brief)
    known = [criterion.slug for criterion in ask.brief.rubric]
    stored = unit.ballots.get(ask.juror, team)
    opinion = Opinion(
        points=dict(points),
        abstained=tuple(slug for slug in known if slug not in points),
        note=note,
        private_note=stored.private_note if stored else "",
    )
    kept = submit(unit, ask, opinion, version=None, now=now)
    if isinstance(kept, Clash):  # without a version nothing clashes
        raise TypeError("a ballot without a version clashed")
    return kept


def _check(unit: Unit, ask: Asking, opinion: Opinion) -> tuple[Principal, Opinion]:
    """Let a juror judge this team now, and only by the rubric."""
    team = _pitching_team(unit, ask.team_name)
    opinion = check_opinion(opinion, ask.brief)
    check_judging(unit, ask.brief)
    found = unit.conflicts.of_juror(ask.juror).get(team.name)
    if found and found.kind is not Interest.NONE:
        raise RequestRefusedError(
            "ballot",
            f"{ask.juror.name} has an interest in {team.name}.",
            hint="Change the declaration first, if it is wrong.",
        )
    unit.ballots.hold(ask.juror)
    return team, opinion


def _clash(stored: Ballot, mine: Opinion, version: int) -> Ballot | Clash | None:
    """Find that nothing changes, that another change came between, or neither.

    Who sends the same once more, since the answer got lost, changed nothing.
    """
    if stored.opinion == mine and not stored.recused:
        return stored
    return None if stored.version == version else Clash(mine, stored)


def _pitching_team(unit: Unit, name: str) -> Principal:
    team = unit.people.named(Role.TEAM, name)
    if team is None or name not in {p.team for p in unit.pitches.all()}:
        raise NotFoundError("pitch of team", name)
    return team
