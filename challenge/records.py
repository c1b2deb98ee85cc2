"""The records that travel between the parts: frozen, typed, without behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # A team's commands start without it.
    import numpy as np
    from numpy.typing import NDArray


class Role(StrEnum):
    """Who somebody is to a challenge."""

    TEAM = "team"
    JUROR = "juror"
    ORGANISER = "organiser"


class State(StrEnum):
    """Where a submission is; the last three are ends."""

    QUEUED = "queued"
    RUNNING = "running"
    SCORED = "scored"
    REFUSED = "refused"
    FAILED = "failed"


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


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sandbox may use.

    Attributes
    ----------
    limit_seconds : float
        Wall-clock time for one pass, in seconds.
    memory_mib : int
        Address space of the one process, in MiB.
    scratch_mib : int
        Size of the private /tmp, in MiB; the unpacked bundle lives there.
    """

    limit_seconds: float = 120.0
    memory_mib: int = 3072
    scratch_mib: int = 512


@dataclass(frozen=True, slots=True)
class Refusal:
    """A run that ended because of the model, told to its team.

    Attributes
    ----------
    stage : Stage
        ``PROOF`` (public rows, `detail` may quote the log) or ``SCORING``.
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


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came out of the sandbox.

    Attributes
    ----------
    refusal : Refusal or None
        None when both passes gave usable probabilities.
    practice : ndarray of float64, shape (n_practice,), or None
        Probabilities for the public proof rows, in their order.
    hidden : ndarray of float64, shape (n_hidden,), or None
        Probabilities for the hidden rows, in their order.
    log : str
        What the model printed during the proof run; never from the hidden pass.
    cpu_seconds : int
        Processor time, rounded up to a power of two.
    memory_mib : int
        Peak memory, rounded up to a power of two.
    """

    refusal: Refusal | None = None
    practice: NDArray[np.float64] | None = None
    hidden: NDArray[np.float64] | None = None
    log: str = ""
    cpu_seconds: int = 0
    memory_mib: int = 0


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
    created_at, updated_at : datetime
        Aware UTC.
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


@dataclass(frozen=True, slots=True)
class Run:
    """What one MLflow run says about one scored submission.

    Attributes
    ----------
    submission_id, team, title : str
        Which submission, whose, and what they call it.
    baseline : str or None
        Slug of the baseline its card declares.
    release, release_sha256 : str
        Version of the data, and the sha256 of its manifest.
    sources : str
        Source set that it was scored with.
    scorer : str
        Version of the leaderboard library.
    scorecard : str
        Exact scorecard as JSON.
    card : str
        The bundle's ``CARD.md``.
    bundle : Path
        The bundle itself.
    bundle_sha256 : str
        Hex digest of the bundle.
    cpu_seconds, memory_mib : int
        What it used, rounded up to powers of two.
    """

    submission_id: str
    team: str
    title: str
    baseline: str | None
    release: str
    release_sha256: str
    sources: str
    scorer: str
    scorecard: str
    card: str
    bundle: Path
    bundle_sha256: str
    cpu_seconds: int
    memory_mib: int
