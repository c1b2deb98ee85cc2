"""The organiser's words are read, or refused with what is wrong."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from challenge.brief.organiser import Organiser, read_organiser
from challenge.errors import ContentRefusedError


def written(folder: Path, text: str) -> Organiser:
    (folder / "DATASHEET.md").write_text(text, "utf-8")
    return read_organiser(folder)


def test_keys_and_text_are_told_apart(tmp_path: Path) -> None:
    own = written(
        tmp_path, "---\ncreator: Us\ndate: 2026-11-22\n---\n## Uses\n\nPlay.\n"
    )
    assert own.creator == "Us"
    assert own.date == datetime.date(2026, 11, 22)
    assert own.parts == {"Uses": "Play."}


def test_a_text_without_keys_or_headings_is_kept(tmp_path: Path) -> None:
    own = written(
        tmp_path, "# Datasheet: ours\n\n**Why.** To learn.\n\n## More\n\nYes.\n"
    )
    assert own.parts == {"": "**Why.** To learn.", "More": "Yes."}
    assert own == Organiser(text=own.text)


def test_without_a_file_nothing_is_said(tmp_path: Path) -> None:
    assert read_organiser(tmp_path) == Organiser()


@pytest.mark.parametrize(
    ("head", "slug", "key"),
    [
        ("creator: [", "syntax", "(the whole file)"),
        ("just words", "value-invalid", "(the whole file)"),
        ("creater: Us", "key-unknown", "creater"),
        ("date: tomorrow", "value-invalid", "date"),
        ("url: our page", "value-invalid", "url"),
        ("licence: ''", "value-invalid", "licence"),
    ],
    ids=["no yaml", "no keys", "misspelt", "no date", "no address", "no licence"],
)
def test_a_fault_in_the_keys_is_named(
    tmp_path: Path, head: str, slug: str, key: str
) -> None:
    with pytest.raises(ContentRefusedError) as refused:
        written(tmp_path, f"---\n{head}\n---\nText.\n")
    (fault,) = refused.value.faults
    assert (fault.file, fault.slug, fault.key) == ("DATASHEET.md", slug, key)
    assert fault.repair
