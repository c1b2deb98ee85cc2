"""What teams hand in, right and wrong, what becomes of each; and what may break."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """One way of handing something in; the value is how the report calls it."""

    HONEST = "a trained baseline"
    PROOF = "a proof run alone"
    TWICE = "one form sent twice"
    NO_ZIP = "no zip"
    LABELS = "class labels"
    CRASH = "a model that fails"
    TOO_MANY = "one more than the quota"
    LATE = "after the deadline"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an upload has to come to.

    Attributes
    ----------
    status : int
        Of the answer to the upload.
    slug : str
        Why it is refused at the door; empty: it is taken in.
    state, reason : str
        How it ends if the server keeps a record of it; empty: it keeps none.
    """

    status: int
    slug: str = ""
    state: str = ""
    reason: str = ""


EXPECTED = {
    Kind.HONEST: Expectation(202, state="scored"),
    Kind.PROOF: Expectation(202, state="proved"),
    Kind.TWICE: Expectation(303, state="scored"),
    Kind.NO_ZIP: Expectation(422, "not-a-zip", "refused", "not-a-zip"),
    Kind.LABELS: Expectation(202, state="refused", reason="labels"),
    Kind.CRASH: Expectation(202, state="refused", reason="predict-error"),
    Kind.TOO_MANY: Expectation(429, "quota-exceeded"),
    Kind.LATE: Expectation(409, "phase-closed"),
}

MISTAKES = (Kind.LABELS, Kind.NO_ZIP, Kind.TWICE, Kind.CRASH, Kind.PROOF)
"""In the order in which they are dealt to teams: one each, then from the start."""


class Fault(StrEnum):
    """One thing that breaks; the value is how the report calls it."""

    WORKER = "the worker dies"
    WEB = "the server dies"
    CUT = "an upload is cut off"
    DISK = "nothing can be written"
    DATABASE = "the database is locked"
    TRACKING = "MLflow's store is locked"
