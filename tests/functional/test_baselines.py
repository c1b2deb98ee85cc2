"""Each folder of ``baselines/`` makes what a team could have handed in."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml

from challenge.client import Client
from challenge.sandbox import inspect_bundle

from .conftest import Server, finish

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "baselines").glob("*/train.py"))
# In small the demo of `test_demo.py` hands in two others.
QUICK = ("prevalence",)


def name(script: Path) -> str:
    return script.parent.name


@pytest.mark.sandbox
@pytest.mark.parametrize(
    "script",
    [
        pytest.param(s, id=name(s), marks=[] if name(s) in QUICK else pytest.mark.full)
        for s in SCRIPTS
    ],
)
def test_each_baseline_is_a_submission_like_any_other(
    server: Server, join: Callable[[str], Client], tmp_path: Path, script: Path
) -> None:
    team, bundle = f"Team {name(script)}", tmp_path / "bundle.zip"
    with join(team) as client:
        client.download(tmp_path / "data", accept_terms=True)
        words = [sys.executable, str(script), str(tmp_path / "data"), str(bundle)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found = finish(client, bundle)
        rows = {row["team"]: row for row in client.board()["rows"]}
    assert found["state"] == "scored", json.dumps(found)
    assert rows[team]["baseline"] == name(script)
    assert (rows[team]["outside"] == "constant") == (name(script) == "prevalence")


def test_there_are_six() -> None:
    assert {name(script) for script in SCRIPTS} == {
        *("prevalence", "four-factors", "logistic"),
        *("lightgbm", "lightgbm-calibrated", "reductions"),
    }


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_the_card_names_the_folder_and_says_what_the_model_is_not_for(
    script: Path,
) -> None:
    _, front, text = script.with_name("CARD.md").read_text("utf-8").split("---\n", 2)
    told = yaml.safe_load(front)
    assert set(told) == {"title", "intended_use", "limits", "features", "baseline"}
    assert told["baseline"] == name(script)
    assert "FIGURES" not in text


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_a_baseline_is_short_enough_to_read(script: Path) -> None:
    lines = [line for line in script.read_text("utf-8").splitlines() if line]
    assert len(lines) <= 60


def test_a_baseline_without_data_ends_with_a_sentence_and_no_traceback(
    tmp_path: Path,
) -> None:
    script = ROOT / "baselines" / "prevalence" / "train.py"
    done = subprocess.run(
        [sys.executable, str(script), "data", "bundle.zip"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    what, repair = done.stderr.splitlines()
    assert what == "There is no folder data."
    assert repair.startswith("Type `challenge download data`")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_each_baseline_opens_its_data_where_a_refusal_is_explained(
    script: Path,
) -> None:
    # Read, not run: half a minute of imports would say the same six times.
    opened = "with explained():\n    train = open_data(sys.argv[1]).train\n"
    assert opened in script.read_text("utf-8")


def train_on(columns: dict[str, list], bundle: Path, patched: pytest.MonkeyPatch):
    """Run four-factors on a release with these columns."""
    rows = SimpleNamespace(features=pd.DataFrame(columns), labels=[True, False] * 20)
    data = SimpleNamespace(train=rows)
    patched.setattr("challenge.client.open_data", lambda folder: data)
    script = ROOT / "baselines" / "four-factors" / "train.py"
    patched.setattr("sys.argv", [str(script), "data", str(bundle)])
    runpy.run_path(str(script), run_name="__main__")


def test_four_factors_goes_on_with_those_that_a_release_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    columns = {"household_type": ["single_parent", None] * 20}
    train_on(columns, tmp_path / "m.zip", monkeypatch)
    told = capsys.readouterr().err
    assert "No column in this release for: mother without paid work, home of" in told
    assert inspect_bundle(tmp_path / "m.zip").baseline == "four-factors"


def test_four_factors_names_the_columns_when_a_release_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = {"income": [1.0, 2.0] * 20}
    with pytest.raises(SystemExit, match="none of household_type, employment_mother"):
        train_on(columns, tmp_path / "m.zip", monkeypatch)
    assert list(tmp_path.iterdir()) == []
