"""The list of attacks that organisers read is the list of those that are made here."""

from __future__ import annotations

import re
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

from challenge.sandbox.seccomp import list_pretended, list_refused

from . import (
    test_bad_models,
    test_escapes,
    test_exhaustion,
    test_hidden_rows,
    test_leftovers,
    test_own_words,
    test_pickles,
    test_what_a_team_learns,
)

PAGE = Path(__file__).parents[2] / "docs" / "sandbox.md"
MODULES = (
    test_bad_models,
    test_escapes,
    test_exhaustion,
    test_hidden_rows,
    test_leftovers,
    test_own_words,
    test_pickles,
    test_what_a_team_learns,
)
# What shows that the others show something.
CONTROLS = {
    "the account can be believed",
    "the log of the proof run holds the traceback",
    "what was left was there",
}


def attacks_of(module: ModuleType) -> set[str]:
    """Name the attacks: rows of a module's tables, else the test itself, in words."""
    found: set[str] = set()
    for name, test in vars(module).items():
        if not name.startswith("test_") or not isinstance(test, FunctionType):
            continue
        rows = {
            str(getattr(value, "values", [value])[0])
            for mark in getattr(test, "pytestmark", [])
            if mark.name == "parametrize"
            for value in mark.args[1]
        }
        found |= {row.replace("-", " ") for row in rows} or {
            name.removeprefix("test_").replace("_", " ")
        }
    return found


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_page_names_the_calls_that_are_not_made(machine: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in list_refused(machine) | list_pretended(machine):
        assert f"`{name}`" in text


def test_the_page_lists_every_attack_of_the_suite_and_no_other() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("## What it withstands")[2]
    listed = re.findall(r"^\| ([^|]+) \|[^|]+\|[^|]+\|$", text, re.MULTILINE)
    rows = [row.replace("`", "") for row in listed if row not in ("Attack", "---")]

    assert len(rows) == len(set(rows))
    assert set(rows) == set().union(*map(attacks_of, MODULES)) - CONTROLS
    assert len(rows) >= 30
