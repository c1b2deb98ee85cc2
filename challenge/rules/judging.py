"""Ballots: drafts, what is handed in, and what a juror does not judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Ballot, Interest, Opinion, Principal
from challenge.rules.panel import check_judging, pitching_team
from challenge.rules.rubric import Asking, check_complete, check_opinion
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
        If the jury does not judge now, the juror declared an interest in the team, or
        nothing about it yet, or is recused, the ballot is submitted, or something on
        it is outside the rubric.
    """
    team, opinion = _check(unit, ask, opinion)
    stored = unit.ballots.get(ask.juror, team)
    _check_judges(stored)
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
        As `save_draft`, and if a criterion is left open. Who types in from paper needs
        no declaration of the juror's.
    """
    team, opinion = _check(unit, ask, opinion, by=by)
    check_complete(opinion, ask.brief)
    stored = unit.ballots.get(ask.juror, team)
    if not by:  # who types in from paper reads that it takes the place of a recusal
        _check_judges(stored)
    if stored and version is not None:
        clash = _clash(stored, opinion, version)
        if isinstance(clash, Clash) or (clash and clash.submitted_at):
            return clash
    _log(unit, ask, "submit ballot", (stored, "submitted"), by=by, now=now)
    return unit.ballots.put(ask.juror, team, opinion, now=now, submitted_at=now)


def recuse(
    unit: Unit, ask: Asking, reason: str, *, now: datetime, by: str = ""
) -> Ballot:
    """Say that a juror does not judge a pitch.

    That is a missing cell in the table of ballots, never a low score. What stood on the
    ballot lapses: no reader of ballots has to leave it out.

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
        If the jury does not judge now, the juror declared an interest in the team, or
        nothing about it yet and nobody types in from paper, or the reason is too long
        or cannot be shown.
    """
    team, opinion = _check(unit, ask, Opinion(note=reason), by=by)
    stored = unit.ballots.get(ask.juror, team)
    if stored and stored.recused and stored.opinion == opinion:
        return stored
    _log(unit, ask, "recuse from pitch", (stored, "recused"), by=by, now=now)
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
        If the jury does not judge now, or the juror declared an interest in the team,
        or nothing about it yet.
    """
    team, _ = _check(unit, ask, Opinion())
    stored = unit.ballots.get(ask.juror, team)
    if stored is None:
        raise NotFoundError("ballot on team", team.name)
    if stored.submitted_at is None:
        return stored
    _log(unit, ask, "reopen ballot", (stored, "draft"), by="", now=now)
    kept = Opinion() if stored.recused else stored.opinion
    return unit.ballots.put(ask.juror, team, kept, now=now)


def _log(
    unit: Unit,
    ask: Asking,
    act: str,
    change: tuple[Ballot | None, str],
    *,
    by: str,
    now: datetime,
) -> None:
    """Say what became of a ballot, and never what stands on it."""
    stored, after = change
    typed = {"typed_in_for": ask.juror.name} if by else {}
    unit.audit.add(
        *(by or ask.juror.name, act, ask.team_name),
        now=now,
        before=state_of(stored),
        after=after,
        **typed,
    )


def state_of(ballot: Ballot | None) -> str:
    """Say where a ballot is, in a word for the audit log.

    Parameters
    ----------
    ballot : Ballot or None
        As it is kept; None: there is none.

    Returns
    -------
    str
        ``"none"``, ``"draft"``, ``"submitted"`` or ``"recused"``.
    """
    if ballot is None:
        return "none"
    if ballot.recused:
        return "recused"
    return "submitted" if ballot.submitted_at else "draft"


def _check(
    unit: Unit, ask: Asking, opinion: Opinion, *, by: str = ""
) -> tuple[Principal, Opinion]:
    """Let a juror judge this team now, and only by the rubric."""
    team = pitching_team(unit, ask.team_name)
    opinion = check_opinion(opinion, ask.brief)
    check_judging(unit, ask.brief)
    unit.ballots.hold(ask.juror)
    _check_declared(unit, ask.juror, team, by=by)
    return team, opinion


def _check_declared(unit: Unit, juror: Principal, team: Principal, *, by: str) -> None:
    """Refuse a juror with an interest in the team, or who said nothing about one."""
    said = unit.conflicts.of_juror(juror).get(team.name)
    if said is None and not by:  # who judges on paper may never open a page
        raise RequestRefusedError(
            "ballot",
            f"{juror.name} did not say yet whether they have an interest in"
            f" {team.name}.",
            hint="Declare it first, at /jury/conflicts.",
        )
    if said and said.kind is not Interest.NONE:
        raise RequestRefusedError(
            "ballot",
            f"{juror.name} has an interest in {team.name}.",
            hint="Change the declaration first, if it is wrong.",
        )


def _check_judges(stored: Ballot | None) -> None:
    """Refuse points of a juror who said not to judge this pitch."""
    if stored and stored.recused:
        raise RequestRefusedError(
            "ballot",
            "you said that you do not judge this pitch.",
            hint="Reopen the ballot on the page of the pitch first.",
        )


def _clash(stored: Ballot, mine: Opinion, version: int) -> Ballot | Clash | None:
    """Find that nothing changes, that another change came between, or neither.

    Who sends the same once more, since the answer got lost, changed nothing.
    """
    if stored.opinion == mine and not stored.recused:
        return stored
    return None if stored.version == version else Clash(mine, stored)
