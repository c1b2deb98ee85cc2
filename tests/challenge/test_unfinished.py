"""What drafts and new challenges still ask somebody to write is told, and no fault."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from challenge.brief import check
from challenge.brief.unfinished import unfinished
from challenge.rules.starting import start
from challenge.schema.drafting import draft_rows

from ..factories import QUICKSTART
from .drafts import csv_of, with_drafts


def test_finished_content_gives_no_warning() -> None:
    assert check(QUICKSTART).warnings == ()
    assert unfinished(QUICKSTART.parent / "first-1000-days") == ()


def test_every_mark_of_a_draft_is_a_warning_at_its_line_and_no_fault(
    tmp_path: Path,
) -> None:
    columns = {"weight": [2.5, 3.5] * 20}
    folder = with_drafts(tmp_path, draft_rows, csv_of(tmp_path / "x.csv", columns))

    report = check(folder)

    assert report.faults == ()
    assert {w.file for w in report.warnings} == {"partners/x.yaml"}
    lines = (folder / "partners/x.yaml").read_text("utf-8").splitlines()
    marked = [n for n, line in enumerate(lines, 1) if "FILL IN" in line]
    # All but the line of the heading that explains the mark.
    assert [warning.line for warning in report.warnings] == marked[1:]
    assert "x-legal-basis" in {warning.key for warning in report.warnings}
    assert all(w.slug == "text-unfinished" and w.repair for w in report.warnings)


def test_the_paragraphs_of_a_new_datasheet_are_warnings(tmp_path: Path) -> None:
    start(tmp_path / "ours", title="Ours", today=datetime.date(2026, 11, 22))

    report = check(tmp_path / "ours")

    assert report.faults == ()
    assert [(w.file, w.key) for w in report.warnings] == [
        ("DATASHEET.md", "Motivation"),
        ("DATASHEET.md", "Uses"),
        ("DATASHEET.md", "Limits"),
    ]
    for warning in report.warnings:
        assert str(warning).count("Write here") == 1


def test_a_long_line_is_told_in_whole_words(tmp_path: Path) -> None:
    words = "Write here " + "whatever " * 20
    (tmp_path / "DATASHEET.md").write_text(f"{words}\n", "utf-8")

    (warning,) = unfinished(tmp_path)

    assert warning.key == "(the whole file)"
    assert warning.problem.endswith(" whatever …” is still to be written.")


@pytest.mark.parametrize("line", ["# FILLING IN forms", "You may Write here.", ""])
def test_other_words_are_no_marks(tmp_path: Path, line: str) -> None:
    (tmp_path / "DATASHEET.md").write_text(f"{line}\n", "utf-8")

    assert unfinished(tmp_path) == ()
