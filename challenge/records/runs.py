"""One run: what it is given, what it may use, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from challenge.records.submissions import Refusal

if TYPE_CHECKING:
    # A team's commands start without it.
    import numpy as np
    from numpy.typing import NDArray


class Isolation(StrEnum):
    """What stands between a model and this machine, as a self-test found it.

    ``TRUSTED`` is nothing at all, asked for by whoever runs the server; with ``NONE``
    submissions are refused.
    """

    BUBBLEWRAP = "bubblewrap"
    TRUSTED = "trusted"
    NONE = "none"


class Loader(StrEnum):
    """What loads a model: a waiting sandbox has imported and exercised one of them.

    ``BOOSTER`` reads LightGBM's own text, ``SKLEARN`` a pickled or skops estimator,
    both without MLflow; ``PYFUNC`` is MLflow's own loader, for everything else.
    """

    BOOSTER = "booster"
    SKLEARN = "sklearn"
    PYFUNC = "pyfunc"


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
class Job:
    """What one sandbox is to do; it holds no rows, so that it can travel.

    Attributes
    ----------
    bundle : Path
        The zip, inspected before. This and the other paths stand relative to the
        shelf that every machine sees (`challenge.shelf`), or are absolute.
    loader : Loader
        What loads its model.
    proof : Path
        Arrow file of public features, as many rows as there are hidden ones.
    proof_count : int
        Of how many of the first proof rows the answers are kept: the practice rows.
    hidden : Path or None
        Arrow file of hidden features; None ends with the proof run.
    limits : Limits
        What the sandbox may use.
    """

    bundle: Path
    loader: Loader
    proof: Path
    proof_count: int
    hidden: Path | None = None
    limits: Limits = Limits()

    @property
    def paths(self) -> list[Path]:
        """Every file that it names."""
        return [self.bundle, self.proof, *([self.hidden] if self.hidden else [])]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came out of the sandbox.

    Attributes
    ----------
    refusal : Refusal or None
        None when every pass that was asked for gave usable probabilities.
    practice : ndarray of float64, shape (n_practice,), or None
        Probabilities for the public proof rows, in their order.
    hidden : ndarray of float64, shape (n_hidden,), or None
        Probabilities for the hidden rows, in their order.
    log : str
        What the model printed during the proof run; never from the hidden pass.
    cpu_seconds : int
        Processor time of the model's own steps, rounded up to a power of two.
    memory_mib : int
        Peak memory, rounded up to a power of two.
    repeat_difference : float or None
        Largest difference between answers to the same public rows, asked twice.
    hidden_seconds : float
        Wall-clock time of the hidden pass; stays inside, since it can spell rows.
    """

    refusal: Refusal | None = None
    practice: NDArray[np.float64] | None = None
    hidden: NDArray[np.float64] | None = None
    log: str = ""
    cpu_seconds: int = 0
    memory_mib: int = 0
    repeat_difference: float | None = None
    hidden_seconds: float = 0.0


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

    @property
    def tags(self) -> dict[str, str]:
        """What it is found by."""
        return {
            "submission": self.submission_id,
            "team": self.team,
            "bundle_sha256": self.bundle_sha256,
            "release": self.release,
            "release_sha256": self.release_sha256,
            "sources": self.sources,
            "scorer": self.scorer,
            "baseline": self.baseline or "",
        }


@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """What a worker says of itself with each heartbeat.

    Attributes
    ----------
    name : str
        Under which it claims; says on which machine and which process.
    release : str
        ``slug/version`` of the submissions it takes.
    isolation : Isolation
        What stands between a model and the machine that runs it.
    engine : str
        Address of the cluster that runs submissions; empty: its own threads.
    slots : int
        How many submissions it runs side by side.
    pool_size, pool_ready : int
        Sandboxes that should wait warmed up, and that do; 0 on a cluster, where
        each machine has its own.
    started_at, seen_at : datetime
        Of its start and of this heartbeat; aware UTC.
    """

    name: str
    release: str
    isolation: Isolation
    engine: str
    slots: int
    pool_size: int
    pool_ready: int
    started_at: datetime
    seen_at: datetime
