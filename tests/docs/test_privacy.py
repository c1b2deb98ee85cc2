"""The page about personal data names every column that can hold some."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import JSON, String

from challenge.store.tables import metadata

PAGE = Path(__file__).parents[2] / "docs/privacy.md"
COLUMN = re.compile(r"`([a-z_]+\.[a-z_0-9]+)`")


def columns() -> set[str]:
    """Whatever can hold words, and whatever says about whom a row is."""
    return {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, (String, JSON))
        or any(key.column.table.name == "people" for key in column.foreign_keys)
    }


def named(heading: str) -> list[str]:
    text = PAGE.read_text("utf-8").partition(f"## {heading}\n")[2]
    return COLUMN.findall(text.partition("\n## ")[0])


def test_every_column_with_words_or_a_person_is_judged_once() -> None:
    told = named("What can hold personal data")
    told += named("What holds nothing about a person")
    references = {"submission_id", "rescoring_id"}
    wanted = {one for one in columns() if one.split(".")[1] not in references}
    assert sorted(told) == sorted(wanted)


def test_what_points_at_a_person_is_personal() -> None:
    of_people = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if any(key.column.table.name == "people" for key in column.foreign_keys)
    }
    assert of_people <= set(named("What can hold personal data"))
