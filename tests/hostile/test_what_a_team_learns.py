"""The end of a hostile run as its team sees it: through the queue and the database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from challenge.brief import read_brief
from challenge.records import (
    Job,
    Limits,
    Outcome,
    Reason,
    Refusal,
    Stage,
    State,
    Submission,
)
from challenge.rules.evaluation import Evaluation
from challenge.sandbox import Sandbox, open_sandbox
from challenge.sandbox.verdict import refuse
from challenge.shelf import Folder
from challenge.store import Database
from challenge.synthesis import Release

from ..factories import QUICKSTART, enqueue, pyfunc_bundle

pytestmark = pytest.mark.sandbox

# Proof run, the same rows again, hidden rows.
MODEL = """
import itertools, os, time
import numpy as np
passes = itertools.count(1)

class Model:
    def predict(self, rows, params=None):
        if next(passes) == 3:
            {end}
        return np.linspace(0.1, 0.9, len(rows))

def _load_pyfunc(path):
    return Model()
"""


class Watched:
    """The sandbox, and when it sent the hidden rows."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.sent = 0.0

    def run(self, job: Job, *, on_stage: Callable[[Stage], None]) -> Outcome:
        def watch(stage: Stage) -> None:
            if stage is Stage.SCORING:
                self.sent = time.monotonic()
            on_stage(stage)

        return self._sandbox.run(job, on_stage=watch)


@pytest.fixture
def watched(sandbox: Sandbox, tmp_path: Path) -> Iterator[Watched]:
    """A sandbox for the files of this test, where any can be made."""
    with open_sandbox(shelf=Folder(tmp_path)) as opened:
        yield Watched(opened)


@pytest.fixture
def submit(
    watched: Watched, database: Database, release: Release, tmp_path: Path
) -> Callable[[str], Submission]:
    """Evaluate a model that does this at the end, and look at its submission."""
    evaluation = Evaluation(
        database,
        watched,
        release=release,
        brief=read_brief(QUICKSTART),
        home=tmp_path,
        shelf=Folder(tmp_path),
        worker="w",
        limits=Limits(memory_mib=2048),
        lease=timedelta(seconds=60),
    )

    def run(end: str) -> Submission:
        enqueue(database, "one", "Zwaluw")
        bundle = tmp_path / "bundles" / "ab.zip"
        bundle.parent.mkdir()
        bundle.write_bytes(pyfunc_bundle(MODEL.format(end=end)))
        evaluation.evaluate(evaluation.claim())
        with database.read() as unit:
            return unit.submissions.get("one")

    return run


def told(seen: Submission) -> Refusal:
    return Refusal(seen.stage, seen.reason, seen.message, seen.hint)


def test_the_name_of_an_error_stays_inside(
    submit: Callable[[str], Submission],
) -> None:
    seen = submit("print(rows); raise type('Income310002718281', (Exception,), {})")

    assert seen.state is State.REFUSED
    assert told(seen) == refuse(Stage.SCORING, Reason.PREDICT_ERROR)
    assert "310002718281" not in str(seen)


def test_the_end_of_a_pause_is_seen_at_a_power_of_two(
    submit: Callable[[str], Submission], watched: Watched
) -> None:
    seen = submit("time.sleep(0.6); os._exit(7)")

    assert time.monotonic() - watched.sent >= 1.0
    assert told(seen) == refuse(Stage.SCORING, Reason.CRASHED)


def test_rows_in_the_last_digits_are_rounded_away(
    submit: Callable[[str], Submission], tmp_path: Path
) -> None:
    seen = submit("return 0.25 + np.arange(len(rows)) * 1e-12")

    assert seen.state is State.SCORED
    sealed = np.load(tmp_path / "sealed/predictions/one.npy")
    assert np.unique(sealed).tolist() == [0.25]
