"""What teams hand in, right and wrong, what becomes of each; and what may break."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """One way of handing something in; the value is how the report calls it."""

    HONEST = "a trained baseline"
    AGAIN = "the same bundle again"
    PROOF = "a proof run alone"
    TWICE = "one form sent twice"
    NO_ZIP = "no zip"
    NO_MODEL = "a zip without a model"
    LABELS = "class labels"
    NOT_FINITE = "NaN"
    CRASH = "a model that fails"
    SLOW = "a model that is too slow"
    HOG = "a model that takes all memory"
    STRANGER = "with a wrong token"
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
        How it ends once it was taken in.
    is_kept : bool
        Whether the server keeps a record of it.
    """

    status: int
    slug: str = ""
    state: str = ""
    reason: str = ""
    is_kept: bool = True


_SCORED = Expectation(202, state="scored")

EXPECTED = {
    Kind.HONEST: _SCORED,
    Kind.AGAIN: _SCORED,
    Kind.PROOF: Expectation(202, state="proved"),
    Kind.TWICE: Expectation(303, state="scored"),
    Kind.NO_ZIP: Expectation(422, "not-a-zip", "refused", "not-a-zip"),
    Kind.NO_MODEL: Expectation(422, "model-missing", "refused", "model-missing"),
    Kind.LABELS: Expectation(202, state="refused", reason="labels"),
    Kind.NOT_FINITE: Expectation(202, state="refused", reason="not-finite"),
    Kind.CRASH: Expectation(202, state="refused", reason="predict-error"),
    Kind.SLOW: Expectation(202, state="refused", reason="time-limit"),
    Kind.HOG: Expectation(202, state="refused", reason="memory-limit"),
    Kind.STRANGER: Expectation(401, "authentication-required", is_kept=False),
    Kind.TOO_MANY: Expectation(429, "quota-exceeded", is_kept=False),
    Kind.LATE: Expectation(409, "phase-closed", is_kept=False),
}

MISTAKES = (
    Kind.LABELS,
    Kind.NO_ZIP,
    Kind.AGAIN,
    Kind.NOT_FINITE,
    Kind.STRANGER,
    Kind.TWICE,
    Kind.CRASH,
    Kind.NO_MODEL,
    Kind.PROOF,
    Kind.HOG,
    Kind.SLOW,
)
"""In the order in which they are dealt to teams: one each, then from the start."""

HONEST = frozenset({Kind.HONEST, Kind.AGAIN, Kind.TWICE, Kind.PROOF})
"""Kinds whose bundle is a trained baseline."""


class Fault(StrEnum):
    """One thing that breaks; the value is how the report calls it."""

    WORKER = "the worker dies"
    WEB = "the server dies"
    CUT = "an upload is cut off"
    DISK = "nothing can be written"
    DATABASE = "the database is locked"
    TRACKING = "MLflow's store is locked"
