"""A real server and its worker write a log that a program reads, without a secret."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from challenge.brief import read_brief
from challenge.client import Client
from challenge.errors import ChallengeError
from challenge.logs import FIELDS
from challenge.records import Role
from challenge.rules.inviting import Guest, invite
from challenge.settings import Settings
from challenge.store import open_database
from challenge.synthesis import Release
from leaderboard import Scorecard

from ..factories import QUICKSTART, pyfunc_bundle
from .conftest import accept, finish, register_all, wait_for_tracking

# It fails, and says so with what it was given.
TELLING = """
class Model:
    def predict(self, rows):
        raise ValueError("plant-uit-het-model " + rows.to_csv())


def _load_pyfunc(path):
    return Model()
"""
WRONG = "kansrijk_" + "W" * 49
PASSWORD = "plant-een-wachtwoord"


@dataclass(frozen=True)
class Day:
    """What was written of a small day, who was there, and what they knew."""

    lines: list[dict]
    whole: str
    settings: Settings
    secrets: set[str]
    scored: str
    refused: str
    metrics: str


@pytest.fixture(scope="module")
def day(
    sandbox_works: None,
    published_settings: Settings,
    bundle: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Day:
    """Play it: come in, mistype, hand in twice, score, look around."""
    home = tmp_path_factory.mktemp("observed")
    (home / "releases").symlink_to(published_settings.home / "releases")
    shutil.copy(published_settings.home / "challenge.db", home)
    settings = published_settings.model_copy(update={"home": home, "logs": "json"})
    people = {"Zwaluw": Role.TEAM, "Organisatie": Role.ORGANISER}
    tokens, code = register_all(settings, people), invited(settings)
    secrets = {*tokens.values(), code, WRONG, PASSWORD, "Jurylid Qx81"}
    with (home / "log").open("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "challenge", "serve"],
            env=os.environ | settings.environment(),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            url = process.stdout.readline().strip()
            assert url, (home / "log").read_text()
            secrets |= visit(url, tokens, code)
            telling = home / "telling.zip"
            telling.write_bytes(pyfunc_bundle(TELLING))
            with Client(url, token=tokens["Zwaluw"]) as team:
                accept(team)
                scored, refused = finish(team, bundle), finish(team, telling)
            with (
                Client(url, token=WRONG) as stranger,
                pytest.raises(ChallengeError),
            ):
                stranger.submissions()
            wait_for_tracking(settings)
            metrics = measured(url, tokens["Organisatie"])
        finally:
            process.terminate()
            process.wait(30)
            process.stdout.close()
    whole = (home / "log").read_text()
    lines = [json.loads(line) for line in whole.splitlines()]
    return Day(
        *(lines, whole, settings, secrets),
        *(scored["id"], refused["id"], metrics),
    )


def invited(settings: Settings) -> str:
    """Invite a juror; give the code."""
    with (
        closing(open_database(settings.database)) as database,
        database.begin() as unit,
    ):
        guest = Guest(Role.JUROR, "Jurylid Qx81")
        brief, now = read_brief(QUICKSTART), datetime.now(UTC)
        return invite(unit, guest, brief=brief, by="a test", now=now)[1]


def visit(url: str, tokens: dict[str, str], code: str) -> set[str]:
    """Come in by the ways that there are, and fail to; give the cookies."""
    # MLflow's pages take their time at the first visit.
    page = {"base_url": url, "headers": {"Accept": "text/html"}, "timeout": 120}
    with httpx.Client(**page) as browser:
        own = {"Origin": url}
        browser.get(f"/invitation/{code}")
        form = {"password": PASSWORD}
        came = browser.post(f"/invitation/{code}", data=form, headers=own)
        assert came.status_code == 200, came.text
        found = {*browser.cookies.values()}
        browser.cookies.clear()
        wrong = {"name": "Jurylid Qx81", "password": PASSWORD + "!"}
        assert browser.post("/login", data=wrong, headers=own).status_code == 401
        right = {"token": tokens["Organisatie"]}
        assert browser.post("/login", data=right, headers=own).status_code == 303
        found |= {*browser.cookies.values()}
        for path in ("/organiser", "/mlflow/", f"/{code}", "/login?token=" + WRONG):
            browser.get(path)
        return found


def measured(url: str, token: str) -> str:
    who = {"Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{url}/metrics", headers=who, timeout=60)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.full
def test_every_line_is_an_object_with_known_fields(day: Day) -> None:
    assert len(day.lines) > 20
    for line in day.lines:
        assert [*line] == [name for name in FIELDS if name in line]
        assert {"time", "level", "logger", "event"} <= {*line}
    asked = [line for line in day.lines if line["event"] == "request"]
    assert all(
        {"request_id", "method", "route", "status", "duration_ms"} <= {*line}
        for line in asked
    )


@pytest.mark.full
def test_a_submission_is_followed_from_the_door_to_its_end(day: Day) -> None:
    def told(key: str) -> list[str]:
        return [
            f"{line['event']} {line.get('route', '')} {line.get('status', '')}".strip()
            for line in day.lines
            if line.get("submission_id") == key
        ]

    for key, end in ((day.scored, "scored"), (day.refused, "refused")):
        steps = told(key)
        assert "request /api/submissions 202" in steps
        assert "A run begins, try 1" in steps
        assert f"A run ended: {end}" in steps
        assert "request /api/submissions/{submission_id} 200" in steps


@pytest.mark.full
def test_no_secret_and_no_row_is_anywhere_in_it(day: Day, release: Release) -> None:
    sought = day.secrets | {"plant-uit-het-model", "Zwaluw", "Organisatie"}
    hidden = release.sealed("board")
    sought |= {*map(str, hidden.ids)}
    with (
        closing(open_database(day.settings.database)) as database,
        database.read() as unit,
    ):
        result = unit.results.get(day.scored)
    card = Scorecard.from_json(result.scorecard)
    sought |= {f"{e.value:.4f}" for e in card.metrics.values() if e.value}
    sought.add(result.run_id)
    numbers = re.sub(r'"(time|duration_ms)": ("[^"]*"|[\d.]+)', "", day.whole)
    assert len(sought) > 100
    assert {one for one in sought if one in numbers} == set()


@pytest.mark.full
def test_the_metrics_have_seen_the_day(day: Day) -> None:
    for line in (
        'kansrijk_submissions{state="scored"} 1.0',
        'kansrijk_submissions_without_score{reason="predict-error"} 1.0',
        "kansrijk_workers 1.0",
        "kansrijk_mlflow_backlog 0.0",
        "kansrijk_failed_log_ins 1.0",
        "kansrijk_uploads_in_progress 0.0",
    ):
        assert line in day.metrics.splitlines()
    assert "Zwaluw" not in day.metrics
