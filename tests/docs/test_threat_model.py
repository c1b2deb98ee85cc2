"""Every attack of the threat model names a test that exists, or says it is open."""

from __future__ import annotations

import re

import pytest

from .named import NAMED, astray, is_there, mismarked
from .written import DOCS, ROOT

TEXT = (DOCS / "threat-model.md").read_text("utf-8")
ASVS = (DOCS / "asvs.md").read_text("utf-8")
STRIDE = set("STRIDE")


def attacks() -> list[list[str]]:
    """Cells of each attack: number, who, what, letter, control, proof, open."""
    lines = re.findall(r"^\| (T\d+ \|.*) \|$", TEXT, re.M)
    return [[cell.strip() for cell in line.split(" |")] for line in lines]


def test_forty_attacks_at_least_are_numbered_once_and_in_order() -> None:
    numbers = [cells[0] for cells in attacks()]

    assert len(numbers) >= 40
    assert numbers == [f"T{n:02d}" for n in range(1, len(numbers) + 1)]


def test_every_attack_has_a_control_and_names_a_test_or_says_what_is_open() -> None:
    for number, who, attack, letter, control, proof, still in attacks():
        assert all((who, attack, control)), number
        assert letter in STRIDE, number
        assert NAMED.search(proof) or (proof == "-" and len(still) > 20), number


def test_each_letter_of_the_frame_has_an_attack() -> None:
    assert {cells[3] for cells in attacks()} == STRIDE


@pytest.mark.parametrize("text", [TEXT, ASVS], ids=["threat-model", "asvs"])
def test_every_test_that_the_page_names_exists(text: str) -> None:
    assert len(NAMED.findall(text)) > 20
    assert astray(text) == []


@pytest.mark.parametrize("text", [TEXT, ASVS], ids=["threat-model", "asvs"])
def test_what_make_verify_alone_runs_is_marked(text: str) -> None:
    assert mismarked(text) == []


def test_a_test_that_is_not_there_would_be_found() -> None:
    here = "docs/test_threat_model.py"

    assert astray(f"`{here}::test_of_something_else`") != []
    assert astray("`docs/test_nothing.py::test_of_something`") != []
    assert not is_there(here, "attacks")
    assert is_there(here, "test_each_letter_of_the_frame_has_an_attack")


def test_what_it_is_about_is_listed_before_the_attacks() -> None:
    before = TEXT.partition("## Attacks")[0]
    for asset in ("labels", "seed", "ballots", "audit log", "names of participants"):
        assert asset in before
    for actor in ("cheats", "visitor", "juror", "organiser", "partner", "laptop"):
        assert actor in before


def test_the_checklist_has_every_chapter_and_says_what_is_not_done() -> None:
    numbers = {int(n) for n in re.findall(r"\bV(\d+)\b", ASVS)}
    states = re.findall(r"^\| V\d[^|]*\| ([^|]+) \|", ASVS, re.M)

    assert numbers == set(range(1, 18))
    assert set(states) == {"holds", "partly", "not done", "n/a"}
    for row in re.findall(r"^\| V\d.*\| partly \|.*$", ASVS, re.M):
        assert "**" in row
    assert "## What is not done" in ASVS


def test_who_reports_knows_what_to_leave_out_and_meets_no_invented_address() -> None:
    text = (ROOT / "SECURITY.md").read_text("utf-8")

    assert "Never put into a report" in text
    for word in ("tokens", "hidden labels", "seeds", "ballots", "people"):
        assert word in text
    assert "@" not in text
