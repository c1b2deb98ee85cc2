"""Every reason why a run ends without a score: what its hint says mends the model."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from challenge.client import Client
from challenge.records import Reason
from challenge.settings import Settings

from ..factories import pyfunc_bundle
from .conftest import Server, finish, run_server

pytestmark = [pytest.mark.sandbox, pytest.mark.full]
MODEL = """
import os
import numpy as np
def _load_pyfunc(path):
    {load}
    return Model()
def of(income):
    return 1 / (1 + np.exp((income - 20_000) / 20_000))
class Model:
    def predict(self, frame):
        income = frame["income"].fillna(30_000).to_numpy(float)
        {line}
        return {answer}
"""


def model(*, load: str = "pass", line: str = "pass", answer: str = "of(income)") -> str:
    """Write a model; without anything it is an honest one."""
    return MODEL.format(load=load, line=line, answer=answer)


GAPS = 'frame["income"].to_numpy(float)'
LOOP = "np.array([slow(one) for one in income])"
SLOW = "slow = lambda one: [of(income).sum() for _ in range(20_000)] and of(one)"
# What goes wrong, the hint, and the same model once that is done.
RUNS: dict[Reason, tuple[str, str, str]] = {
    Reason.LOAD_ERROR: (
        model(load="import a_package_of_ours"),
        "only the runtime's packages; the log shows where it stopped",
        model(),
    ),
    Reason.PREDICT_ERROR: (
        model(line='frame["income"].astype(int)'),
        "missing values included",
        model(line='frame["income"].fillna(0).astype(int)'),
    ),
    Reason.WRONG_COUNT: (
        model(answer='of(frame["income"].dropna().to_numpy(float))'),
        "drop no rows with missing values",
        model(),
    ),
    Reason.NOT_FINITE: (
        model(answer=f"of({GAPS})"),
        "Impute missing features inside the model",
        model(),
    ),
    Reason.OUT_OF_RANGE: (
        model(answer="(20_000 - income) / 20_000"),
        "Return probabilities, not margins or logits",
        model(),
    ),
    Reason.LABELS: (
        model(answer="(of(income) > .4).astype(float)"),
        "not\\s+probabilities|predict_proba",
        model(),
    ),
    Reason.TIME_LIMIT: (
        model(line=SLOW, answer=LOOP),
        "predict all rows at once, not one by one",
        model(),
    ),
    Reason.MEMORY_LIMIT: (
        model(line="np.ones((len(frame), 1_000_000))"),
        "predict in blocks of rows",
        model(line="[np.ones((10, 1_000)) for _ in range(len(frame) // 10)]"),
    ),
    Reason.CRASHED: (
        model(line="os._exit(3)"),
        "Do not end the process",
        model(),
    ),
}
OURS = {
    Reason.PLATFORM_FAULT: "three tries failed on our side",
    Reason.RELEASE_REPLACED: "a new release came first: the same bundle again is taken",
}
"""Reasons that no change of a model mends."""


@pytest.fixture(scope="module")
def server(
    sandbox_works: None,
    published_settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """A server that waits less long for a slow model."""
    home = tmp_path_factory.mktemp("runs")
    (home / "releases").symlink_to(published_settings.home / "releases")
    shutil.copy(published_settings.home / "challenge.db", home)
    changes = {"home": home, "limit_seconds": 12.0}
    yield from run_server(published_settings.model_copy(update=changes))


@pytest.mark.parametrize("reason", RUNS)
def test_a_run_ends_well_once_its_hint_is_done(
    join: Callable[[str], Client], tmp_path: Path, reason: Reason
) -> None:
    wrong, hint, mended = RUNS[reason]
    # One of them for a score; the others show it in the proof run.
    is_proof = reason is not Reason.NOT_FINITE
    with join(f"Runs {reason}") as team:
        ends = []
        for number, code in enumerate((wrong, mended)):
            path = tmp_path / f"{number}.zip"
            path.write_bytes(pyfunc_bundle(code))
            ends.append(finish(team, path, proof=is_proof))
    refused, well = ends
    assert (refused["state"], refused["reason"]) == ("refused", reason)
    assert re.search(hint, refused["hint"]), refused["hint"]
    if reason is Reason.LOAD_ERROR:
        assert "a_package_of_ours" in refused["log"]
    assert well["state"] == ("proved" if is_proof else "scored"), well


def test_every_reason_has_a_run_or_is_ours() -> None:
    assert RUNS.keys() | OURS.keys() == set(Reason)
