"""Who does what and when on a rehearsed day: drawn from a seed, before it begins.

All times are seconds of the rehearsed day; `challenge.rehearsing.day` makes them
seconds of ours. The teams' part ends when the board freezes; the jury's begins when the
organiser could go on, which depends on the queue and is not planned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from challenge.rehearsing.kinds import MISTAKES, Fault, Kind

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
BIRDS = (
    *("Zwaluw", "Grutto", "Kievit", "IJsvogel", "Wulp", "Merel", "Tureluur"),
    *("Scholekster", "Roodborst", "Winterkoning", "Putter", "Vink", "Boomklever"),
    *("Koolmees", "Pimpelmees", "Spreeuw", "Lepelaar", "Aalscholver", "Fuut"),
    *("Meerkoet", "Waterhoen", "Buizerd", "Torenvalk", "Kerkuil", "Bosuil"),
    *("Steenuil", "Ooievaar", "Reiger", "Roerdomp", "Kluut", "Plevier", "Leeuwerik"),
)
"""What teams are called; a second round of them has numbers."""


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
    rows : int
        Of the release, over all sets: 8000 are built in seconds, and take a model a
        moment.
    """

    teams: int = 10
    jurors: int = 5
    viewers: int = 10
    submissions: int = 4
    hours: float = 1.0
    faults: bool = True
    seed: int = 1
    rows: int = 8_000


@dataclass(frozen=True, slots=True)
class Act:
    """One upload of one team.

    Attributes
    ----------
    at : float
        Second of the day.
    kind : Kind
        What is handed in.
    draw : int
        Which of the trained baselines; the number of them is not known here.
    """

    at: float
    kind: Kind
    draw: int


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
    points : dict of str to dict of str to int
        Points by team and criterion.
    """

    name: str
    points: Mapping[str, Mapping[str, int]]


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
    faults : tuple of (float, Fault)
        Second of the day and what breaks, rising in time.
    """

    size: Size
    seconds: float
    freezes_at: float
    teams: tuple[Team, ...]
    jurors: tuple[Juror, ...]
    faults: tuple[tuple[float, Fault], ...]


def stream(*purpose: object) -> Random:
    """Give a source of chance that is one purpose's alone.

    One team more, or one fault less, leaves everything else as it was.

    Parameters
    ----------
    *purpose : object
        The seed, and what is drawn; written as text.

    Returns
    -------
    Random
        The same for the same purpose.
    """
    return Random(":".join(map(str, purpose)))  # noqa: S311 - to be repeated


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
    names = [_name(number) for number in range(size.teams)]
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


def _name(number: int) -> str:
    turn, bird = divmod(number, len(BIRDS))
    return f"{BIRDS[bird]} {turn + 1}" if turn else BIRDS[bird]


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
    dealt = zip(times, kinds, strict=True)
    acts = tuple(Act(at, kind, chance.randrange(1 << 16)) for at, kind in dealt)
    return Team(
        name,
        sources[number % len(sources)] if sources else "",
        comes_at,
        acts,
        is_late=chance.random() < LATE_SHARE or number == 0,
    )


def _kinds(size: Size, number: int, quota: int) -> list[Kind]:
    """Say what a team hands in, in order: an honest model first."""
    if number == EAGER_FROM - 1:
        return [*[Kind.HONEST] * quota, Kind.TOO_MANY]
    wrong = round(MISTAKE_SHARE * size.submissions)
    dealt = [MISTAKES[(number * wrong + n) % len(MISTAKES)] for n in range(wrong)]
    scored = dealt.count(Kind.TWICE)
    # Whoever asks for more than a team may have gets what it may have.
    honest = max(1, min(size.submissions - len(dealt), quota - scored))
    return [Kind.HONEST, *dealt, *[Kind.HONEST] * (honest - 1)]


def _juror(
    size: Size, number: int, names: Sequence[str], rubric: Sequence[str]
) -> Juror:
    chance = stream(size.seed, "juror", number)
    points = {name: {slug: chance.randint(1, 5) for slug in rubric} for name in names}
    return Juror(f"Jurylid {number + 1}", points)


def _faults(size: Size, freezes_at: float) -> tuple[tuple[float, Fault], ...]:
    if not size.faults:
        return ()
    chance = stream(size.seed, "faults")
    faults = chance.sample([*Fault], len(Fault))
    # One in each stretch: two at a time would tell nothing about either.
    first, last = FAULT_SHARES
    step = (last - first) / len(faults)
    return tuple(
        ((first + step * (n + chance.uniform(0.1, 0.5))) * freezes_at, fault)
        for n, fault in enumerate(faults)
    )
