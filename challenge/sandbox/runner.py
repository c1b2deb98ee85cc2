"""The sandbox itself: proved before it is offered, then one session per run."""

from __future__ import annotations

import contextlib
import json
import math
import os
import secrets
import socket
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.errors import SandboxUnavailableError
from challenge.records import Limits, Outcome, Reason, Stage
from challenge.sandbox.handoff import sealed
from challenge.sandbox.isolate import ENVIRONMENT, Runtime, find_runtime, write_command
from challenge.sandbox.session import Session
from challenge.sandbox.verdict import coarsen, find_fault, refuse

_MIB = 1024 * 1024
_PRELOAD = ("numpy", "pandas", "pyarrow", "mlflow.pyfunc")
_OPEN_FILES = 256
_PROCESSES = 64
_PROBE_SECONDS = 30.0


class Sandbox:
    """Runs bundles, each in a process of its own that is used once.

    Get one from `open_sandbox`, which proves that it holds. Safe to share between
    threads.

    Parameters
    ----------
    runtime : Runtime
        What of this machine a guest may read.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        # The kernel ends a sandbox when the *thread* that started it ends, so one
        # thread that lives as long as this object starts them all.
        self._spawner = ThreadPoolExecutor(1, thread_name_prefix="sandbox-spawner")

    def run(
        self,
        bundle: Path,
        *,
        practice: pd.DataFrame,
        hidden: pd.DataFrame,
        limits: Limits,
        on_stage: Callable[[Stage], None],
    ) -> Outcome:
        """Let one model predict the public rows, then the hidden rows.

        Whatever the model does is in the outcome. Hidden rows go in shuffled by a
        secret order, so their place says nothing; the answer comes back in order.

        Parameters
        ----------
        bundle : Path
            The zip, inspected before.
        practice, hidden : DataFrame
            Feature columns only, one row per child.
        limits : Limits
            What the sandbox may use.
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
        """
        with self._open(limits, _PRELOAD) as session:
            outcome = _run_passes(session, bundle, practice, hidden, limits, on_stage)
        return replace(
            outcome,
            log=session.log,
            cpu_seconds=coarsen(session.cpu_seconds),
            memory_mib=coarsen(session.memory_bytes / _MIB),
        )

    def probe(self) -> list[str]:
        """Start a guest that tries to get out.

        Returns
        -------
        list of str
            A sentence for each attack that worked; empty if the sandbox holds.

        Raises
        ------
        SandboxUnavailableError
            If the sandbox does not start.
        """
        with _bait() as targets, self._open(Limits(scratch_mib=1), ()) as session:
            targets["package"] = str(self._runtime.packages[0])
            session.send({"probe": targets})
            answer = session.receive_text(limit_seconds=_PROBE_SECONDS)
        if not answer:
            raise SandboxUnavailableError("The self-test gave no answer.")
        found: list[str] = json.loads(answer)
        return found

    @contextlib.contextmanager
    def _open(self, limits: Limits, preload: tuple[str, ...]) -> Iterator[Session]:
        with sealed(self._runtime.call_filter) as files:
            arguments = write_command(
                self._runtime, limits=limits, filter_file=files[0], preload=preload
            )
            try:
                session = self._spawner.submit(Session, arguments, files).result()
            except OSError as error:
                raise SandboxUnavailableError(f"{error}.") from error
        with session:
            session.wait_until_ready()
            yield session


def open_sandbox() -> Sandbox:
    """Make a sandbox, and prove on this machine and now that it holds.

    A guest really tries to read a file of the host, to reach its network, to see
    its environment, to write outside its own /tmp, and to have memory that its
    limit does not count.

    Returns
    -------
    Sandbox
        Ready for runs.

    Raises
    ------
    SandboxUnavailableError
        If there is none, or one of the attacks worked; with the reason.
    """
    sandbox = Sandbox(find_runtime())
    found = sandbox.probe()
    if found:
        raise SandboxUnavailableError(" ".join(["The self-test got out.", *found]))
    return sandbox


def _run_passes(
    session: Session,
    bundle: Path,
    practice: pd.DataFrame,
    hidden: pd.DataFrame,
    limits: Limits,
    on_stage: Callable[[Stage], None],
) -> Outcome:
    """Give public rows, close the log, give hidden rows."""
    on_stage(Stage.PROOF)
    with sealed(bundle.read_bytes(), practice) as files:
        session.send(_limits_for_guest(limits), files)
    proof = _receive(session, len(practice), limits)
    if isinstance(proof, Reason):
        return Outcome(refusal=refuse(Stage.PROOF, proof))
    on_stage(Stage.SCORING)
    session.close_log()
    order = np.random.default_rng(secrets.randbits(128)).permutation(len(hidden))
    with sealed(hidden.iloc[order]) as files:
        session.send({}, files)
    shuffled = _receive(session, len(hidden), limits)
    if isinstance(shuffled, Reason):
        return Outcome(refusal=refuse(Stage.SCORING, shuffled), practice=proof)
    restored = np.empty_like(shuffled)
    restored[order] = shuffled
    return Outcome(practice=proof, hidden=restored)


def _receive(
    session: Session, count: int, limits: Limits
) -> NDArray[np.float64] | Reason:
    answer = session.receive(count, limit_seconds=limits.limit_seconds)
    if isinstance(answer, Reason):
        return answer
    return find_fault(answer) or answer


def _limits_for_guest(limits: Limits) -> dict[str, object]:
    """Write the limits that the guest's own process sets before the model loads."""
    return {
        # Two passes; the wall clock, which we keep, is what bounds each of them.
        "cpu_seconds": 2 * math.ceil(limits.limit_seconds),
        "memory_bytes": limits.memory_mib * _MIB,
        "file_bytes": limits.scratch_mib * _MIB,
        "open_files": _OPEN_FILES,
        "processes": _PROCESSES,
    }


@contextlib.contextmanager
def _bait() -> Iterator[dict[str, object]]:
    """Put things on this machine that a guest must not reach."""
    name = f"kansrijk-{secrets.token_hex(8)}"
    with (
        tempfile.NamedTemporaryFile(prefix="kansrijk-") as file,
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        Path(file.name).chmod(0o644)
        abstract.bind(f"\0{name}")
        abstract.listen()
        yield {
            "file": file.name,
            "port": server.getsockname()[1],
            "abstract": name,
            "pid": os.getpid(),
            "variables": [*ENVIRONMENT, "PWD"],
        }
