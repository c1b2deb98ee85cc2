"""What the pages of the jury's room show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from challenge.brief.sections import Criterion
from challenge.errors import RequestRefusedError
from challenge.records import Ballot, Opinion, Pitch
from challenge.rules.clock import ClockView
from challenge.web.evidence import Evidence

TERMS = ("score", "margin", "place", "simple", "policy", "missed", "external", "areas")
"""What the page of a pitch explains; the catalogue has word and meaning of each."""


@dataclass(frozen=True, slots=True)
class Line:
    """One pitch in a juror's list.

    Attributes
    ----------
    team, title : str
        Whose, and what it is called.
    state : str
        ``"open"``, ``"draft"``, ``"submitted"`` or ``"recused"``.
    """

    team: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class ListView:
    """A juror's pitches.

    Attributes
    ----------
    lines : tuple of Line
        In the order in which this juror goes through them.
    following : str or None
        Team whose ballot is the next to fill in.
    hidden : int
        Pitches that are not listed: the juror has an interest.
    open : bool
        Whether ballots may change now.
    panel : str
        ``"open"`` or ``"closed"``; empty outside phase jury.
    leads : bool
        Whether the juror leads the panel.
    example : bool
        Whether there is a pitch to practise on.
    """

    template: ClassVar[str] = "jury/list.html"
    lines: tuple[Line, ...]
    following: str | None
    hidden: int
    open: bool
    panel: str
    leads: bool
    example: bool


@dataclass(frozen=True, slots=True)
class BallotView:
    """One pitch, its evidence, and a juror's ballot on it.

    Attributes
    ----------
    pitch : Pitch
        As the team wrote it.
    canvas : tuple of str
        Five sections; empty ones too.
    interpretation : str
        What the team says that its figures mean; may be empty.
    number, count : int
        Which pitch of how many.
    previous, following : str or None
        Teams before and after it in this juror's list.
    clock : ClockView
        Of the pitches.
    evidence : Evidence or None
        The team's line of the model board; None without a score.
    blind : bool
        Whether that line is held back until the ballot is submitted.
    rubric : tuple of Criterion
        From the brief.
    points : range
        The scale.
    opinion : Opinion
        What stands on the ballot now, or what was typed.
    stored : Ballot or None
        What is kept.
    version : int
        That a change has to name.
    open : bool
        Whether ballots may change now.
    terms : tuple of str
        Of `TERMS`, those on the page.
    problem : RequestRefusedError or None
        Why the last change was refused.
    reason : str
        Of a recusal, as it was typed.
    clash : bool
        Whether it was changed elsewhere.
    """

    template: ClassVar[str] = "jury/ballot.html"
    pitch: Pitch
    canvas: tuple[str, ...]
    interpretation: str
    number: int
    count: int
    previous: str | None
    following: str | None
    clock: ClockView
    evidence: Evidence | None
    blind: bool
    rubric: tuple[Criterion, ...]
    points: range
    opinion: Opinion
    stored: Ballot | None
    version: int
    open: bool
    terms: tuple[str, ...] = ()
    problem: RequestRefusedError | None = None
    clash: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class InterestedView:
    """A pitch that a juror has an interest in, in place of pitch and ballot.

    Attributes
    ----------
    team : str
        Whose pitch.
    """

    template: ClassVar[str] = "jury/interested.html"
    team: str


@dataclass(frozen=True, slots=True)
class MergeView:
    """Two versions of one ballot, side by side.

    Attributes
    ----------
    team : str
        On whose pitch.
    mine : Opinion
        What this device wanted to keep.
    stored : Ballot
        What another device kept.
    rubric : tuple of Criterion
        From the brief.
    """

    template: ClassVar[str] = "jury/merge.html"
    team: str
    mine: Opinion
    stored: Ballot
    rubric: tuple[Criterion, ...]


def ballot_state(ballot: Ballot | None) -> str:
    """Say in one word where a ballot is.

    Parameters
    ----------
    ballot : Ballot or None
        As it is kept.

    Returns
    -------
    str
        ``"open"``, ``"draft"``, ``"submitted"`` or ``"recused"``.
    """
    if ballot is None:
        return "open"
    if ballot.recused:
        return "recused"
    return "submitted" if ballot.submitted_at else "draft"


def terms_on(evidence: Evidence) -> tuple[str, ...]:
    """Name the words of a page that it has to explain.

    Parameters
    ----------
    evidence : Evidence
        What stands on the page.

    Returns
    -------
    tuple of str
        Of `TERMS`, in reading order.
    """
    absent = {
        "policy": evidence.state is None,
        "missed": evidence.gap is None,
        "external": not evidence.external,
        "areas": evidence.areas is None,
    }
    return tuple(term for term in TERMS if not absent.get(term))
