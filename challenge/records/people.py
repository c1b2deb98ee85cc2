"""Who takes part, and as what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Who somebody is to a challenge."""

    TEAM = "team"
    JUROR = "juror"
    ORGANISER = "organiser"
    PARTNER = "partner"
    AUDITOR = "auditor"


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
    partner : str
        Of a partner: name of its table.
    chairs : bool
        Of a juror: leads the panel, starts the pitch clock, records the verdict.
    barred : str or None
        Why a team does not compete, or somebody may not come in any more; None: they
        may.
    """

    id: int
    name: str
    role: Role
    sources: str = ""
    partner: str = ""
    chairs: bool = False
    barred: str | None = None
