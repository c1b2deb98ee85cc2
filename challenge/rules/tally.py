"""The tally: which ballots count, and which are not there."""

from __future__ import annotations

from dataclasses import dataclass

from challenge.records import Ballot, Principal, Role
from challenge.store import Unit
from leaderboard import Phase


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the panel leaves out if it closes as it is.

    Attributes
    ----------
    missing : int
        How many times a juror has neither judged a pitching team nor said that they do
        not.
    drafts : int
        For how many of these there is a draft, which counts for nothing.
    unjudged : tuple of str
        Pitching teams without points, by name.
    """

    missing: int
    drafts: int
    unjudged: tuple[str, ...]


def counted_ballots(unit: Unit) -> list[Ballot]:
    """List the ballots that count.

    Parameters
    ----------
    unit : Unit
        An open transaction.

    Returns
    -------
    list of Ballot
        By team, then juror: what is handed in on teams that pitch, without that of
        jurors who are barred. Who was barred after the end had a say in what was
        published, and keeps it.
    """
    out = {juror.name for juror in unit.people.all(Role.JUROR) if _is_out(unit, juror)}
    heard = {*unit.pitches.teams()}
    return [
        ballot
        for ballot in unit.ballots.ballots()
        if ballot.juror not in out and ballot.team in heard
    ]


def gaps(unit: Unit) -> Gaps:
    """Say what closing the panel now would leave out.

    Parameters
    ----------
    unit : Unit
        An open transaction.

    Returns
    -------
    Gaps
        Of teams that compete, and jurors who are not barred.
    """
    out = {team.name for team in unit.people.all(Role.TEAM) if team.barred is not None}
    teams = {pitch.team for pitch in unit.pitches.all()} - out
    jurors = [j for j in unit.people.all(Role.JUROR) if j.barred is None]
    begun = [b for j in jurors for b in unit.ballots.of_juror(j) if b.team in teams]
    done = [ballot for ballot in begun if ballot.submitted_at]
    judged = {ballot.team for ballot in done if ballot.points}
    return Gaps(
        missing=len(jurors) * len(teams) - len(done),
        drafts=len(begun) - len(done),
        unjudged=tuple(sorted(teams - judged)),
    )


def _is_out(unit: Unit, juror: Principal) -> bool:
    if juror.barred is None:
        return False
    ends = [step.at for step in unit.phases.changes() if step.phase == Phase.CLOSED]
    bars = unit.audit.details("bar juror", juror.name, since=ends[0]) if ends else []
    return not any(bar["before"] is None for bar in bars)
