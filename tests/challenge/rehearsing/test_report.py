"""What a rehearsal tells, and with which exit code."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from challenge.brief import read_brief
from challenge.cli import app
from challenge.rehearsing.bundles import Shelf
from challenge.rehearsing.examining import Examined
from challenge.rehearsing.kept import Kept, Record
from challenge.rehearsing.kinds import Kind
from challenge.rehearsing.ledger import Answer, Ledger, Strike, Upload
from challenge.rehearsing.plan import Size
from challenge.rehearsing.report import document, write
from challenge.rehearsing.stage import Stage, draw_plan, own_settings, sizes
from challenge.rules.findings import Finding, Health
from challenge.settings import Settings
from challenge.staging import Serving
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE

from ...conftest import ROOT, settings_for

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WELL = Finding("submissions", Health.OK, "Every submission is there.")
BROKE = Finding(
    "ends",
    Health.FAULT,
    "Submission <a1> ended | failed. And 1 more.",
    details=("Submission <a1> ended | failed.", "Submission b1 is still running."),
)


def examined(home: Path, *findings: Finding) -> Examined:
    """Make a rehearsal of one team by hand."""
    settings = settings_for(home)
    brief = read_brief(settings.content / settings.challenge)
    plan = draw_plan(brief, Size(teams=1, jurors=1, viewers=0, faults=False))
    stage = Stage(settings, brief, plan, {}, Serving(settings), "", Shelf({}, {}))
    ledger = Ledger(
        answers=[Answer("Zwaluw", "GET /", 0.0, s / 100, 200) for s in range(200)],
        uploads=[Upload("nr 1", "Zwaluw", Kind.HONEST, 202, id="a1")],
        strikes=[Strike("the worker dies", "kill -9", 10.0, 4.0, "another came", 12.5)],
    )
    record = Record(
        *("a1", "Zwaluw", "scored", "scored", "", "nr 1"),
        proof_only=False,
        attempt=1,
        created_at=NOON,
        started_at=NOON + timedelta(seconds=3),
        updated_at=NOON + timedelta(seconds=5),
    )
    return Examined(stage, ledger, Kept((record,), {}, frozenset()), findings, 20.0)


class Cells(HTMLParser):
    """Collects the cells of tables, as a browser shows them."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open = tag == "td"
        self.cells += [""] * self.open

    def handle_data(self, data: str) -> None:
        if self.open:
            self.cells[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self.open = self.open and tag != "td"


def test_the_report_begins_with_what_broke_and_hides_none_of_it(tmp_path: Path) -> None:
    place = write(examined(tmp_path, WELL, BROKE), tmp_path / "reports" / "day.md")
    text = place.read_text("utf-8")
    assert "1 check found something broken." in text
    assert "ended \\| failed" in text
    assert "Submission b1 is still running." in text
    assert text.index("BROKE") < text.index("| well | submissions")
    assert "| 4 s | the worker dies | kill -9 | another came | 2.5 s |" in text
    assert "| a trained baseline | 202 | scored (expected: scored) | 1 |" in text
    assert "median 3.0 s" in text
    assert "| GET / | 200 | 1.00 s | 1.97 s | 1.99 s |" in text


@pytest.mark.parametrize("suffix", [".md", ".html"])
def test_every_report_says_that_it_is_synthetic_and_what_it_is_not_for(
    suffix: str, tmp_path: Path
) -> None:
    place = write(examined(tmp_path, WELL), tmp_path / f"day{suffix}")
    text = place.read_text("utf-8").replace("&#x27;", "'")
    assert "Everything is accounted for." in text
    for notice in (*NOTICE.values(), *FORBIDDEN_USE.values()):
        assert notice in text
    assert [*tmp_path.glob("*.part")] == []


def test_a_page_shows_what_was_found_as_it_is(tmp_path: Path) -> None:
    place = write(examined(tmp_path, BROKE), tmp_path / "day.html")
    page = Cells()
    page.feed(place.read_text("utf-8"))
    assert BROKE.told in page.cells
    assert BROKE.details[1] in page.cells


def test_the_data_say_the_same(tmp_path: Path) -> None:
    told = json.loads(json.dumps(document(examined(tmp_path, WELL, BROKE))))
    assert told["accounted_for"] is False
    assert told["submissions"] == {"scored": 1}
    assert told["waited_seconds"]["longest"] == 3.0
    assert told["faults"][0]["seconds_until_well"] == 2.5


@pytest.mark.parametrize(("finding", "code"), [(WELL, 0), (BROKE, 1)])
def test_the_exit_code_says_whether_all_is_accounted_for(
    finding: Finding, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    class Played:
        def __init__(self, settings: Settings, order: object, console: object) -> None:
            asked.append(order)

        def __enter__(self) -> Played:
            return self

        def __exit__(self, *error: object) -> None:
            pass

        def play(self) -> Examined:
            return examined(tmp_path, finding)

    monkeypatch.setattr("challenge.rehearsing.rehearsal.Rehearsal", Played)
    report = tmp_path / "wanted.html"
    typed = [
        "rehearse",
        "--teams",
        "3",
        "--no-faults",
        "--json",
        "--report",
        str(report),
    ]
    ended = CliRunner().invoke(app, typed)
    assert ended.exit_code == code, ended.output
    assert json.loads(ended.stdout)["accounted_for"] is (code == 0)
    assert report.exists()
    assert (tmp_path / "report.md").exists()
    assert (asked[0].size.teams, asked[0].size.faults) == (3, False)


def test_a_rehearsal_has_a_home_and_a_database_of_its_own(tmp_path: Path) -> None:
    real = Settings(
        home=tmp_path,
        database_url="postgresql://real",
        engine="tcp://real:8786",
        address="https://real.example",
        host="0.0.0.0",
    )
    own = own_settings(real, pace=60)
    assert own.home.parent == tmp_path
    assert own.database == f"sqlite:///{own.home / 'challenge.db'}"
    assert (own.engine, own.address, own.host) == ("", "", "127.0.0.1")
    assert own.files_folder == own.home
    assert 30 <= own.limit_seconds < real.limit_seconds
    assert own_settings(real, pace=1).limit_seconds == real.limit_seconds
    assert not own.home.exists()


def test_a_smaller_release_has_every_set_in_proportion() -> None:
    brief = read_brief(ROOT / "datasets" / "first-1000-days")
    small = sizes(brief, 8_000)
    assert small is not None
    assert small.keys() == brief.sets.keys()
    assert 7_900 < sum(small.values()) <= 8_000
    assert small["final"] / small["board"] == pytest.approx(1.5, abs=0.01)
    assert sizes(read_brief(ROOT / "datasets" / "quickstart"), 8_000) is None
