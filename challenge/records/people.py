"""Who takes part, and as what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Who somebody is to a challenge."""

    TEAM = "team"
    JUROR = "juror"
    ORGANISER = "organiser"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking, as far as their token says.

    Attributes
    ----------
    id : int
        Key in the people table.
    name : str
        Name of the team, juror or organiser.
    role : Role
        What they may do follows from it.
    sources : str
        Source set that a team was registered with; empty: the brief says which.
    """

    id: int
    name: str
    role: Role
    sources: str = ""
