"""Each thing that can be wrong in a challenge folder is one fault at its place."""

from __future__ import annotations

import random
import shutil
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from challenge.brief import check
from challenge.errors import Fault

from ..factories import QUICKSTART

CASES = Path(__file__).parent / "malformed"
WHOLE = "whole"


def names() -> list[str]:
    return sorted(path.stem for path in CASES.glob("*.toml") if path.stem != WHOLE)


def case(name: str) -> dict[str, Any]:
    return tomllib.loads((CASES / f"{name}.toml").read_text("utf-8"))


def faults_of(folder: Path, edits: Sequence[dict[str, str]]) -> tuple[Fault, ...]:
    place = folder / "quickstart"
    shutil.copytree(QUICKSTART, place)
    shutil.copytree(CASES / "tables", place / "partners", dirs_exist_ok=True)
    for edit in (*case(WHOLE)["edits"], *edits):
        path = place / edit["file"]
        text = path.read_text("utf-8")
        assert edit["old"] in text, edit
        path.write_text(text.replace(edit["old"], edit["new"], 1), "utf-8")
    return check(place).faults


def test_the_folder_that_is_broken_here_is_free_of_faults_itself(
    tmp_path: Path,
) -> None:
    assert faults_of(tmp_path, []) == ()


def test_there_are_at_least_forty_ways_to_go_wrong() -> None:
    assert len(names()) >= 40


@pytest.mark.parametrize("name", names())
def test_one_thing_wrong_is_one_fault_at_its_place(tmp_path: Path, name: str) -> None:
    wrong = case(name)

    faults = faults_of(tmp_path, wrong["edits"])

    assert [(fault.file, fault.slug, fault.key) for fault in faults] == [
        (wrong["file"], wrong["slug"], wrong["key"])
    ]
    (fault,) = faults
    assert fault.problem
    assert fault.repair
    mark = wrong.get("line")
    if mark is None:
        assert fault.line is None
        return
    text = (tmp_path / "quickstart" / fault.file).read_text("utf-8")
    assert mark in text.splitlines()[fault.line - 1]


def places(node: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        yield (*where, key)
        if isinstance(value, dict | list):
            yield from places(value, (*where, key))


ODD = [None, 5, "x", [], {}, True, -1.0, [None], {"a": 1}, ["income", "income"]]
ODD += [float("inf"), float("nan"), 1e308, 5e-324, 10**400, "\ud800", "\x1b", "=1", ""]


@pytest.mark.parametrize("seed", range(40))
def test_whatever_stands_in_a_schema_is_told_and_never_a_crash(
    tmp_path: Path, seed: int
) -> None:
    assert faults_of(tmp_path, []) == ()
    draws = random.Random(seed)
    path = draws.choice(sorted((tmp_path / "quickstart/partners").glob("*.yaml")))
    data = yaml.safe_load(path.read_text("utf-8"))
    where = draws.choice(list(places(data)))
    node = data
    for step in where[:-1]:
        node = node[step]
    node[where[-1]] = draws.choice(ODD)
    path.write_text(yaml.safe_dump(data, sort_keys=False), "utf-8")

    for fault in check(tmp_path / "quickstart").faults:
        assert fault.problem
        assert fault.repair
