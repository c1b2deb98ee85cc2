"""The sceptic's road: a folder from the organiser, the board without the service."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline

from challenge.client import package
from challenge.records import Role
from challenge.store import open_database
from leaderboard.recomputing import scorecard_schema

from .conftest import Server, finish, register_all

pytestmark = [pytest.mark.sandbox, pytest.mark.full]
# What a sceptic installs: the base install without what the client alone needs.
BASE = {
    *("leaderboard", "numpy", "pandas", "scipy", "jinja2", "markupsafe"),
    *("dateutil", "pytz", "six", "tzdata"),
}
BLOCKED = {"challenge", *packages_distributions()} - BASE
ALONE = f"""
import runpy, sys

class Without:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in {sorted(BLOCKED)!r}:
            return self.finder.find_spec(name, path, target)

sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
sys.argv = ["leaderboard", *sys.argv[1:]]
runpy.run_module("leaderboard", run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True)
class Audited:
    """A served board, and the folder that it was exported to."""

    board: dict[str, Any]
    folder: Path
    told: str


def export(server: Server, folder: Path, *options: str) -> subprocess.CompletedProcess:
    """Type the organiser's command on the home of a running server."""
    command = [sys.executable, "-m", "challenge", "export", str(folder)]
    return subprocess.run(
        [*command, "--for", "auditor", "--by", "A test", *options],
        env=os.environ | server.settings.environment(),
        capture_output=True,
        text=True,
    )


def recompute(folder: Path, *options: str) -> subprocess.CompletedProcess:
    """Type the sceptic's command where only the base packages can be imported."""
    return subprocess.run(
        [sys.executable, "-c", ALONE, str(folder), *options],
        capture_output=True,
        text=True,
        cwd=folder,
    )


@pytest.fixture(scope="module")
def audited(
    server: Server,
    train: tuple[pd.DataFrame, np.ndarray],
    pipeline: Callable[[], Pipeline],
    bundle: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Audited:
    """Three teams, five submissions, one board."""
    place = tmp_path_factory.mktemp("auditing")
    features, labels = train
    weak = pipeline().fit(features[:80], labels[:80])
    constant = DummyClassifier(strategy="prior").fit(features, labels)
    bundles = {
        "weak": package(weak, features, place / "weak.zip", title="Weak"),
        "constant": package(constant, features, place / "none.zip", title="Constant"),
        "honest": bundle,
    }
    names = {"Zwaluw": ("weak", "honest", "weak"), "Uil": ("constant",)}
    names["Merel"] = ("weak",)
    server.tokens.update(register_all(server.settings, dict.fromkeys(names, Role.TEAM)))
    for team, kinds in names.items():
        with server.client(team) as client:
            for kind in kinds:
                assert finish(client, bundles[kind])["state"] == "scored"
    with server.client() as visitor:
        board = visitor.board()
    done = export(server, place / "folder", "--while-running")
    assert done.returncode == 0, done.stderr
    return Audited(board, place / "folder", done.stderr)


@pytest.fixture
def folder(audited: Audited, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(audited.folder, tmp_path / "folder"))


def test_the_board_that_was_served_comes_out_without_the_service(
    audited: Audited, folder: Path
) -> None:
    done = recompute(folder, "--json", "board.json", "--html", "board.html")

    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads((folder / "board.json").read_text())["rows"]
    fields = ("team", "title", "place_low", "place_high", "scaled_brier", "policy")
    fields += ("scaled_brier_low", "scaled_brier_high", "outside", "submissions")
    assert [[row[name] for name in fields] for row in rows] == [
        [row[name] for name in fields] for row in audited.board["rows"]
    ]
    assert json.loads((folder / "served.json").read_text()) == audited.board
    assert "Every line agrees with the published board: 3 of 3." in done.stdout
    page = (folder / "board.html").read_text("utf-8")
    assert "Zwaluw" in page
    assert "<script" not in page


def test_the_exact_scores_are_those_of_the_service_in_the_published_format(
    server: Server, folder: Path
) -> None:
    """To 1e-12: the service has numba, and the sceptic has not."""
    database = open_database(server.settings.database)
    with database.read() as unit:
        results = unit.results.all("quickstart/1")
    database.close()
    recompute(folder, "--all", "--json", "board.json")

    schema = Draft202012Validator(scorecard_schema())
    for result in results:
        schema.validate(json.loads(result.scorecard))
        schema.validate(json.loads(result.practice))
    rows = json.loads((folder / "board.json").read_text())["rows"]
    served = {r.submission_id: json.loads(r.scorecard)["metrics"] for r in results}
    assert {row["key"] for row in rows} == set(served)
    for row in rows:
        exact = served[row["key"]]["scaled_brier"]
        assert row["exact"]["scaled_brier"] == pytest.approx(exact["value"], abs=1e-12)
        assert row["exact"]["scaled_brier_low"] == pytest.approx(
            exact["low"], abs=1e-12
        )


def test_the_folder_holds_no_id_and_no_feature(audited: Audited, release: Any) -> None:
    whole = (audited.folder / "rows.csv").read_text("utf-8")
    rows = [line for line in whole.splitlines() if not line.startswith("#")]
    columns = rows[0].split(",")
    sealed = release.sealed("board")

    assert columns == ["label", "cluster", "area", *release.manifest.attributes]
    assert not any(child in whole for child in sealed.ids)
    assert len(rows) == len(sealed.labels) + 1
    assert "Not for decisions about a family" in whole


def test_only_its_owner_can_read_it_and_the_audit_table_knows_who(
    server: Server, audited: Audited
) -> None:
    assert audited.folder.stat().st_mode & 0o777 == 0o700
    assert "every hidden label" in audited.told
    database = open_database(server.settings.database)
    with database.read() as unit:
        entries = [e for e in unit.audit.all() if e["action"] == "export board"]
    database.close()
    assert [(e["actor"], e["subject"]) for e in entries] == [("A test", "quickstart/1")]
    assert entries[0]["detail"] == {"phase": "open", "submissions": 5}


@pytest.mark.parametrize(
    ("file", "told"),
    [("predictions", "scaled_brier is"), ("served.json", "place_low is")],
)
def test_tampering_is_reported(folder: Path, file: str, told: str) -> None:
    if file == "served.json":
        board = json.loads((folder / file).read_text())
        board["rows"][0]["place_low"] += 1
        (folder / file).write_text(json.dumps(board))
    else:
        for place in (folder / file).iterdir():
            lines = place.read_text().splitlines()
            place.write_text("\n".join([*lines[:5], *["0.9"] * 9, *lines[14:], ""]))

    done = recompute(folder)

    assert done.returncode == 1
    assert told in done.stdout
    assert "Not every line agrees" in done.stdout


def test_it_is_not_written_while_the_challenge_runs_unless_that_is_said(
    server: Server, audited: Audited, tmp_path: Path
) -> None:
    done = export(server, tmp_path / "early")

    assert done.returncode == 1
    assert "--while-running" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_and_nothing_is_left_half_written(
    server: Server, audited: Audited, tmp_path: Path
) -> None:
    assert export(server, tmp_path, "--while-running").returncode == 1
    sealed = server.settings.home / "sealed" / "predictions"
    [first, *_] = sealed.iterdir()
    first.rename(first.with_suffix(".away"))
    try:
        done = export(server, tmp_path / "folder", "--while-running")
    finally:
        first.with_suffix(".away").rename(first)

    assert done.returncode == 1
    assert f"Its predictions in {first.name} are gone or damaged" in done.stderr
    assert list(tmp_path.iterdir()) == []
