"""Every refusal names a repair, and doing what it says mends it.

One table a command: `check` of a challenge folder, `package` of a model, and `submit`
of a bundle. A row makes one thing wrong, expects the refusal and its hint, does what
the hint says, and asks again. What a hint captures is used as it stands: a command, a
name or a value is never typed here a second time.
"""

from __future__ import annotations

import ast
import io
import re
import shutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from challenge.brief import check, read_brief
from challenge.client import package
from challenge.errors import (
    BundleRefusedError,
    ChallengeError,
    Fault,
    PackagingRefusedError,
)
from challenge.records import Principal, Role
from challenge.rules.checking import check_folder
from challenge.rules.intake import Intake
from challenge.rules.quota import left_today
from challenge.rules.registration import bar, readmit
from challenge.sandbox import inspect_bundle
from challenge.shelf import Folder
from challenge.store import Database
from challenge.synthesis.disclosure.reading import read_disclosures

from ..challenge.test_malformed import case, faults_of
from ..factories import NOON, QUICKSTART, ROOT, small_bundle
from . import repairs_of_bundles as bundles
from . import repairs_of_packages as packages
from .repairs_of_folders import NO_REPAIR_AT_CHECK, ROWS, Edit, Row


def sized(rows: list[Any]) -> list[Any]:
    """Run always what takes a word of the hint, and all of them at full size."""
    return [
        pytest.param(
            row,
            id=row.name,
            marks=[] if re.compile(row.hint).groups else pytest.mark.full,
        )
        for row in rows
    ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every key of a schema stands once, and nothing is wrong."""
    place = tmp_path_factory.mktemp("whole")
    assert faults_of(place, []) == ()
    return place / "quickstart"


def edit(folder: Path, edits: tuple[Edit, ...], caught: re.Match[str]) -> None:
    for name, old, new in edits:
        place = folder / name
        text = place.read_text("utf-8")
        assert old in text, f"{name} holds no {old!r}"
        for number, part in enumerate(caught.groups(), start=1):
            new = new.replace(f"{{{number}}}", part)
        place.write_text(text.replace(old, new, 1), "utf-8")


def spoil(folder: Path, row: Row) -> None:
    if callable(row.wrong):
        row.wrong(folder)
        return
    for one in case(row.wrong)["edits"]:
        place = folder / one["file"]
        text = place.read_text("utf-8")
        place.write_text(text.replace(one["old"], one["new"], 1), "utf-8")


def only_fault(folder: Path) -> Fault:
    [fault] = check_folder(folder)[0].faults
    return fault


@pytest.mark.parametrize("row", sized(ROWS))
def test_check_accepts_a_folder_once_its_repair_is_done(
    whole: Path, tmp_path: Path, row: Row
) -> None:
    folder = tmp_path / "quickstart"
    shutil.copytree(whole, folder)
    spoil(folder, row)

    assert only_fault(folder).slug == row.slug
    for hint, mends in ((row.hint, row.mends), *row.then):
        fault = only_fault(folder)
        caught = re.search(hint, fault.repair)
        assert caught, fault.repair
        if callable(mends):
            mends(folder, caught)
        else:
            edit(folder, mends, caught)

    # Without the power that `check` plans, which takes as long as all the rest.
    assert check(folder).faults == ()
    read_disclosures(folder)


def test_every_kind_of_fault_has_a_row_or_a_reason() -> None:
    listed = (ROOT / "docs/schema.md").read_text("utf-8").partition("## Fault slugs")[2]
    known = {*re.findall(r"^\| `([a-z-]+)`", listed, re.M), "syntax"}
    rows = {row.slug for row in ROWS}
    assert rows | NO_REPAIR_AT_CHECK.keys() == known
    assert rows & NO_REPAIR_AT_CHECK.keys() == set()


@pytest.mark.parametrize("row", bundles.ROWS, ids=lambda row: row.name)
def test_a_bundle_is_taken_once_its_hint_is_done(row: bundles.Row) -> None:
    upload = row.wrong()

    with pytest.raises(BundleRefusedError) as refused:
        inspect_bundle(io.BytesIO(upload), limit_mib=row.limit_mib)
    assert refused.value.slug == row.slug
    found = re.search(row.hint, refused.value.hint)
    assert found, refused.value.hint
    mended = row.mends(upload, found)

    assert inspect_bundle(io.BytesIO(mended), limit_mib=row.limit_mib).files


def test_every_refusal_of_a_bundle_has_a_row() -> None:
    text = (ROOT / "docs/errors.md").read_text("utf-8")
    table = text.partition("## Bundles that are not run")[2].partition("\n## ")[0]
    known = {*re.findall(r"^\| `([a-z-]+)`", table, re.M)}
    assert {row.slug for row in bundles.ROWS} == known


@pytest.mark.parametrize("row", sized(packages.ROWS))
def test_a_model_is_packaged_once_its_hint_is_done(
    train, pipeline, tmp_path: Path, row: packages.Row
) -> None:
    features, labels = train
    team = packages.Team(features, labels, pipeline, options={})
    team.model, team.sample = packages.learned(team), features
    row.wrong(team)
    path = tmp_path / "model.zip"

    with pytest.raises(PackagingRefusedError) as refused:
        package(team.model, team.sample, path, **team.options)
    assert not path.exists()
    found = re.search(row.hint, refused.value.hint)
    assert found, refused.value.hint
    row.mends(team, found)

    with warnings.catch_warnings():
        # Of another Python, which a model without functions of its own can live with.
        warnings.simplefilter("ignore", UserWarning)
        assert package(team.model, team.sample, path, **team.options).is_file()


def hints_of_packages() -> list[str]:
    """Every hint that stands in the code of `package`, with X for what is filled in."""
    found = []
    for path in (ROOT / "challenge/bundling").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                getattr(getattr(node, "func", None), "id", "")
                != "PackagingRefusedError"
            ):
                continue
            [hint] = [word.value for word in node.keywords if word.arg == "hint"]
            parts = getattr(hint, "values", [hint])
            texts = [p.value if isinstance(p, ast.Constant) else "X" for p in parts]
            found.append("".join(texts))
    # What the server's own look finds has rows of its own, above.
    return [hint for hint in found if hint != "X"]


@pytest.mark.parametrize("hint", hints_of_packages())
def test_every_hint_of_package_has_a_row_or_a_reason(hint: str) -> None:
    is_elsewhere = hint.startswith(tuple(packages.ELSEWHERE))
    assert is_elsewhere != any(re.search(row.hint, hint) for row in packages.ROWS)


@dataclass
class Door:
    """A team before the door of uploads, and what it hands in."""

    intake: Intake
    team: Principal
    now: datetime = NOON
    note: str = ""
    proof_only: bool = False

    def knock(self) -> None:
        upload = io.BytesIO(small_bundle())
        self.intake.receive(
            upload,
            team=self.team,
            note=self.note,
            now=self.now,
            proof_only=self.proof_only,
        )

    def use_up(self, count: int) -> None:
        for _ in range(count):
            self.knock()

    def enter(self, phase: str) -> None:
        with self.intake.database.begin() as unit:
            unit.phases.change(phase, by="a test", now=NOON)

    def bar(self, change: Callable[..., Principal]) -> None:
        with self.intake.database.begin() as unit:
            self.team = change(unit, self.team, "Twice.", by="Wulp", now=NOON)

    def wait_for_midnight(self, _: object) -> None:
        with self.intake.database.read() as unit:
            left = left_today(unit, self.intake.brief, self.team.id, self.now)
        self.now = left.starts_again_at

    def only_proof(self, found: re.Match[str]) -> None:
        assert found[1] == "--proof"
        self.proof_only = True


AT_THE_DOOR = {
    "a proof run when no score is left": (
        "quota-exceeded", lambda d: d.use_up(2),
        "`challenge submit (--proof)` tries a model", Door.only_proof),
    "tomorrow when no score is left": (
        "quota-exceeded", lambda d: d.use_up(2),
        "again at midnight on the challenge's clock", Door.wait_for_midnight),
    "tomorrow when no upload is left": (
        "quota-exceeded", lambda d: (setattr(d, "proof_only", True), d.use_up(3)),
        "again at midnight on the challenge's clock", Door.wait_for_midnight),
    "a proof run in practice": (
        "phase-closed", lambda d: d.enter("practice"),
        "`challenge submit (--proof)` tries a model", Door.only_proof),
    "once it opens": (
        "phase-closed", lambda d: d.enter("draft"),
        "scored runs with phase open", lambda d, _: d.enter("open")),
    "once the organiser readmits": (
        "barred", lambda d: d.bar(bar),
        "the organiser, who can readmit you", lambda d, _: d.bar(readmit)),
    "a shorter note": (
        "request-refused", lambda d: setattr(d, "note", "x" * 3000),
        r"Write 0 to ([\d,]+) characters",
        lambda d, found: setattr(d, "note", d.note[: int(found[1].replace(",", ""))])),
    "a note that can be seen": (
        "request-refused", lambda d: setattr(d, "note", "a\u202eb"),
        "Leave out control characters and direction overrides",
        lambda d, _: setattr(d, "note", "ab")),
}  # fmt: skip
"""Slug, what goes wrong, hint, and what it says."""


@pytest.mark.parametrize("case", AT_THE_DOOR)
def test_an_upload_comes_in_once_its_hint_is_done(
    database: Database, tmp_path: Path, case: str
) -> None:
    slug, wrong, hint, mends = AT_THE_DOOR[case]
    brief = read_brief(QUICKSTART)
    few = brief.quota.model_copy(update={"scored_per_day": 2, "uploads_per_day": 3})
    with database.begin() as unit:
        team = unit.people.add(Role.TEAM, "Zwaluw", now=NOON)
    brief = brief.model_copy(update={"quota": few})
    door = Door(Intake(database, brief, "quickstart/1", Folder(tmp_path), 20), team)
    wrong(door)

    with pytest.raises(ChallengeError) as refused:
        door.knock()
    assert refused.value.slug == slug
    found = re.search(hint, refused.value.hint)
    assert found, refused.value.hint
    mends(door, found)

    door.knock()
