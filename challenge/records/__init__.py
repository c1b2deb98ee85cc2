"""The records that travel between the parts: frozen, typed, without behaviour."""

from challenge.records.jury import (
    Ballot,
    Conflict,
    Interest,
    Opinion,
    Pitch,
    PitchClock,
)
from challenge.records.people import Principal, Role
from challenge.records.runs import (
    Isolation,
    Job,
    Limits,
    Loader,
    Outcome,
    Run,
    WorkerFacts,
)
from challenge.records.submissions import Reason, Refusal, Stage, State, Submission

__all__ = [
    "Ballot",
    "Conflict",
    "Interest",
    "Isolation",
    "Job",
    "Limits",
    "Loader",
    "Opinion",
    "Outcome",
    "Pitch",
    "PitchClock",
    "Principal",
    "Reason",
    "Refusal",
    "Role",
    "Run",
    "Stage",
    "State",
    "Submission",
    "WorkerFacts",
]
