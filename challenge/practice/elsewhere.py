"""A bundle in a fresh process where the guest cannot start: not on Linux.

The same code loads the model as in the guest, and the same rules hold for its answer.
What only Linux's kernel bounds, memory above all, is not bounded here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from challenge.records import Job, Outcome, Reason, Stage
from challenge.sandbox.guest import protocol
from challenge.sandbox.handoff import read_rows
from challenge.sandbox.isolate import ENVIRONMENT
from challenge.sandbox.verdict import find_fault, read_code, refuse

# Exit codes have no sign, and the small ones are what a model ends with by itself.
_STEPS = {100 - code: code for code in range(protocol.WORDS_GIVEN, 0)}
# What the guest sets that is not a path of its sandbox.
_SET = {
    name: value
    for name, value in ENVIRONMENT.items()
    if name.endswith("_THREADS") or name in ("PYTHONHASHSEED", "LANG")
}


def run_elsewhere(job: Job) -> Outcome:
    """Let a bundle predict public rows without what only Linux has.

    Parameters
    ----------
    job : Job
        Bundle, rows and limits; it is asked once.

    Returns
    -------
    Outcome
        Probabilities or a refusal, and what the model printed.
    """
    with tempfile.TemporaryDirectory(prefix="kansrijk-") as folder:
        answer = Path(folder, "answer.npy")
        with zipfile.ZipFile(job.bundle) as archive:
            archive.extractall(Path(folder, "model"))
        command = [sys.executable, "-P", "-m", __name__, folder, str(job.proof)]
        try:
            done = subprocess.run(
                command,
                env=os.environ | _SET | {"MLFLOW_DISABLE_TELEMETRY": "true"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                text=True,
                errors="replace",
                timeout=job.limits.limit_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Outcome(refuse(Stage.PROOF, Reason.TIME_LIMIT))
        found = _read(answer, job) if done.returncode == 0 else _why(done.returncode)
    if isinstance(found, Reason):
        return Outcome(refuse(Stage.PROOF, found), log=done.stdout)
    return Outcome(practice=found[: job.proof_count], log=done.stdout)


def _why(returned: int) -> Reason:
    return read_code(_STEPS[returned]) if returned in _STEPS else Reason.CRASHED


def _read(place: Path, job: Job) -> NDArray[np.float64] | Reason:
    if not place.is_file():
        return Reason.CRASHED
    values: NDArray[np.float64] = np.load(place, allow_pickle=False)
    if len(values) != len(read_rows(job.proof)):
        return Reason.WRONG_COUNT
    return find_fault(values) or values


def _main(folder: Path, rows: Path) -> int:
    """Load and answer in the fresh process; the exit code says which step failed."""
    import traceback

    from challenge.sandbox.guest.answering import ShapeError, WordsError, read_answer
    from challenge.sandbox.guest.loading import load_model

    step = protocol.LOAD_FAILED
    try:
        predict = load_model(folder / "model")
        step = protocol.PREDICT_FAILED
        np.save(folder / "answer.npy", read_answer(predict(read_rows(rows))))
    except MemoryError:
        step = protocol.MEMORY_OUT
    except ShapeError:
        step = protocol.SHAPE_WRONG
    except WordsError:
        step = protocol.WORDS_GIVEN
    except Exception:
        traceback.print_exc()
    else:
        return 0
    return 100 - step


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1]), Path(sys.argv[2])))
