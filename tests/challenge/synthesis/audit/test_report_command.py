"""`challenge report`, and what `check` and `build` say about the policy."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from challenge.cli import app
from challenge.synthesis import open_release
from challenge.synthesis.audit import Audit, read_audit
from challenge.synthesis.disclosure import RISKS, Disclosure, Finding
from challenge.synthesis.disclosure.findings import DisclosureRecord

from ....factories import QUICKSTART

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one release of the quickstart."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copytree(QUICKSTART, folder / "datasets" / "quickstart")
    done = call(folder, "build", "quickstart", "--seed", "3")
    assert done.exit_code == 0
    assert "Power of the policy" in done.stderr
    return folder


def call(folder: Path, *words: str) -> Result:
    env = {
        "CHALLENGE_HOME": str(folder / "var"),
        "CHALLENGE_CONTENT": str(folder / "datasets"),
        "COLUMNS": "200",
    }
    return CliRunner().invoke(app, list(words), env=env)


def newest(folder: Path) -> str:
    """Name of the release that was built last: 10 comes after 9."""
    names = [path.name for path in (folder / "var/releases/quickstart").iterdir()]
    return f"quickstart/{max(names, key=int)}"


def test_a_report_is_summed_up_and_says_where_the_page_is(home: Path) -> None:
    done = call(home, "report", "quickstart/1")

    assert done.exit_code == 0
    assert "differ from the declared ones" in done.stderr
    assert Path(done.stdout.strip()).read_text("utf-8").startswith("<!doctype html>")


def test_only_the_path_is_printed_when_asked(home: Path) -> None:
    done = call(home, "report", "quickstart/1", "--open-path")

    assert done.stderr == ""
    assert done.stdout.strip().endswith("sealed/audit.html")


def test_the_audit_comes_as_json(home: Path) -> None:
    done = call(home, "report", "quickstart/1", "--json")

    assert Audit.model_validate_json(done.stdout).challenge == "quickstart"


def test_who_cannot_read_the_sealed_audit_gets_the_public_one(
    home: Path, tmp_path: Path
) -> None:
    shutil.copytree(home / "var/releases/quickstart/1", tmp_path / "1")
    shutil.rmtree(tmp_path / "1" / "sealed")

    audit, page = read_audit(open_release(tmp_path / "1"))
    assert audit.is_public
    assert page.name == "report.html"


def test_a_release_without_an_audit_is_refused(home: Path) -> None:
    folder = home / "var/releases/quickstart"
    shutil.copytree(folder / "1", folder / "7")
    for name in ("sealed/audit.json", "public/report.json"):
        (folder / "7" / name).unlink()

    done = call(home, "report", "quickstart/7")
    assert done.exit_code == 1
    assert "no audit of quickstart" in done.stderr


def test_check_tells_the_power_before_anything_is_built(home: Path) -> None:
    done = call(home, "check", str(home / "datasets/quickstart"), "--json")

    power = json.loads(done.stdout)["power"]
    assert {row["set"] for row in power} == {"board", "final", "external"}
    assert all(0 <= row["power"] <= 1 for row in power)


def test_a_build_says_in_one_line_what_is_still_to_be_written(home: Path) -> None:
    note = home / "datasets/quickstart/DATASHEET.md"
    written = note.read_text("utf-8") if note.exists() else None
    note.write_text("Write here who made it.\n\nWrite here what for.\n", "utf-8")
    try:
        done = call(home, "build", "quickstart", "--seed", "3")
    finally:
        note.unlink() if written is None else note.write_text(written, "utf-8")

    assert done.exit_code == 0
    [line] = [line for line in done.stderr.splitlines() if "to be written" in line]
    assert line.startswith("2 lines are still to be written")
    assert "challenge check" in line
    again = call(home, "build", "quickstart", "--seed", "3")
    assert "to be written" not in again.stderr


def test_a_learned_table_is_published_with_its_record_alone(home: Path) -> None:
    schema = home / "datasets/quickstart/partners/parents.yaml"
    beside = schema.with_name("parents.report.json")
    text = schema.read_text("utf-8")
    told = re.sub(r"status: \w+", "status: learned", text)
    checked = Disclosure(
        findings=tuple(Finding.of(r, 0.5, (0.4, 0.6), limit=0.5) for r in RISKS)
    )
    record = DisclosureRecord(table="parents", disclosure=checked)
    done = []
    schema.write_text(told, "utf-8")
    try:
        for _ in range(2):
            assert call(home, "build", "quickstart", "--seed", "3").exit_code == 0
            words = ("publish", newest(home), "--by", "Your Name")
            done.append(call(home, *words, "--rehearsal", "--yes"))
            beside.write_text(record.model_dump_json(), "utf-8")
    finally:
        schema.write_text(text, "utf-8")
        beside.unlink(missing_ok=True)

    assert [found.exit_code for found in done] == [1, 0]
    assert "partners/parents.report.json" in done[0].stderr


def test_a_release_past_a_threshold_is_not_published(home: Path) -> None:
    brief = home / "datasets/quickstart/brief.toml"
    text = brief.read_text("utf-8")
    brief.write_text(text + "\n[gate]\nminimum_cell = 400\n", "utf-8")
    try:
        assert call(home, "build", "quickstart", "--seed", "3").exit_code == 0
        words = ("publish", newest(home), "--by", "Your Name")
        done = call(home, *words, "--rehearsal", "--yes")
    finally:
        brief.write_text(text, "utf-8")

    assert done.exit_code == 1
    assert "the brief asks for 400" in done.stderr
