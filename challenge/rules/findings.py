"""What one check of the organiser's says: how it is, and which command repairs it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How something is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says.

    Attributes
    ----------
    name : str
        Of the check.
    state : Health
        A warning can wait until after the day, a fault cannot.
    told : str
        What was found, one sentence.
    repair : str
        The command that repairs it; empty when nothing has to be done.
    details : tuple of str
        Everything of it, where the sentence tells only the first.
    """

    name: str
    state: Health
    told: str
    repair: str = ""
    details: tuple[str, ...] = ()
