"""A score at home is the server's, and so is a refusal."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline
from typer.testing import CliRunner

from challenge.cli import app
from challenge.errors import (
    BundleRefusedError,
    DataUnusableError,
    ModelRefusedError,
    SandboxUnavailableError,
)
from challenge.practice import Data, evaluate, open_data
from challenge.practice.elsewhere import run_elsewhere
from challenge.practice.report import write_report
from challenge.practice.running import Run, run_bundle
from challenge.records import Job, Limits, Loader, Outcome, Reason
from challenge.sandbox import BundleFacts, Sandbox, open_sandbox
from challenge.sandbox.handoff import write_rows
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE
from leaderboard import Scorecard, publish, quantised, score

from ...factories import pyfunc_bundle, small_bundle

PYFUNC = """
import numpy as np
def _load_pyfunc(path):
    {load}
    return Model()
class Model:
    def predict(self, frame):
        print("predicting", len(frame))
        {answer}
"""
# What a model may do wrong, and the server's word for it.
WRONG = {
    "load-error": ("raise RuntimeError('no file')", "return None"),
    "predict-error": ("pass", "raise ValueError('no such word')"),
    "wrong-count": ("pass", "return np.full(3, 0.1)"),
    "not-finite": ("pass", "return np.full(len(frame), np.nan)"),
    "out-of-range": ("pass", "return np.full(len(frame), 1.5)"),
    "labels": ("pass", "return np.arange(len(frame)) % 2"),
    "crashed": ("pass", "import os; os._exit(3)"),
}


def by_hand(probabilities: np.ndarray, data: Data) -> Scorecard:
    """What a sceptic does with the public files and the library alone."""
    rules = json.loads((data.folder / "scoring.json").read_text("utf-8"))
    rows = pd.read_parquet(data.folder / "practice.parquet")
    groups = pd.read_parquet(data.folder / "groups.parquet")
    groups = groups[groups["set"] == "practice"].reset_index(drop=True)
    said = pd.read_parquet(data.folder / "practice_reference.parquet")
    facts = data.manifest
    exact = score(
        rows[facts.target],
        quantised(probabilities),
        groups=groups[[*facts.attributes]],
        clusters=groups[facts.cluster],
        areas=groups[facts.area],
        capacity=rules["capacity"],
        policy=data.policy,
        reference=said["probability"],
        curves=True,
    )
    return publish(exact, curves=True)


def wrong_bundle(folder: Path, reason: str) -> Path:
    load, answer = WRONG[reason]
    place = folder / f"{reason}.zip"
    place.write_bytes(pyfunc_bundle(PYFUNC.format(load=load, answer=answer)))
    return place


def test_an_estimator_scores_as_the_library_says_by_hand(
    data: Data, pipeline: Callable[[], Pipeline]
) -> None:
    model = pipeline().fit(data.train.features, data.train.labels)
    said = model.predict_proba(data.practice.features)[:, 1]
    card = evaluate(model, data)
    assert card.to_json() == by_hand(said, data).to_json()
    assert (
        card.to_json()
        == evaluate(lambda rows: model.predict_proba(rows), data).to_json()
    )


def test_trees_of_lightgbm_are_asked_for_probabilities(data: Data) -> None:
    features = data.train.features.select_dtypes("number")
    names = list(features)
    trees = lightgbm.train(
        {"objective": "binary", "verbose": -1, "num_threads": 1},
        lightgbm.Dataset(features, data.train.labels.astype(float)),
        5,
    )
    said = trees.predict(data.practice.features[names])
    card = evaluate(lambda rows: trees.predict(rows[names]), data)
    assert card.to_json() == by_hand(said, data).to_json()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda rows: np.full(len(rows), np.nan), Reason.NOT_FINITE),
        (lambda rows: np.full(len(rows), -1.0), Reason.OUT_OF_RANGE),
        (lambda rows: np.full(2, 0.1), Reason.WRONG_COUNT),
        (lambda rows: np.full((len(rows), 3), 0.1), Reason.WRONG_COUNT),
        (lambda rows: np.arange(len(rows)) % 2, Reason.LABELS),
        (lambda rows: np.full(len(rows), "yes"), Reason.LABELS),
    ],
    ids=["nan", "negative", "few", "three columns", "zeros and ones", "words"],
)
def test_answers_are_held_to_the_servers_rules(
    data: Data, answer: Callable[[pd.DataFrame], np.ndarray], reason: Reason
) -> None:
    with pytest.raises(ModelRefusedError) as refused:
        evaluate(answer, data)
    assert refused.value.reason == reason
    assert refused.value.hint


def test_what_cannot_be_asked_is_a_mistake_in_the_program(data: Data) -> None:
    with pytest.raises(TypeError, match="no predict_proba"):
        evaluate(object(), data)


def test_a_bundle_scores_as_its_estimator_does(
    data: Data, bundle: Path, pipeline: Callable[[], Pipeline]
) -> None:
    steps: list[str] = []
    card = evaluate(str(bundle), data, on_step=steps.append)
    model = pipeline().fit(data.train.features, data.train.labels)
    assert card.to_json() == evaluate(model, data).to_json()
    assert steps == ["inspect", "predict", "score"]


@pytest.mark.full
def test_where_the_guest_cannot_start_the_score_is_the_same(
    data: Data, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = run_bundle(bundle, data)
    monkeypatch.setattr("challenge.practice.running.has_guest", lambda: False)
    there = run_bundle(bundle, data)
    np.testing.assert_array_equal(here.probabilities, there.probabilities)


def test_a_zip_that_is_no_bundle_is_refused_before_it_runs(
    data: Data, tmp_path: Path
) -> None:
    place = tmp_path / "odd.zip"
    place.write_bytes(b"no zip")
    with pytest.raises(BundleRefusedError) as refused:
        evaluate(place, data)
    assert refused.value.hint


@pytest.mark.full
def test_a_refusal_at_home_names_the_reason_and_shows_the_whole_log(
    data: Data, tmp_path: Path
) -> None:
    with pytest.raises(ModelRefusedError) as refused:
        evaluate(wrong_bundle(tmp_path, "predict-error"), data)
    told = refused.value
    assert told.reason == "predict-error"
    assert "predicting" in told.log
    assert "no such word" in told.log
    assert told.hint


@pytest.mark.full
@pytest.mark.parametrize("reason", WRONG)
def test_every_refusal_at_home_is_the_one_of_the_server(
    data: Data, tmp_path: Path, reason: str, sandbox: Sandbox
) -> None:
    """The same bundle in a real sandbox, and in the fresh process of other systems."""
    place = wrong_bundle(tmp_path, reason)
    rows = tmp_path / "rows.arrow"
    write_rows(data.practice.features, rows)
    job = Job(place, Loader.PYFUNC, rows, len(data.practice.labels))
    there: Outcome = sandbox.run(job, on_stage=lambda stage: None)
    elsewhere = run_elsewhere(job)
    with pytest.raises(ModelRefusedError) as refused:
        evaluate(place, data)
    told = refused.value
    for refusal in (there.refusal, elsewhere.refusal):
        assert (told.reason, told.message, told.hint) == (
            refusal.reason,
            refusal.message,
            refusal.hint,
        )
    assert told.reason == reason


@pytest.fixture
def sandbox():
    try:
        opened = open_sandbox()
    except SandboxUnavailableError as error:
        pytest.skip(f"no sandbox here: {error}")
    with opened:
        yield opened


@pytest.mark.full
@pytest.mark.parametrize(
    ("answer", "limits", "reason"),
    [
        ("import time; time.sleep(60)", Limits(limit_seconds=3), Reason.TIME_LIMIT),
        ("np.ones(1 << 30)", Limits(memory_mib=1500), Reason.MEMORY_LIMIT),
    ],
    ids=["time", "memory"],
)
def test_a_bundle_has_the_servers_limits(
    data: Data, tmp_path: Path, answer: str, limits: Limits, reason: Reason
) -> None:
    place = tmp_path / "greedy.zip"
    place.write_bytes(pyfunc_bundle(PYFUNC.format(load="pass", answer=answer)))
    with pytest.raises(ModelRefusedError) as refused:
        evaluate(place, data, limits=limits)
    assert refused.value.reason == reason


class Server:
    """Says which release it has."""

    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256

    def challenge(self) -> dict:
        return {"release": {"version": "2", "files": {"manifest.json": self.sha256}}}


def test_rows_of_another_release_than_the_servers_are_refused(data: Data) -> None:
    own = hashlib.sha256((data.folder / "manifest.json").read_bytes()).hexdigest()
    assert open_data(data.folder, server=Server(own)).name == "quickstart/1"
    with pytest.raises(DataUnusableError, match="quickstart/2") as refused:
        open_data(data.folder, server=Server("0" * 64))
    assert "challenge download" in refused.value.hint


FACTS = BundleFacts("", 1, 1, "sklearn", "<b>Kiek</b>", None, "", Loader.SKLEARN)


def run_with(facts: BundleFacts = FACTS, *, repeats: float = 0.0) -> Run:
    return Run(facts, np.zeros(1), "printed <this>", 1, 1, repeats)


@pytest.mark.parametrize(
    ("language", "tag"),
    [
        ("nl", "oefenrijen: kan op getraind zijn"),
        ("en", "practice rows: may have been trained on"),
    ],
)
def test_the_report_is_one_file_that_says_what_it_is(
    data: Data, language: str, tag: str
) -> None:
    card = evaluate(lambda rows: np.linspace(0.05, 0.4, len(rows)), data)
    page = write_report(card, run_with(repeats=0.25), data, language=language)
    assert f'<html lang="{language}">' in page
    read = unescape(page)
    repeated = {"nl": "tot 0,25", "en": "up to 0.25"}[language]
    for text in (NOTICE[language], FORBIDDEN_USE[language], tag, repeated):
        assert text in read
    assert "&lt;b&gt;Kiek" in page
    assert "<b>Kiek" not in page
    assert "printed &lt;this&gt;" in page
    assert "<svg" in page
    assert "light-dark(" in page
    # Nothing is fetched from anywhere, and nothing runs.
    assert not re.search(r"url\((?!#)|<script|<link|src=|@import", page)
    assert page == write_report(card, run_with(repeats=0.25), data, language=language)


def test_the_command_prints_the_scorecard_and_writes_the_report(
    data: Data, bundle: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    typed = ["evaluate", str(bundle), "--data", str(data.folder)]
    done = CliRunner().invoke(app, [*typed, "--json", "--report", str(report)])
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    card = Scorecard.from_json(json.dumps(told["scorecard"]))
    assert told["rows"] == "practice"
    assert card.metrics["scaled_brier"].low is not None
    assert "Honest" in report.read_text("utf-8")
    assert [place.name for place in tmp_path.iterdir()] == ["report.html"]


def test_the_command_says_which_limits_it_used_and_where_the_servers_stand(
    data: Data, bundle: Path
) -> None:
    typed = ["evaluate", str(bundle), "--data", str(data.folder)]
    env = {"CHALLENGE_LIMIT_SECONDS": "77", "CHALLENGE_MEMORY_MIB": "2048"}
    done = CliRunner().invoke(app, typed, env=env)
    told = " ".join(done.stderr.split())
    assert done.exit_code == 0, done.stderr
    assert "Limits here: 77 seconds of this machine, 2,048 MiB of memory" in told
    assert "Your server's stand at its page /challenge" in told
    small = CliRunner().invoke(app, typed, env={"CHALLENGE_UPLOAD_LIMIT_MIB": "0"})
    assert "CHALLENGE_UPLOAD_LIMIT_MIB" in small.stderr


def test_the_command_tells_what_to_do_where_nothing_was_downloaded(
    bundle: Path, tmp_path: Path
) -> None:
    typed = ["evaluate", str(bundle), "--data", str(tmp_path / "none")]
    done = CliRunner().invoke(app, typed)
    assert done.exit_code == 1
    assert "There is no folder" in done.stderr
    assert "challenge download" in done.stderr


def test_the_command_shows_the_log_of_a_refused_model(
    data: Data, tmp_path: Path
) -> None:
    place = wrong_bundle(tmp_path, "labels")
    done = CliRunner().invoke(app, ["evaluate", str(place), "--data", str(data.folder)])
    assert done.exit_code == 1
    assert "predicting" in done.stderr
    assert "class labels" in done.stderr
    assert "predict_proba" in done.stderr


@pytest.mark.full
def test_a_small_bundle_without_a_model_is_no_riddle(
    data: Data, tmp_path: Path
) -> None:
    place = tmp_path / "small.zip"
    place.write_bytes(small_bundle())
    with pytest.raises(ModelRefusedError) as refused:
        evaluate(place, data)
    assert refused.value.reason == "load-error"


def imports(absent: tuple[str, ...], module: str) -> str:
    """Import a module in a fresh interpreter that lacks others; give its complaint."""
    code = f"import sys; sys.modules.update(dict.fromkeys({absent})); import {module}"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    return done.stderr


def test_data_open_with_the_base_install_alone() -> None:
    absent = ("lightgbm", "mlflow", "packaging", "sdv", "sklearn", "threadpoolctl")
    assert imports((*absent, "fastapi", "numba"), "challenge.practice") == ""


@pytest.mark.full
def test_other_systems_lack_what_the_guest_is_made_of() -> None:
    assert imports(("fcntl", "resource", "pwd"), "challenge.practice.elsewhere") == ""


def test_without_the_extra_the_model_is_not_blamed(
    data: Data, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "challenge.practice.running.importlib.util.find_spec", lambda name: None
    )
    typed = ["evaluate", str(bundle), "--data", str(data.folder)]
    done = CliRunner().invoke(app, typed)
    assert done.exit_code == 1
    assert "kansrijk[team]" in done.stderr
