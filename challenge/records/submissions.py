"""One upload of one team, where it is, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a submission is; the last four are ends.

    ``PROVED`` ends one that asked for its proof run alone, which went well.
    """

    QUEUED = "queued"
    RUNNING = "running"
    SCORED = "scored"
    REFUSED = "refused"
    FAILED = "failed"
    PROVED = "proved"


class Stage(StrEnum):
    """What a team watches while its submission is on its way."""

    RECEIVED = "received"
    CHECKED = "checked"
    PROOF = "proof"
    SCORING = "scoring"
    SCORED = "scored"


class Reason(StrEnum):
    """The closed list of reasons a run can end without a score.

    The parent decides them; a model never chooses its own words, because words
    could carry rows.
    """

    LOAD_ERROR = "load-error"
    PREDICT_ERROR = "predict-error"
    WRONG_COUNT = "wrong-count"
    NOT_FINITE = "not-finite"
    OUT_OF_RANGE = "out-of-range"
    LABELS = "labels"
    TIME_LIMIT = "time-limit"
    MEMORY_LIMIT = "memory-limit"
    CRASHED = "crashed"
    PLATFORM_FAULT = "platform-fault"
    RELEASE_REPLACED = "release-replaced"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a run ended without a score, told to its team.

    Attributes
    ----------
    stage : Stage
        ``PROOF`` (public rows) or ``SCORING`` for what the model did, ``CHECKED`` for
        a fault of ours.
    reason : Reason
        From the closed list.
    message : str
        What happened, one sentence.
    hint : str
        What to do about it.
    """

    stage: Stage
    reason: Reason
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Submission:
    """One upload of one team, from queue to end.

    Attributes
    ----------
    id : str
        Random and unguessable; what the API calls it.
    number : int
        Counts up per challenge, for people.
    team_id, team : int, str
        Whose it is.
    release : str
        ``slug/version`` of the data it is scored on.
    sources : str
        Source set of its team when it came in: what else there is, it never sees.
    state, stage : State, Stage
        Where it is now.
    title, note : str
        From the card, and what the team wrote at upload.
    baseline : str or None
        Slug of the baseline that the card declares.
    bundle_sha256 : str
        Hex digest of the uploaded zip.
    reason, message, hint : str or None
        Why it was refused or failed, and what to do.
    log : str
        What the model printed during the proof run.
    attempt : int
        How often a worker took it, from 0.
    proof_only : bool
        Whether its team asked for the proof run alone: no score, no quota.
    loader : str
        What loads its model, a `challenge.records.Loader`.
    warnings : tuple of str
        What its requirements lack in the runtime, one sentence each.
    repeat_difference : float or None
        Largest difference between answers to the same public rows, asked twice; None
        before that was looked at.
    created_at, updated_at : datetime
        Aware UTC.
    started_at : datetime or None
        When a worker took it last; aware UTC.
    """

    id: str
    number: int
    team_id: int
    team: str
    release: str
    sources: str
    state: State
    stage: Stage
    title: str
    note: str
    baseline: str | None
    bundle_sha256: str
    created_at: datetime
    updated_at: datetime
    reason: str | None = None
    message: str | None = None
    hint: str | None = None
    log: str = ""
    attempt: int = 0
    proof_only: bool = False
    loader: str = "pyfunc"
    warnings: tuple[str, ...] = ()
    repeat_difference: float | None = None
    started_at: datetime | None = None
