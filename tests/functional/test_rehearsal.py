"""``challenge rehearse``: a whole day on real parts, and an account that adds up."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from .conftest import wait_for

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.sandbox, pytest.mark.full]


def start(home: Path, *options: str) -> subprocess.Popen[str]:
    """Type the command, on the smallest challenge."""
    ours = {"CHALLENGE_HOME": str(home), "CHALLENGE_CHALLENGE": "quickstart"}
    return subprocess.Popen(
        [sys.executable, "-m", "challenge", "rehearse", "--json", *options],
        cwd=ROOT,
        env=os.environ | ours,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def rows(home: Path, query: str) -> list[tuple]:
    """Ask the rehearsal's database; nothing as long as there is none."""
    for place in home.glob("rehearsal-*/challenge.db"):
        with (
            suppress(sqlite3.OperationalError),
            closing(sqlite3.connect(place, timeout=10)) as connection,
            connection,
        ):
            return connection.execute(query).fetchall()
    return []


def still_running(home: Path) -> list[str]:
    """Find processes that were started with the rehearsal's home."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str(home).encode() in (place / "environ").read_bytes():
                found.append((place / "cmdline").read_text().replace("\0", " "))
    return found


def test_thirty_teams_are_accounted_for_whatever_breaks(
    tmp_path: Path, sandbox_works: None
) -> None:
    report = tmp_path / "day.md"
    asked = ["--teams", "30", "--hours", "1", "--pace", "40", "--report", str(report)]
    process = start(tmp_path, *asked)
    stdout, stderr = process.communicate()
    assert process.returncode == 0, stderr
    told = json.loads(stdout)
    kept = dict(
        rows(tmp_path, "SELECT state, count(*) FROM submissions GROUP BY state")
    )
    assert told["submissions"] == kept
    assert kept.keys() <= {"scored", "proved", "refused"}
    assert kept["scored"] >= 80
    assert len(told["faults"]) == 6
    assert all(fault["seconds_until_well"] for fault in told["faults"])
    assert "Everything is accounted for." in report.read_text("utf-8")
    assert still_running(tmp_path) == []


def test_ctrl_c_stops_everything_and_a_lost_submission_is_told(
    tmp_path: Path, sandbox_works: None
) -> None:
    asked = ["--teams", "2", "--hours", "1", "--no-faults", "--viewers", "1"]
    process = start(tmp_path, *asked)
    scored = "SELECT id FROM submissions WHERE state = 'scored' LIMIT 1"
    assert wait_for(lambda: rows(tmp_path, scored), 240)
    [(lost,)] = rows(tmp_path, scored)
    rows(tmp_path, f"DELETE FROM submissions WHERE id = '{lost}'")
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate()
    assert process.returncode == 1, stderr
    found = {one["name"]: one for one in json.loads(stdout)["findings"]}
    assert lost in found["submissions"]["told"]
    assert found["submissions"]["state"] == "fault"
    assert found["broken off"]["state"] == "fault"
    assert "recomputed" not in found
    assert [*tmp_path.glob("rehearsal-*/report.md")]
    assert still_running(tmp_path) == []
