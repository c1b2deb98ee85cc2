"""The records that travel between the parts: frozen, typed, without behaviour."""

from challenge.records.jury import Ballot, Pitch
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
    "Isolation",
    "Job",
    "Limits",
    "Loader",
    "Outcome",
    "Pitch",
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
