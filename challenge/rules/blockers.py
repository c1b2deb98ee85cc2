"""What has to be done before a challenge goes on, and what going on brings about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from challenge.brief import Brief
from challenge.records import Role
from challenge.rules.panel import OPENED, SHUT
from challenge.rules.picks import counting, to_score
from challenge.rules.tally import counted_ballots
from challenge.store import Unit
from leaderboard import Phase

NOBODY = "verdict_nobody"
"""No team that the jury judged competes, so there is nobody to place."""
ADVICE = frozenset({"picks", NOBODY})
"""What is better known, and keeps nothing from going on: without a pick the best one
counts, and with nobody to place the challenge closes without a verdict."""
RECORDED = "record verdict"
"""What the audit table calls it that a verdict was written down."""
_ON_BALLOTS = (OPENED, "change phase", "bar juror", "readmit juror")
"""Acts after which a verdict is written down anew: it rests on ballots and pitches."""
_ON_MODELS = (
    *("bar team", "readmit team", "disqualify submission", "reinstate submission"),
    "publish rescore",
)
"""And these, where the brief gives the model board a part in it."""


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
    """Name what is still to be scored, by team and number."""
    keys = [key for key in to_score(unit, release) if not unit.finals.has(key)]
    found = (unit.submissions.get(key) for key in keys)
    names = tuple(sorted(f"{one.team} {one.number}" for one in found if one))
    return Blocker("finals", len(names), "/organiser/people", names)


def _rests_on_models(brief: Brief) -> bool:
    return brief.jury.within_tie_set or brief.jury.weights is not None


def awaited_finals(unit: Unit, brief: Brief, release: str) -> Blocker | None:
    """Say which final scores a verdict waits for, that they have a part in.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says whether the model board has a part in the verdict.
    release : str
        ``slug/version``.

    Returns
    -------
    Blocker or None
        None where it has none, or all are there.
    """
    found = _finals(unit, release) if _rests_on_models(brief) else None
    return found if found and found.count else None


def last_word(unit: Unit, brief: Brief) -> str:
    """Tell what came last: the verdict, or something that changes what it rests on.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says whether the model board has a part in the verdict.

    Returns
    -------
    str
        Of the audit table, in its order, since clocks jump: `RECORDED`, or an act after
        which the verdict is written down anew; empty before any.
    """
    acts = (*_ON_BALLOTS, *_ON_MODELS) if _rests_on_models(brief) else _ON_BALLOTS
    return unit.audit.last_of(RECORDED, *acts)


def is_decided_after(unit: Unit, moment: datetime) -> bool:
    """Tell whether somebody changed what the end waits for or rests on after a moment.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    moment : datetime
        Aware UTC.

    Returns
    -------
    bool
        True also where that was all that the end waited for.
    """
    acts = (RECORDED, SHUT, *_ON_BALLOTS, *_ON_MODELS)
    return bool(unit.audit.last_of(*acts, after=moment))


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
    # Before the first points anybody who pitched may still get a place, and while the
    # panel is open another team may still be judged.
    in_question = judged or {*unit.pitches.teams()}
    if in_question <= barred and not unit.panels.is_open():
        return Blocker(NOBODY, 1, link)
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
