"""Quota, competing, the audit table, scoring anew and handing over, as commands."""

from __future__ import annotations

import csv
import errno
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from challenge.cli import app
from challenge.records import Role
from challenge.settings import Settings
from challenge.store import Database, Unit, open_database
from challenge.synthesis import Release

from ...factories import Player

Run = Callable[..., Result]


def test_a_team_is_given_more_for_today_with_a_reason(run: Run) -> None:
    for name in ("Grutto", "Zwaluw"):
        run("team", "add", name)
    words = ("quota", "grant", "Grutto", "--by", "Wulp", "--reason", "A fault of ours.")
    assert run(*words, "--extra", 2).exit_code == 0
    first, second = json.loads(run("quota", "show", "--json").stdout)
    assert (first["team"], first["scored_left"]) == ("Grutto", 12)
    assert first["grants"][0]["reason"] == "A fault of ours."
    assert (second["scored_left"], second["grants"]) == (10, [])
    assert "12 of 12" in run("quota", "show", "Grutto").stderr
    many = run(*words, "--extra", 99)
    assert (many.exit_code, "Give 1 to 20" in many.stderr) == (1, True)
    assert run("quota", "show", "Nobody").exit_code == 1


def test_a_team_is_disqualified_and_reinstated_and_the_table_says_who_did(
    run: Run,
) -> None:
    run("team", "add", "Grutto")
    for command in ("disqualify", "reinstate"):
        words = (command, "Grutto", "--by", "Wulp", "--reason", "=1+1")
        assert run(*words).exit_code == 0
        [team] = json.loads(run("team", "list", "--json").stdout)
        assert team["barred"] == ("=1+1" if command == "disqualify" else None)
    missing = ("disqualify", "Grutto", "--by", "W", "--reason", "x")
    assert "submission" in run(*missing, "--submission", "9").stderr
    assert run("disqualify", "Nobody", "--by", "W", "--reason", "x").exit_code == 1
    told = json.loads(run("audit", "--who", "wulp", "--json").stdout)
    assert told["count"] == 2
    assert [one["action"] for one in told["entries"]] == ["readmit team", "bar team"]
    sheet = run("audit", "--act", "bar", "--csv").stdout
    assert sheet.startswith("\ufeff")
    [row] = list(csv.reader(sheet.splitlines()))[3:]
    assert row[2:5] == ["Wulp", "bar team", "Grutto"]
    assert "add team" in run("audit", "--about", "grutto").stderr
    assert json.loads(run("audit", "--until", "2020-01-01", "--json").stdout) == {
        "count": 0,
        "entries": [],
    }
    wrong = run("audit", "--since", "yesterday")
    assert (wrong.exit_code, "as in 2026-11-22" in wrong.stderr) == (1, True)


@pytest.fixture
def day(settings: Settings, release: Release) -> Run:
    """Commands where one submission was scored."""
    with closing(open_database(settings.database)) as database:
        player = Player(database, release, settings.home)
        player.play("a", player.guess(0.2), "Zwaluw")
    env = {
        "CHALLENGE_HOME": str(settings.home),
        "CHALLENGE_CONTENT": str(settings.content),
        "CHALLENGE_CHALLENGE": "quickstart",
    }
    return lambda *words: CliRunner().invoke(app, [*map(str, words)], env=env)


def test_a_score_is_computed_anew_compared_and_then_published(day: Run) -> None:
    tried = day(
        *("rescore", "--dry-run", "--by", "Wulp", "--reason", "Ties.", "--json")
    )
    assert tried.exit_code == 0, tried.stderr
    told = json.loads(tried.stdout)
    [change] = told["changes"]["board"]
    assert (told["published"], change["team"]) == (False, "Zwaluw")
    # One scorer on the same rows gives the same card.
    assert (change["old"], change["moves"]) == (change["new"], False)
    published = day("rescore", "--publish", "--by", "Wulp", "--note", "Ties were told.")
    assert "Re-score 1 is published" in published.stderr
    acts = json.loads(day("audit", "--act", "rescore", "--json").stdout)["entries"]
    assert [act["actor"] for act in acts] == ["Wulp", "Wulp"]


def test_a_rescore_that_is_not_there_or_not_explained_is_refused(day: Run) -> None:
    none = day("rescore", "--publish", "--by", "Wulp", "--note", "x")
    silent = day("rescore", "--dry-run", "--by", "Wulp")
    assert [none.exit_code, silent.exit_code] == [1, 1]
    assert "reason" in silent.stderr
    assert day("rescore", "--by", "Wulp").exit_code == 2


def test_the_next_pilot_gets_one_zip_a_team_verdict_and_lessons_and_no_names(
    day: Run, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "next"
    early = day("export", folder, "--for", "next-pilot", "--by", "Wulp")
    assert (early.exit_code, "phase open" in early.stderr) == (1, True)
    assert "phase set" not in early.stderr
    assert not folder.exists()
    with (
        closing(open_database(settings.database)) as database,
        database.begin() as unit,
    ):
        now = datetime.now(UTC)
        juror = unit.people.add(Role.JUROR, "IJsvogel", now=now)
        unit.lessons.add(
            kind="finding", text="=Ask first.", interpretation="", by=juror, now=now
        )
        unit.phases.change("closed", by="a test", now=now)
    done = day("export", folder, "--for", "next-pilot", "--by", "Wulp")
    assert done.exit_code == 0, done.stderr
    [team] = folder.glob("team-*-Zwaluw.zip")
    with zipfile.ZipFile(team) as archive:
        assert "LEESMIJ.md" in archive.namelist()
    lessons = (folder / "lessons.csv").read_text("utf-8-sig")
    assert "'=Ask first." in lessons
    assert "IJsvogel" not in lessons
    assert json.loads((folder / "verdict.json").read_text())["versions"] == []
    again = day("export", folder, "--for", "next-pilot", "--by", "Wulp")
    assert (again.exit_code, "Name a new one." in again.stderr) == (1, True)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_partner_gets_what_is_public_and_the_provenance_of_its_own_figures(
    day: Run, settings: Settings, release: Release, tmp_path: Path
) -> None:
    folder = tmp_path / "partner"
    words = ("export", folder, "--for", "partner", "--by", "Wulp")
    for unknown in ((), ("--table", "nobody")):
        refused = day(*words, *unknown)
        assert (refused.exit_code, "parents" in refused.stderr) == (2, True)
    words += ("--table", "parents")
    early = day(*words)
    assert (early.exit_code, "phase open" in early.stderr) == (1, True)
    with (
        closing(open_database(settings.database)) as database,
        database.begin() as unit,
    ):
        now = datetime.now(UTC)
        team = unit.people.named(Role.TEAM, "Zwaluw")
        unit.interpretations.write(team, "KANARIE-DUIDING", now=now)
        unit.phases.change("closed", by="a test", now=now)
    done = day(*words)
    assert done.exit_code == 0, done.stderr
    told = "Wrote schemas, description, boards, verdict and lessons to"
    assert told in done.stderr
    files = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert set(files) >= {
        *("LEESMIJ.md", "verdict.json", "lessons.csv", "gegevens/report.html"),
        *("schema/parents.yaml", "schema/herkomst-parents.csv"),
        *("uitslag/board.json", "uitslag/final.json", "uitslag/external.json"),
    }
    assert "\ncijfer,wat,status,bron,datum\n" in files["schema/herkomst-parents.csv"]
    assert "income,column,assumed" in files["schema/herkomst-parents.csv"]
    rows = json.loads(files["uitslag/board.json"])["rows"]
    assert [row["team"] for row in rows] == ["Zwaluw"]
    told = "".join(files.values())
    hidden = [
        column.astype(str)
        for path in release.path.glob("*/*.parquet")
        for name, column in pd.read_parquet(path).items()
        if name in ("child_id", "true_risk", "probability")
    ]
    secret = json.loads((release.path / "sealed/secret.json").read_text("utf-8"))
    # A short chance, such as 0.15, stands on any page.
    canaries = {told for told in pd.concat(hidden) if len(told) > 7}
    canaries |= {secret["seed"], secret["salt"], secret["mechanism"]}
    assert len(canaries) > 3000
    assert [canary for canary in canaries if canary in told] == []
    assert "KANARIE" not in told
    assert not [p for p in folder.rglob("*") if p.suffix in (".parquet", ".zip")]


def test_what_the_audit_table_could_not_keep_does_not_leave_the_house(
    day: Run, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        closing(open_database(settings.database)) as database,
        database.begin() as unit,
    ):
        unit.phases.change("closed", by="a test", now=datetime.now(UTC))
    begin = Database.begin

    @contextmanager
    def full(self: Database) -> Iterator[Unit]:
        with begin(self) as unit:
            yield unit
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Database, "begin", full)
    done = day("export", tmp_path / "next", "--for", "next-pilot", "--by", "Wulp")
    assert (done.exit_code, "No space left" in done.stderr) == (1, True), done.output
    assert not (tmp_path / "next").exists()
