"""What has to be done before a challenge goes on, and what going on brings about."""

from __future__ import annotations

from dataclasses import dataclass

from challenge.brief import Brief
from challenge.records import Role
from challenge.rules.basis import RECORDED, last_word, without_finals
from challenge.rules.picks import counting, to_score
from challenge.rules.tally import counted_ballots
from challenge.store import Unit
from leaderboard import Phase

NOBODY = "verdict_nobody"
"""No team that the jury judged competes, so there is nobody to place."""
ADVICE = frozenset({"picks", NOBODY})
"""What is better known, and keeps nothing from going on: without a pick the best one
counts, and with nobody to place the challenge closes without a verdict."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something that has to be done first, or that was.

    Attributes
    ----------
    key : str
        Of the words for it.
    count : int
        How many of it are left.
    link : str
        Where an organiser can do something about it.
    names : tuple of str
        Of the teams, or submissions, that its words name, if they name any.
    """

    key: str
    count: int
    link: str
    names: tuple[str, ...] = ()


def blockers(
    unit: Unit, brief: Brief, release: str, phase: Phase
) -> tuple[Blocker, ...]:
    """List what keeps a challenge from going to a phase.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Of the challenge.
    release : str
        ``slug/version``.
    phase : Phase
        Where to.

    Returns
    -------
    tuple of Blocker
        Empty where nothing does. Freezing never waits: its time is a promise.
    """
    found = demands(unit, brief, release, phase)
    return tuple(one for one in found if one.count and one.key not in ADVICE)


def advice(unit: Unit, brief: Brief, release: str, phase: Phase) -> tuple[Blocker, ...]:
    """List what is better known before a challenge goes to a phase.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Of the challenge.
    release : str
        ``slug/version``.
    phase : Phase
        Where to.

    Returns
    -------
    tuple of Blocker
        It keeps nothing from going on.
    """
    found = demands(unit, brief, release, phase)
    return tuple(one for one in found if one.count and one.key in ADVICE)


def nobody_yet(unit: Unit, release: str) -> frozenset[str]:
    """Name what is done only since there is nobody yet who has to do it.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    release : str
        ``slug/version``.

    Returns
    -------
    frozenset of str
        Keys of blockers.
    """
    pitches, jurors = unit.pitches.all(), unit.people.all(Role.JUROR)
    empty = {
        "picks": not counting(unit, release),
        "submissions": not unit.submissions.all(),
        "conflicts": not pitches or all(one.barred is not None for one in jurors),
        "interpretations": not pitches,
        "finals": not to_score(unit, release),
    }
    return frozenset(key for key, holds in empty.items() if holds)


def demands(
    unit: Unit, brief: Brief, release: str, phase: Phase
) -> tuple[Blocker, ...]:
    """List what a phase asks for, also what is done and what only is advice.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Of the challenge.
    release : str
        ``slug/version``.
    phase : Phase
        Which one.

    Returns
    -------
    tuple of Blocker
        With a count of 0 where it is done.
    """
    counts: dict[str, tuple[int, str]] = {}
    if phase is Phase.FROZEN:
        scored, picked = counting(unit, release), unit.picks.all(release)
        counts = {"picks": (len(scored.keys() - picked.keys()), "/organiser/people")}
    if phase is Phase.JURY:
        counts = {
            "submissions": (unit.phases.unfinished(release), "/organiser"),
            "conflicts": (unit.phases.undeclared(), "/organiser/people"),
            "interpretations": (
                unit.phases.uninterpreted(),
                "/organiser/interpretations",
            ),
        }
    if phase is Phase.CLOSED:
        return _at_the_end(unit, brief, release)
    return tuple(Blocker(key, count, link) for key, (count, link) in counts.items())


def _at_the_end(unit: Unit, brief: Brief, release: str) -> tuple[Blocker, ...]:
    return (
        _finals(unit, release),
        # Open again after the verdict, ballots would change that it rests on.
        Blocker("panel", int(unit.panels.is_open()), "/organiser/ballots"),
        verdict_demand(unit, brief),
    )


def _finals(unit: Unit, release: str) -> Blocker:
    names = without_finals(unit, to_score(unit, release))
    return Blocker("finals", len(names), "/organiser/people", names)


def verdict_demand(unit: Unit, brief: Brief) -> Blocker:
    """Say what the end asks of the verdict, which is published for good.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Of the challenge.

    Returns
    -------
    Blocker
        With a count of 0 where the last version holds: nothing that it rests on changed
        since, and it names the judged teams that compete and no others.
    """
    link, versions = "/jury/verdict", unit.verdicts.all()
    barred = {team.name for team in unit.people.all(Role.TEAM) if team.barred}
    judged = {ballot.team for ballot in counted_ballots(unit) if ballot.points}
    # Whoever pitched may still be judged, and while the panel is open a team may pitch.
    in_question = judged | {*unit.pitches.teams()}
    if in_question <= barred and not unit.panels.is_open():
        return Blocker(NOBODY, 1, link)
    if judged <= barred and not unit.panels.is_open():
        return Blocker("verdict_unjudged", 1, "/jury/panel")
    if not versions:
        return Blocker("verdict", 1, link)
    places = versions[-1].places
    if gone := tuple(team for team in places if team in barred):
        return Blocker("verdict_departed", len(gone), link, gone)
    if missing := tuple(sorted(judged - barred - {*places})):
        return Blocker("verdict_missing", len(missing), link, missing)
    if last_word(unit, brief) not in ("", RECORDED):
        return Blocker("verdict_overtaken", 1, link)
    return Blocker("verdict", 0, link)
