"""What teams tell the jury, and what jurors say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


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
    """

    team: str
    title: str
    text: str
    updated_at: datetime


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
    """

    juror: str
    team: str
    points: dict[str, int] = field(default_factory=dict)
    note: str = ""
    updated_at: datetime | None = None

    @property
    def recused(self) -> bool:
        """Whether the juror does not judge this team."""
        return not self.points
