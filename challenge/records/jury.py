"""What teams tell the jury, and what jurors say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Pitch:
    """What a team tells the jury.

    Attributes
    ----------
    team : str
        Whose pitch.
    title, text : str
        As the team wrote them.
    updated_at : datetime
        Aware UTC.
    link : str
        Address of more, https only; may be empty.
    pdf_sha256 : str
        Of the PDF on the shelf; empty without one.
    pdf_bytes : int
        How large that is.
    canvas : dict of str to str
        Section, ``"1"`` to ``"5"``, to what stands in it.
    version : int
        How often it was changed; the next change has to name it.
    """

    team: str
    title: str
    text: str
    updated_at: datetime
    link: str = ""
    pdf_sha256: str = ""
    pdf_bytes: int = 0
    canvas: dict[str, str] = field(default_factory=dict)
    version: int = 1


class Interest(StrEnum):
    """What a juror has to do with a team."""

    NONE = "none"
    KNOWS = "knows"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Conflict:
    """What a juror declared about one team, also where that is: nothing.

    Attributes
    ----------
    juror, team : str
        Who, about whom.
    kind : Interest
        With any but none, the juror does not judge the team.
    reason : str
        In the juror's words; for chair and organiser alone.
    declared_at : datetime
        Aware UTC.
    """

    juror: str
    team: str
    kind: Interest
    reason: str
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class Opinion:
    """What stands on a ballot, finished or not.

    Attributes
    ----------
    points : dict of str to int
        Criterion to points, each from 1 to 5; a draft may lack some.
    abstained : tuple of str
        Criteria that the juror cannot judge, in the order of the rubric.
    note : str
        For the team; with a recusal its reason, for the organiser alone.
    private_note : str
        For the juror alone.
    """

    points: dict[str, int] = field(default_factory=dict)
    abstained: tuple[str, ...] = ()
    note: str = ""
    private_note: str = ""


@dataclass(frozen=True, slots=True)
class Ballot:
    """One juror's judgement of one pitch.

    Attributes
    ----------
    juror, team : str
        Who judged whom.
    points : dict of str to int
        Criterion to points, each from 1 to 5; empty for a recusal.
    note : str
        For the team; with a recusal its reason, for the organiser alone.
    updated_at : datetime
        Aware UTC.
    private_note : str
        For the juror alone; empty for whoever else reads the ballot.
    recused : bool
        Whether the juror does not judge this team.
    abstained : tuple of str
        Criteria that the juror cannot judge.
    submitted_at : datetime or None
        None while it is a draft, which counts for nothing.
    version : int
        How often it was changed; the next change has to name it.
    """

    juror: str
    team: str
    points: dict[str, int] = field(default_factory=dict)
    note: str = ""
    updated_at: datetime | None = None
    private_note: str = ""
    recused: bool = False
    abstained: tuple[str, ...] = ()
    submitted_at: datetime | None = None
    version: int = 1

    @property
    def opinion(self) -> Opinion:
        """What stands on it."""
        return Opinion(self.points, self.abstained, self.note, self.private_note)


@dataclass(frozen=True, slots=True)
class PitchClock:
    """The clock of one pitch: first the talk, then questions.

    Attributes
    ----------
    team : str
        Who pitches.
    talk_seconds, question_seconds : int
        How long both last.
    started_at : datetime
        Aware UTC.
    stopped_at : datetime or None
        Aware UTC; None while it runs.
    """

    team: str
    talk_seconds: int
    question_seconds: int
    started_at: datetime
    stopped_at: datetime | None = None
