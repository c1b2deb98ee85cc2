"""Runs on other machines: what a Dask worker executes, and who waits for it.

A task is a job without rows, so labels never travel and features only as files in
the folder that every machine sees. What comes back is an outcome.
"""

from __future__ import annotations

import atexit
import os
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import AbstractContextManager
from functools import cache
from importlib.metadata import version
from typing import Protocol

from challenge.errors import (
    EngineUnavailableError,
    FilesUnavailableError,
    SandboxUnavailableError,
)
from challenge.records import Isolation, Job, Outcome, Stage
from challenge.sandbox.runner import Sandbox, open_sandbox
from challenge.settings import Settings
from challenge.shelf import Shelf, open_shelf

# After a refusal that no run is to blame for: claim nothing for a while.
_REST_SECONDS = 5.0
_LOOK_SECONDS = 0.5
# A worker keeps the limits itself. These are for one that froze, and shorter than what
# the service allows its own threads (`challenge.rules.timing`).
_START_SECONDS = 240.0
_SLACK_SECONDS = 30.0

_opening = threading.Lock()


class Engine(Protocol):
    """What the runner needs of `challenge.engine.Cluster`."""

    def submit(self, fn: Callable[..., Outcome], /, *args: object) -> Future[Outcome]:
        """Have a worker call a function."""
        ...

    def slots(self) -> int:
        """Tell how many runs fit side by side."""
        ...

    def listen(
        self, hear: Callable[[str], None]
    ) -> AbstractContextManager[Callable[[str], None]]:
        """Hear what a task says while it runs."""
        ...


class EngineRunner:
    """Has jobs run by an engine; to the workflow it is a sandbox like any other.

    Parameters
    ----------
    engine : Engine
        Where the jobs go; closed by whoever opened it.
    shelf : Shelf
        Keeps bundles and features.
    patience_seconds : float
        How long a run may stand without a single worker: what a service manager
        takes to start one again.
    """

    isolation = Isolation.BUBBLEWRAP  # a worker without it refuses
    pool_size = 0  # the pools are the workers' own

    def __init__(
        self, engine: Engine, *, shelf: Shelf, patience_seconds: float = 5.0
    ) -> None:
        self._engine = engine
        self._shelf = shelf
        self._patience_seconds = patience_seconds
        self._rests_until = 0.0

    def slots(self) -> int:
        """Tell how many runs may be under way; claim no more than that.

        Returns
        -------
        int
            0 while the engine is away, and for some seconds after it could not carry
            out a run.
        """
        return 0 if time.monotonic() < self._rests_until else self._engine.slots()

    def pool_ready(self) -> int:
        """Tell how many sandboxes wait here.

        Returns
        -------
        int
            None do: they wait on the machines of the workers.
        """
        return 0

    def run(self, job: Job, *, on_stage: Callable[[Stage], None]) -> Outcome:
        """Let one model predict on another machine.

        Parameters
        ----------
        job : Job
            What to run; its files are there already.
        on_stage : callable
            Told ``PROOF`` and ``SCORING`` as soon as the worker says so, again if Dask
            runs the job again, and ``SCORING`` at the latest with the outcome.

        Returns
        -------
        Outcome
            As the sandbox of a worker gave it.

        Raises
        ------
        EngineUnavailableError
            If the engine lost the run, has no worker with a sandbox, or its workers
            cannot run this version; nobody's fault.
        FileNotFoundError
            If a file of the job is gone.
        FilesUnavailableError
            If object storage cannot be asked for them.
        TimeoutError
            If a worker hangs.
        """
        for path in job.paths:
            self._shelf.bring(path)
        try:
            return self._run(job, on_stage)
        except CancelledError as error:
            self._rests_until = time.monotonic() + _REST_SECONDS
            raise EngineUnavailableError("The scheduler lost a run.") from error
        except EngineUnavailableError:
            self._rests_until = time.monotonic() + _REST_SECONDS
            raise

    def _run(self, job: Job, on_stage: Callable[[Stage], None]) -> Outcome:
        words: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        with self._engine.listen(words.put) as tell:
            future = self._engine.submit(run_here, job, installed_version(), tell)
            future.add_done_callback(lambda _: words.put(None))
            try:
                told = self._follow(words, job, on_stage)
                outcome = future.result()
            finally:
                future.cancel()
        if outcome.hidden is not None and Stage.SCORING not in told:
            on_stage(Stage.SCORING)
        return outcome

    def _follow(
        self,
        words: queue.SimpleQueue[str | None],
        job: Job,
        on_stage: Callable[[Stage], None],
    ) -> set[Stage]:
        """Pass on each stage until the end; give back which there were."""
        told: set[Stage] = set()
        deadline = time.monotonic() + _START_SECONDS
        last_seen = time.monotonic()
        while True:
            try:
                word = words.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                last_seen = self._watch(last_seen, deadline)
                continue
            if word is None:
                return told
            told.add(stage := Stage(word))
            deadline = time.monotonic() + 2 * job.limits.limit_seconds + _SLACK_SECONDS
            on_stage(stage)

    def _watch(self, last_seen: float, deadline: float) -> float:
        """Give up a run for which no worker is left, or whose worker hangs."""
        now = time.monotonic()
        if now > deadline:
            # Counts as a try: it may be the run that does this to its worker.
            raise TimeoutError("A Dask worker is far past the limits of its run.")
        if self._engine.slots():
            return now
        if now - last_seen > self._patience_seconds:
            raise EngineUnavailableError("A run was left without a worker.")
        return last_seen


def run_here(job: Job, asked: str, tell: Callable[[str], None]) -> Outcome:
    """Run a job in this process's own sandbox; what a Dask worker executes.

    The sandbox is opened once, with this machine's own settings, and kept.

    Parameters
    ----------
    job : Job
        Its paths stand relative to ``CHALLENGE_FILES`` of this machine.
    asked : str
        Release of Kansrijk that asks for it.
    tell : callable
        Told the name of each stage.

    Returns
    -------
    Outcome
        Probabilities, or a refusal.

    Raises
    ------
    EngineUnavailableError
        If this worker has another version, no sandbox, or does not see the files.
    """
    if asked != installed_version():
        raise _unfit(f"has Kansrijk {installed_version()}, and the service {asked}")
    settings = Settings()
    shelf = open_shelf(settings)
    for path in job.paths:
        try:
            shelf.bring(path)
        except FileNotFoundError as error:
            where = settings.files_address or settings.files_folder
            raise _unfit(f"sees no {path} in its CHALLENGE_FILES, {where}") from error
        except FilesUnavailableError as error:
            raise _unfit(f"cannot read {error.address}. {error.reason}") from error
    try:
        return sandbox_here().run(job, on_stage=tell)
    except SandboxUnavailableError as error:
        raise _unfit(f"has no sandbox. {error.reason}".rstrip(".")) from error


def installed_version() -> str:
    """Tell which version of Kansrijk this process has.

    Returns
    -------
    str
        Such as ``0.1.0``.
    """
    return version("kansrijk")


def sandbox_here() -> Sandbox:
    """Open this process's own sandbox, once.

    Returns
    -------
    Sandbox
        Closed when the process ends.

    Raises
    ------
    SandboxUnavailableError
        If this machine cannot isolate a submission.
    """
    with _opening:
        return _open()


def dask_setup(worker: object) -> None:
    """Fill the pool before the first task comes; Dask calls it by this name.

    Use it as ``dask worker --preload challenge.sandbox.remote``.

    Parameters
    ----------
    worker : object
        The Dask worker, unused.

    Raises
    ------
    SystemExit
        If this machine cannot isolate a submission: such a worker does not start.
    """
    try:
        sandbox_here()
    except SandboxUnavailableError as error:
        raise SystemExit(f"{error.message} {error.hint}") from error


@cache
def _open() -> Sandbox:
    settings = Settings()
    sandbox = open_sandbox(
        limits=settings.limits,
        pool=settings.pool,
        refills_at_once=settings.refills_at_once,
        shelf=open_shelf(settings),
    )
    atexit.register(sandbox.close)
    return sandbox


def _unfit(why: str) -> EngineUnavailableError:
    return EngineUnavailableError(f"Worker {os.uname().nodename} {why}.")
