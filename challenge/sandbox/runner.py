"""The sandbox itself: proved before it is offered, then one session per run."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from challenge.errors import SandboxUnavailableError
from challenge.records import Isolation, Job, Limits, Loader, Outcome, Stage
from challenge.sandbox.isolate import find_runtime
from challenge.sandbox.launch import Launcher
from challenge.sandbox.passes import Passes
from challenge.sandbox.pool import Pool
from challenge.sandbox.proving import find_holes
from challenge.sandbox.session import Session
from challenge.sandbox.verdict import coarsen
from challenge.shelf import Folder, Shelf

_MIB = 1024 * 1024
_LIMITS = Limits()
_HERE = Folder(Path())
_NO_POOL: Mapping[Loader, int] = MappingProxyType({})


class Sandbox:
    """Runs bundles, each in a process of its own that is used once.

    Get one from `open_sandbox`, which proves that it holds, and close it: sandboxes
    may wait in it. Safe to share between threads.

    Parameters
    ----------
    launcher : Launcher
        Starts guests; it is closed with this.
    limits : Limits
        Of the sandboxes that wait; a job with others starts cold.
    pool : mapping of Loader to int
        How many sandboxes wait warmed up.
    refills_at_once : int
        How many warm up side by side.
    shelf : Shelf
        What the paths of jobs are relative to.
    """

    def __init__(
        self,
        launcher: Launcher,
        *,
        limits: Limits = _LIMITS,
        pool: Mapping[Loader, int] = _NO_POOL,
        refills_at_once: int = 1,
        shelf: Shelf = _HERE,
    ) -> None:
        self._launcher = launcher
        self._limits = limits
        self._shelf = shelf
        self._pool_size = sum(pool.values())
        self._pool = Pool(self._start_in_advance, pool, refills_at_once)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def isolation(self) -> Isolation:
        """What stands between a model and this machine."""
        return self._launcher.isolation

    @property
    def pool_size(self) -> int:
        """How many sandboxes are to wait."""
        return self._pool_size

    def pool_ready(self) -> int:
        """Count the sandboxes that wait warmed up.

        Returns
        -------
        int
            At most `pool_size`.
        """
        return self._pool.ready()

    def run(self, job: Job, *, on_stage: Callable[[Stage], None]) -> Outcome:
        """Let one model predict public rows, then hidden rows.

        Whatever the model does is in the outcome. Hidden rows go in shuffled by a
        secret order, so their place says nothing; the answer comes back in order.

        Parameters
        ----------
        job : Job
            Bundle, rows and limits.
        on_stage : callable
            Told ``PROOF`` and ``SCORING`` as they start.

        Returns
        -------
        Outcome
            Probabilities for both, or a refusal, and the log of the proof run.

        Raises
        ------
        SandboxUnavailableError
            If the sandbox does not start; no model is to blame.
        OSError
            If a file of the job is not there, or cannot be fetched; no model is to
            blame.
        """
        for path in job.paths:
            self._shelf.bring(path)  # before a sandbox that waits is taken
        with self._open(job) as session:
            outcome = Passes(session, job, self._shelf.folder).run(on_stage)
        return replace(
            outcome,
            log=session.log.text,
            cpu_seconds=coarsen(session.cpu_seconds),
            memory_mib=coarsen(session.memory_bytes / _MIB),
        )

    def close(self) -> None:
        """End every sandbox and every thread of this object."""
        self._pool.close()
        self._launcher.close()

    @contextlib.contextmanager
    def _open(self, job: Job) -> Iterator[Session]:
        """Take one that waits; else start one, which somebody waits for."""
        waiting = self._pool.take(job.loader) if job.limits == self._limits else None
        with waiting or self._launcher.start(job.limits, job.loader) as session:
            if waiting is None:
                session.wait_until_ready()
            session.take()
            yield session

    def _start_in_advance(self, loader: Loader) -> Session:
        return self._launcher.start(self._limits, loader, in_advance=True)


def open_sandbox(
    *,
    limits: Limits = _LIMITS,
    pool: Mapping[Loader, int] = _NO_POOL,
    refills_at_once: int = 1,
    shelf: Shelf = _HERE,
    trusted: bool = False,
) -> Sandbox:
    """Make a sandbox, and prove on this machine and now that it holds.

    A guest really tries to read a file of the host, to reach its network, to see
    its environment, to write outside its own /tmp, and to have memory that its
    limit does not count.

    Parameters
    ----------
    limits : Limits
        Of the sandboxes that wait; a job with others starts cold.
    pool : mapping of Loader to int
        How many sandboxes wait warmed up; none unless said so.
    refills_at_once : int
        How many warm up side by side.
    shelf : Shelf
        What the paths of jobs are relative to.
    trusted : bool
        Start models without isolation, and prove nothing: they may do whatever this
        account may.

    Returns
    -------
    Sandbox
        Ready for runs; the caller closes it.

    Raises
    ------
    SandboxUnavailableError
        If there is none, or one of the attacks worked; with the reason.
    """
    runtime = None if trusted else find_runtime()
    launcher = Launcher(runtime)
    try:
        found = find_holes(launcher, runtime) if runtime else []
        if found:
            raise SandboxUnavailableError(" ".join(["The self-test got out.", *found]))
    except BaseException:
        launcher.close()
        raise
    return Sandbox(
        launcher,
        limits=limits,
        pool=pool,
        refills_at_once=refills_at_once,
        shelf=shelf,
    )
