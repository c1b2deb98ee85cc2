"""Who does what and when on a rehearsed day: drawn from a seed, before it begins.

All times are seconds of the rehearsed day; `challenge.rehearsing.pacing` makes them
seconds of ours. The teams' part ends when the board freezes; the jury's begins when the
organiser could go on, which depends on the queue and is not planned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from challenge.rehearsing.chance import stream
from challenge.rehearsing.kinds import MISTAKES, Fault, Kind
from challenge.rehearsing.names import team_names

FREEZE_SHARE = 0.7
"""Of the day, until the board freezes; the jury has the rest."""
# The last uploads are planned before the deadline; who comes after it comes on purpose.
LAST_SHARE = 0.95
EAGER_FROM = 5
"""Teams from which on one of them uses its whole quota, and wants one more."""
MISTAKE_SHARE = 0.3
FAULT_SHARES = (0.15, 0.95)
"""Of the time until freezing, in which things break."""
LATE_SHARE = 0.15


class Deed(StrEnum):
    """What a team does."""

    UPLOAD = "upload"
    PITCH = "pitch"
    INTERPRET = "interpret"
    PICK = "pick"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Size:
    """How large a day is rehearsed.

    Attributes
    ----------
    teams, jurors, viewers : int
        How many; viewers look at the board and do nothing else.
    submissions : int
        What a team hands in, on purpose wrong ones included.
    hours : float
        Length of the day.
    faults : bool
        Whether things break.
    seed : int
        Of everything that is drawn.
    """

    teams: int = 10
    jurors: int = 5
    viewers: int = 10
    submissions: int = 4
    hours: float = 1.0
    faults: bool = True
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that one team does.

    Attributes
    ----------
    at : float
        Second of the day.
    deed : Deed
        What.
    kind : Kind or None
        Of an upload.
    draw : int
        Which of the trained baselines; the number of them is not known here.
    """

    at: float
    deed: Deed
    kind: Kind | None = None
    draw: int = 0


@dataclass(frozen=True, slots=True)
class Team:
    """A team and its day.

    Attributes
    ----------
    name, sources : str
        Its name and source set.
    comes_at : float
        When it logs in and downloads.
    acts : tuple of Act
        Rising in time.
    is_late : bool
        Whether it hands something in after the deadline.
    """

    name: str
    sources: str
    comes_at: float
    acts: tuple[Act, ...]
    is_late: bool


@dataclass(frozen=True, slots=True)
class Juror:
    """A juror and what they think, before they read a word.

    Attributes
    ----------
    name : str
        Who.
    interests : dict of str to str
        Teams they have something to do with, and what.
    recuses : frozenset of str
        Teams they step back from while judging.
    leaves : frozenset of str
        Teams whose ballot stays a draft.
    points : dict of str to dict of str to int
        Points by team and criterion; a criterion that is absent cannot be judged.
    """

    name: str
    interests: Mapping[str, str]
    recuses: frozenset[str]
    leaves: frozenset[str]
    points: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault and its moment.

    Attributes
    ----------
    at : float
        Second of the day.
    fault : Fault
        Which.
    """

    at: float
    fault: Fault


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole day.

    Attributes
    ----------
    size : Size
        As it was asked for.
    seconds, freezes_at : float
        Its length, and when the board freezes.
    teams : tuple of Team
        Who competes.
    jurors : tuple of Juror
        Who judges; the first leads the panel.
    faults : tuple of Planned
        Rising in time.
    """

    size: Size
    seconds: float
    freezes_at: float
    teams: tuple[Team, ...]
    jurors: tuple[Juror, ...]
    faults: tuple[Planned, ...]

    @property
    def uploads(self) -> int:
        """How many uploads are planned before the deadline."""
        return sum(a.deed is Deed.UPLOAD for team in self.teams for a in team.acts)


def make_plan(
    size: Size, *, sources: Sequence[str], rubric: Sequence[str], quota: int
) -> Plan:
    """Draw a day.

    Parameters
    ----------
    size : Size
        How large.
    sources : sequence of str
        Source sets of the challenge, dealt to the teams in turn; may be empty.
    rubric : sequence of str
        Criteria of the jury.
    quota : int
        Scored runs of a team in a day.

    Returns
    -------
    Plan
        The same for the same arguments.
    """
    seconds = size.hours * 3600
    names = team_names(size.teams)
    freezes_at = FREEZE_SHARE * seconds
    return Plan(
        size,
        seconds,
        freezes_at,
        teams=tuple(
            _team(size, number, name, freezes_at, sources, quota)
            for number, name in enumerate(names)
        ),
        jurors=tuple(_juror(size, n, names, rubric) for n in range(size.jurors)),
        faults=_faults(size, freezes_at),
    )


def _team(
    size: Size,
    number: int,
    name: str,
    freezes_at: float,
    sources: Sequence[str],
    quota: int,
) -> Team:
    chance = stream(size.seed, name)
    last = LAST_SHARE * freezes_at
    comes_at = chance.uniform(0.0, 0.1) * freezes_at
    kinds = _kinds(size, number, quota)
    times = sorted(chance.uniform(comes_at, last) for _ in kinds)
    acts = [
        Act(at, Deed.UPLOAD, kind, chance.randrange(1 << 16))
        for at, kind in zip(times, kinds, strict=True)
    ]
    for deed in (Deed.PITCH, Deed.INTERPRET, Deed.ASK, Deed.PICK):
        # Half of the teams asks something, and picks what counts; all pitch.
        if deed in (Deed.PITCH, Deed.INTERPRET) or chance.random() < 0.5:
            earliest = 0.5 if deed is not Deed.ASK else 0.1
            acts.append(Act(chance.uniform(earliest * last, last), deed))
    return Team(
        name,
        sources[number % len(sources)] if sources else "",
        comes_at,
        tuple(sorted(acts, key=lambda act: act.at)),
        is_late=chance.random() < LATE_SHARE or number == 0,
    )


def _kinds(size: Size, number: int, quota: int) -> list[Kind]:
    """Say what a team hands in, in order: an honest model first."""
    if number == EAGER_FROM - 1:
        return [*[Kind.HONEST] * quota, Kind.TOO_MANY]
    wrong = round(MISTAKE_SHARE * size.submissions)
    dealt = [MISTAKES[(number * wrong + n) % len(MISTAKES)] for n in range(wrong)]
    scored = sum(kind in (Kind.AGAIN, Kind.TWICE) for kind in dealt)
    # Whoever asks for more than a team may have gets what it may have.
    honest = max(1, min(size.submissions - len(dealt), quota - scored))
    return [Kind.HONEST, *dealt, *[Kind.HONEST] * (honest - 1)]


def _juror(
    size: Size, number: int, names: Sequence[str], rubric: Sequence[str]
) -> Juror:
    chance = stream(size.seed, "juror", number)
    interests, recuses, leaves, points = {}, set(), set(), {}
    for name in names:
        drawn = chance.random()
        if drawn < 0.04:
            interests[name] = chance.choice(("knows", "organisation"))
        elif drawn < 0.06:
            recuses.add(name)
        elif drawn < 0.09:
            leaves.add(name)
        judged = [slug for slug in rubric if chance.random() > 0.03] or rubric[:1]
        points[name] = {slug: chance.randint(1, 5) for slug in judged}
    return Juror(
        f"Jurylid {number + 1}",
        interests,
        frozenset(recuses),
        frozenset(leaves),
        points,
    )


def _faults(size: Size, freezes_at: float) -> tuple[Planned, ...]:
    if not size.faults:
        return ()
    chance = stream(size.seed, "faults")
    faults = chance.sample([*Fault], len(Fault))
    # One in each stretch: two at a time would tell nothing about either.
    first, last = FAULT_SHARES
    step = (last - first) / len(faults)
    return tuple(
        Planned((first + step * (n + chance.uniform(0.1, 0.5))) * freezes_at, fault)
        for n, fault in enumerate(faults)
    )
