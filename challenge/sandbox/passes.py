"""What one run asks of its sandbox: the proof, the same again, the hidden rows.

The proof run shows a team all that its model prints. Then a few of its rows are
asked once more, in another order and alone: a model that answers at random, or
whose answer for a child depends on the other children, gives itself away. Last
come the hidden rows, of which nothing is heard but numbers.
"""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from challenge.records import Job, Limits, Outcome, Reason, Stage
from challenge.sandbox.handoff import pack_rows, sealed, unpack_rows
from challenge.sandbox.session import Session
from challenge.sandbox.verdict import find_fault, refuse

# Enough to meet every kind of row, and a hundredth of the hidden ones.
REPEATED_ROWS = 500

_MIB = 1024 * 1024
_OPEN_FILES = 256
_THREADS = 64
_SIGNALS = 64
_PASSES = 3

Answer = NDArray[np.float64] | Reason


@dataclass(frozen=True, slots=True)
class Shuffled:
    """Hidden rows as they go in.

    Attributes
    ----------
    order : ndarray of int64, shape (n_rows,)
        Which row stands at each place.
    rows : memoryview
        An Arrow file.
    """

    order: NDArray[np.int64]
    rows: memoryview


@dataclass(frozen=True, slots=True)
class Passes:
    """The passes of one job through one started sandbox.

    Attributes
    ----------
    session : Session
        The sandbox, ready and unused.
    job : Job
        What it is to do.
    files : Path
        Folder that the job's paths are relative to.
    """

    session: Session
    job: Job
    files: Path

    def run(self, on_stage: Callable[[Stage], None]) -> Outcome:
        """Let the model answer; whatever it does is in the outcome.

        Parameters
        ----------
        on_stage : callable
            Told ``PROOF`` and ``SCORING`` as they start.

        Returns
        -------
        Outcome
            Without log and use, which the session knows at its end.
        """
        on_stage(Stage.PROOF)
        proof = (self.files / self.job.proof).read_bytes()
        count = self._send_proof(proof)
        # Made ready while the model works.
        hidden = self._shuffle()
        first = _checked(self._receive(count))
        if isinstance(first, Reason):
            return Outcome(refusal=refuse(Stage.PROOF, first))
        practice = first[: self.job.proof_count]
        repeated = self._repeat(unpack_rows(proof), practice)
        if isinstance(repeated, Reason):
            return Outcome(refusal=refuse(Stage.PROOF, repeated))
        proved = Outcome(practice=practice, repeat_difference=repeated)
        if hidden is None:
            return proved
        on_stage(Stage.SCORING)
        return self._score(proved, hidden)

    def _send_proof(self, proof: bytes) -> int:
        """Send the bundle and the public rows; return how many these are."""
        bundle = (self.files / self.job.bundle).read_bytes()
        limits = _write_limits(self.job.limits, has_user=not self.session.is_trusted)
        with sealed(bundle, proof) as files:
            self.session.send({"limits": limits, "silent": False}, files)
        return int(unpack_rows(proof).num_rows)

    def _repeat(
        self, proof: pa.Table, practice: NDArray[np.float64]
    ) -> float | Reason | None:
        """Ask some practice rows again; return by how much the answers differ."""
        rows = _draw_order(len(practice))[:REPEATED_ROWS]
        if not len(rows):
            return None
        printed = self.session.log.mark()
        with sealed(pack_rows(proof.take(pa.array(rows)))) as files:
            self.session.send({"silent": False}, files)
        again = self._receive(len(rows))
        if isinstance(again, Reason):
            return again
        # Few rows may rightly get zeros and ones alone.
        if (fault := find_fault(again)) not in (None, Reason.LABELS):
            return fault
        self.session.log.cut(printed)
        return float(np.abs(again - practice[rows]).max())

    def _shuffle(self) -> Shuffled | None:
        """Put the hidden rows in an order that says nothing."""
        if self.job.hidden is None:
            return None
        rows = unpack_rows((self.files / self.job.hidden).read_bytes())
        order = _draw_order(rows.num_rows)
        return Shuffled(order, pack_rows(rows.take(pa.array(order))))

    def _score(self, proved: Outcome, hidden: Shuffled) -> Outcome:
        """Close the log and send the hidden rows."""
        self.session.log.close()
        began = time.monotonic()
        with sealed(hidden.rows) as files:
            self.session.send({"silent": True}, files)
        answer = _checked(self._receive(len(hidden.order)))
        done = replace(proved, hidden_seconds=time.monotonic() - began)
        if isinstance(answer, Reason):
            return replace(done, refusal=refuse(Stage.SCORING, answer))
        restored = np.empty_like(answer)
        restored[hidden.order] = answer
        return replace(done, hidden=restored)

    def _receive(self, count: int) -> Answer:
        seconds = self.job.limits.limit_seconds
        return self.session.receive(count, limit_seconds=seconds)


def _write_limits(limits: Limits, *, has_user: bool) -> dict[str, int]:
    """Write the limits that the guest's own process sets before the model loads."""
    found = {
        # The wall clock, which we keep, is what bounds each pass.
        "cpu_seconds": _PASSES * math.ceil(limits.limit_seconds),
        "memory_bytes": limits.memory_mib * _MIB,
        "file_bytes": limits.scratch_mib * _MIB,
        "open_files": _OPEN_FILES,
        "core_bytes": 0,
    }
    # The kernel counts all threads and queued signals of the user, which may be this
    # account's. All sandboxes are one user: without a limit of its own for signals,
    # one could fill what another finds full.
    shared = {"threads": _THREADS, "signals": _SIGNALS}
    return found | (shared if has_user else {})


def _checked(answer: Answer) -> Answer:
    return answer if isinstance(answer, Reason) else find_fault(answer) or answer


def _draw_order(count: int) -> NDArray[np.int64]:
    return np.random.default_rng(secrets.randbits(128)).permutation(count)
