"""``challenge demo``: the whole product at work, ended by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from challenge.cli import app
from challenge.demo import Demo
from challenge.store import open_database
from leaderboard import Scorecard, compare

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.sandbox


def play(home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the demo once on a free port."""
    ours = {f"CHALLENGE_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-m", "challenge", "demo", "--once", "--port=0", "--json"],
        cwd=ROOT,
        env=os.environ | {"CHALLENGE_HOME": str(home)} | ours,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_demo_ends_with_a_board_on_standard_output(
    tmp_path: Path, sandbox_works: None
) -> None:
    done = play(tmp_path, challenge="quickstart")
    assert done.returncode == 0, done.stderr
    rows = {row["team"]: row for row in json.loads(done.stdout)["rows"]}
    assert {team: row["baseline"] for team, row in rows.items()} == {
        "Zwaluw": "logistic",
        "Grutto": "lightgbm",
        "Kievit": "prevalence",
    }
    assert (rows["Kievit"]["place"], rows["Kievit"]["outside"]) == (None, "constant")
    assert "kansrijk_" in done.stderr
    assert "kansrijk_" not in done.stdout


@pytest.mark.parametrize(("end", "code"), [("scored", 0), ("refused", 2)])
def test_its_exit_code_says_whether_every_model_has_a_score(
    end: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Played(Demo):
        def play(self) -> dict:
            self._ends = {"Zwaluw": "scored", "Grutto": end}
            return {"rows": []}

    monkeypatch.setattr("challenge.demo.Demo", Played)
    ended = CliRunner().invoke(app, ["demo", "--once", "--json"])
    assert (ended.exit_code, json.loads(ended.stdout)) == (code, {"rows": []})


@pytest.mark.full
def test_the_demo_ends_with_code_2_when_a_model_has_no_score(
    tmp_path: Path, sandbox_works: None
) -> None:
    done = play(tmp_path, challenge="quickstart", memory_mib="300")
    assert done.returncode == 2, done.stderr
    assert json.loads(done.stdout)["rows"] == []


@pytest.mark.full
def test_five_teams_with_their_own_sources_beat_the_constant_on_the_first_challenge(
    tmp_path: Path, sandbox_works: None
) -> None:
    done = play(tmp_path, challenge="first-1000-days")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert [row["sources"] for row in rows] == [*3 * ["liss-whooz"], "cz", "sterk-huis"]
    [place] = tmp_path.glob("demo-*/challenge.db")
    database = open_database(f"sqlite:///{place}")
    with closing(database), database.read() as unit:
        results = unit.results.accepted("first-1000-days/1")
    cards = {r.team: Scorecard.from_json(r.scorecard) for r in results}
    constants = [card for card in cards.values() if card.degenerate == "constant"]
    for row in rows:
        if row["baseline"] == "prevalence":
            assert row["outside"] == "constant"
        else:
            # The margin is for who has the exact scorecards, and in no answer.
            assert all(compare(cards[row["team"]], c).low > 0 for c in constants)
            assert row["outside"] is None
