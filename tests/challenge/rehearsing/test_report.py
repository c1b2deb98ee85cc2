"""What a rehearsal tells, and with which exit code."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from challenge.brief import read_brief
from challenge.rehearsing.bundles import Shelf
from challenge.rehearsing.commands import tell
from challenge.rehearsing.examining import Examined
from challenge.rehearsing.kinds import Kind
from challenge.rehearsing.ledger import Answer, Ledger, Strike, Upload
from challenge.rehearsing.plan import Size
from challenge.rehearsing.records import Record, Records
from challenge.rehearsing.report import document, write
from challenge.rehearsing.stage import Stage, draw_plan, own_settings, sizes
from challenge.rules.findings import Finding, Health
from challenge.settings import Settings
from challenge.staging import Serving
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE

from ...conftest import ROOT, settings_for

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WELL = Finding("submissions", Health.OK, "Every submission is there.")
ANSWERS = [(200,), (303,), (503, "storage-unavailable"), (503, "storage-unavailable")]
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
        answers=[Answer("Zwaluw", "GET /", 11.0, 0.1, *told) for told in ANSWERS],
        uploads=[Upload("nr 1", "Zwaluw", Kind.HONEST, 202, id="a1")],
        strikes=[Strike("the worker dies", "kill -9", 10.0, 4.0, ended=12.5)],
    )
    record = Record("a1", "Zwaluw", "scored", "scored", "", "nr 1", False, NOON)
    return Examined(stage, ledger, Records((record,), {}), findings, 20.0)


def test_the_report_begins_with_what_broke_and_hides_none_of_it(tmp_path: Path) -> None:
    place = write(examined(tmp_path, WELL, BROKE), tmp_path / "reports" / "day.md")
    text = place.read_text("utf-8")
    assert "1 check found something broken." in text
    assert "ended \\| failed" in text
    assert "Submission b1 is still running." in text
    assert text.index("BROKE") < text.index("| well | submissions")
    met = "2 answers, 2 times 503 storage-unavailable"
    assert f"| 4 s | the worker dies | kill -9 | {met} | 2.5 s |" in text
    assert "| a trained baseline | 202 | scored (expected: scored) | 1 |" in text


def test_every_report_says_that_it_is_synthetic_and_what_it_is_not_for(
    tmp_path: Path,
) -> None:
    text = write(examined(tmp_path, WELL), tmp_path / "day.md").read_text("utf-8")
    assert "Everything is accounted for." in text
    for notice in (*NOTICE.values(), *FORBIDDEN_USE.values()):
        assert notice in text
    assert [*tmp_path.glob("*.part")] == []


def test_the_data_say_the_same(tmp_path: Path) -> None:
    told = json.loads(json.dumps(document(examined(tmp_path, WELL, BROKE))))
    assert told["accounted_for"] is False
    assert told["submissions"] == {"scored": 1}
    assert told["faults"][0]["seconds_until_well"] == 2.5
    assert told["faults"][0]["met"] == "2 answers, 2 times 503 storage-unavailable"


@pytest.mark.parametrize(("finding", "code"), [(WELL, 0), (BROKE, 1)])
def test_the_exit_code_says_whether_all_is_accounted_for(
    finding: Finding, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "wanted.md"
    assert tell(examined(tmp_path, finding), report, as_json=True) == code
    assert json.loads(capsys.readouterr().out)["accounted_for"] is (code == 0)
    assert report.read_text("utf-8") == (tmp_path / "report.md").read_text("utf-8")


def test_a_rehearsal_has_a_home_and_a_database_of_its_own(tmp_path: Path) -> None:
    real = Settings(
        home=tmp_path,
        database_url="postgresql://real",
        engine="tcp://real:8786",
        address="https://real.example",
        host="0.0.0.0",
    )
    own = own_settings(real)
    assert own.home.parent == tmp_path
    assert own.database == f"sqlite:///{own.home / 'challenge.db'}"
    assert (own.engine, own.address, own.host) == ("", "", "127.0.0.1")
    assert own.files_folder == own.home
    assert not own.home.exists()


def test_a_smaller_release_has_every_set_in_proportion() -> None:
    brief = read_brief(ROOT / "datasets" / "first-1000-days")
    small = sizes(brief, 8_000)
    assert small is not None
    assert small.keys() == brief.sets.keys()
    assert 7_900 < sum(small.values()) <= 8_000
    assert small["final"] / small["board"] == pytest.approx(1.5, abs=0.01)
    assert sizes(read_brief(ROOT / "datasets" / "quickstart"), 8_000) is None
