"""A bundle predicts practice rows at home: the server's code and refusals.

The guest is the server's own, started as a plain process: the model is the team's
own. Where it cannot start, since it is Linux's in many ways, MLflow loads the model
in a fresh process instead.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.errors import ModelRefusedError
from challenge.practice.data import Data
from challenge.records import Job, Limits, Outcome, Reason, Stage
from challenge.rules.feature_files import proof_rows
from challenge.rules.hidden import HIDDEN_SETS
from challenge.sandbox import BundleFacts, inspect_bundle, open_sandbox
from challenge.sandbox.handoff import write_rows
from challenge.sandbox.verdict import refuse

_LIMITS = Limits()
# As `Settings.upload_limit_mib` has it unless a server says otherwise.
_BUNDLE_MIB = 20


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What came of letting a bundle predict practice rows.

    Attributes
    ----------
    facts : BundleFacts
        What the server reads of the bundle, with its warnings.
    probabilities : ndarray of float64, shape (n_practice,)
        What it says of them.
    log : str
        What it printed.
    cpu_seconds, memory_mib : int
        What it used, rounded up to powers of two; 0 where nobody counted.
    repeat_difference : float or None
        Largest difference between answers to the same rows, asked twice.
    """

    facts: BundleFacts
    probabilities: NDArray[np.float64]
    log: str
    cpu_seconds: int
    memory_mib: int
    repeat_difference: float | None

    @property
    def title(self) -> str:
        """What its card calls it; may be empty."""
        return self.facts.title

    @property
    def warnings(self) -> tuple[str, ...]:
        """What may go wrong on the server, a sentence each."""
        return self.facts.warnings


def run_bundle(
    bundle: Path,
    data: Data,
    *,
    limits: Limits = _LIMITS,
    bundle_mib: int = _BUNDLE_MIB,
    on_step: Callable[[str], None] | None = None,
) -> Run:
    """Let a bundle predict practice rows as the proof run on the server does.

    It gets as many rows as on the server: practice rows first, and then training rows
    in the place of hidden ones. The seconds are those of this machine; where the guest
    cannot start, memory is not bounded and nothing is asked twice.

    Parameters
    ----------
    bundle : Path
        Zip that `challenge.client.package` made.
    data : Data
        From `challenge.practice.open_data`.
    limits : Limits
        What it may use; default: as a server has them unless told otherwise.
    bundle_mib : int
        Largest bundle, in MiB; default: likewise.
    on_step : callable, optional
        Told ``"inspect"`` and ``"predict"`` as they start.

    Returns
    -------
    Run
        Its answers, and what the server would warn of.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    BundleRefusedError
        If the server would not take it in.
    ModelRefusedError
        If the server would refuse it after the proof run, with the same reason.
    DataMissingError, DataUnusableError
        If the practice rows are gone or damaged.
    SandboxUnavailableError
        If no process can be started here.
    ModuleNotFoundError
        If what loads models on the server is not installed here.
    """
    _require_libraries()
    tell = on_step or _silent
    tell("inspect")
    facts = inspect_bundle(bundle, limit_mib=bundle_mib)
    tell("predict")
    rows = proof_rows(data.practice.features, _like_hidden(data))
    with tempfile.TemporaryDirectory(prefix="kansrijk-") as folder:
        place = Path(folder, "rows.arrow")
        write_rows(rows, place)
        count = len(data.practice.labels)
        job = Job(bundle.resolve(), facts.loader, place, count, limits=limits)
        outcome = _run(job)
    if outcome.practice is None:
        raise _refused(outcome)
    return Run(
        facts,
        outcome.practice,
        log=outcome.log,
        cpu_seconds=outcome.cpu_seconds,
        memory_mib=outcome.memory_mib,
        repeat_difference=outcome.repeat_difference,
    )


def _silent(step: str) -> None:
    """Tell nobody."""


def _require_libraries() -> None:
    """Do not blame the model for what the base install leaves out."""
    for name in ("mlflow", "sklearn"):
        if importlib.util.find_spec(name) is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def has_guest() -> bool:
    """Tell whether this system has what the guest is made of.

    Returns
    -------
    bool
        False: a fresh process takes its place, without a bound on memory.
    """
    return sys.platform == "linux"


def _run(job: Job) -> Outcome:
    if not has_guest():
        from challenge.practice.elsewhere import run_elsewhere

        return run_elsewhere(job)
    with open_sandbox(limits=job.limits, trusted=True) as sandbox:
        return sandbox.run(job, on_stage=_unseen)


def _unseen(stage: Stage) -> None:
    """There is one stage at home."""


def _like_hidden(data: Data) -> pd.DataFrame:
    """Make as many rows as the hidden ones, with gaps where training rows have any."""
    size = sum(data.manifest.rows.get(name, 0) for name in HIDDEN_SETS)
    train = data.train.features
    return train.iloc[np.arange(size) % len(train)]


def _refused(outcome: Outcome) -> ModelRefusedError:
    told = outcome.refusal or refuse(Stage.PROOF, Reason.CRASHED)
    return ModelRefusedError(told.reason, told.message, hint=told.hint, log=outcome.log)
