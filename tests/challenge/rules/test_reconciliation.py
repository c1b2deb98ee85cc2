"""Database, files and runs are held against each other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from challenge.records import State
from challenge.rules.hidden import seal_predictions
from challenge.rules.reconciliation import Folders, Kind, Reconciliation, reconcile
from challenge.shelf import Folder
from challenge.store import Database
from challenge.store.books import Account
from challenge.store.inspection import Inspection

from ...factories import RELEASE, enqueue

SCORED = Account("a", RELEASE, State.SCORED, None, "ab", False, True, "run-a")
QUEUED = Account("q", RELEASE, State.QUEUED, None, "cd", False, False, None)
RUNNING = Account("r", RELEASE, State.RUNNING, None, "cd", True, False, None)
REFUSED = Account("x", RELEASE, State.REFUSED, "labels", "cd", False, False, None)
AT_THE_DOOR = Account("d", RELEASE, State.REFUSED, "not-a-zip", "", False, False, None)
PROVED = Account("p", RELEASE, State.PROVED, None, "cd", False, False, None)


@dataclass
class World:
    """All three sides, which tell the same story until a test changes one."""

    rows: list[Account] = field(default_factory=list)
    zips: set[str] = field(default_factory=set)
    sealed: set[str] = field(default_factory=set)
    tracked: dict[str, list[str]] = field(default_factory=dict)
    later: list[Account] | None = None

    @classmethod
    def of(cls, *rows: Account) -> World:
        scored = [row for row in rows if row.state is State.SCORED]
        return cls(
            rows=list(rows),
            zips={row.bundle_sha256 for row in rows} - {""},
            sealed={row.id for row in scored},
            tracked={row.id: [row.run_id] for row in scored if row.run_id},
        )

    def accounts(self) -> list[Account]:
        told, self.rows = self.rows, self.later or self.rows
        return told

    def bundles(self) -> set[str]:
        return self.zips

    def predictions(self) -> set[str]:
        return self.sealed

    def runs(self) -> dict[str, list[str]]:
        return self.tracked

    def compare(self) -> Reconciliation:
        return reconcile(self, self, self, challenge="quickstart")

    def differences(self) -> list[tuple[Kind, str]]:
        return [(d.kind, d.subject) for d in self.compare().differences]


def test_a_day_on_which_all_went_well_has_no_difference() -> None:
    found = World.of(SCORED, QUEUED, RUNNING, REFUSED, AT_THE_DOOR, PROVED).compare()
    assert found.differences == ()
    assert found.states[State.REFUSED] == 2
    assert sum(found.states.values()) == 6
    assert (found.results, found.predictions, found.runs) == (1, 1, 1)
    assert (found.bundles, found.waiting) == (2, 0)


def test_a_result_that_waits_for_the_tracker_is_counted_and_no_difference() -> None:
    found = World.of(replace(SCORED, run_id=None)).compare()
    assert found.differences == ()
    assert (found.runs, found.waiting) == (0, 1)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (replace(REFUSED, reason=None), Kind.REASON_MISSING),
        (replace(REFUSED, state=State.FAILED, reason=""), Kind.REASON_MISSING),
        (replace(QUEUED, is_held=True), Kind.CLAIM_LEFT),
        (replace(SCORED, is_held=True), Kind.CLAIM_LEFT),
        (replace(SCORED, has_result=False), Kind.RESULT_MISSING),
        (replace(REFUSED, has_result=True), Kind.RESULT_WITHOUT_SCORE),
    ],
)
def test_what_the_database_says_of_one_submission_must_agree(
    row: Account, kind: Kind
) -> None:
    assert World.of(row).differences() == [(kind, row.id)]


def test_every_file_and_run_that_is_gone_is_named() -> None:
    world = World.of(SCORED, QUEUED)
    world.zips, world.sealed, world.tracked = set(), set(), {}
    assert world.differences() == [
        (Kind.BUNDLE_MISSING, "a"),
        (Kind.PREDICTIONS_MISSING, "a"),
        (Kind.BUNDLE_MISSING, "q"),
        (Kind.RUN_MISSING, "a"),
    ]


def test_whatever_belongs_to_nobody_is_named() -> None:
    world = World.of(SCORED, REFUSED)
    world.zips |= {"ef"}
    world.sealed |= {"x", "nobody"}
    world.tracked |= {"x": ["run-x"], "nobody": ["run-n"]}
    assert world.differences() == [
        (Kind.PREDICTIONS_WITHOUT_SCORE, "nobody"),
        (Kind.PREDICTIONS_WITHOUT_SCORE, "x"),
        (Kind.BUNDLE_WITHOUT_SUBMISSION, "ef"),
        (Kind.RUN_WITHOUT_SCORE, "nobody"),
        (Kind.RUN_WITHOUT_SCORE, "x"),
    ]


def test_a_run_written_twice_is_named_and_so_is_one_under_another_id() -> None:
    world = World.of(SCORED)
    world.tracked = {"a": ["run-a", "run-b"]}
    assert world.differences() == [(Kind.RUN_TWICE, "a")]
    world.tracked = {"a": ["run-b"]}
    assert world.differences() == [(Kind.RUN_MISSING, "a")]


def test_predictions_of_a_run_that_was_killed_wait_for_its_next_try() -> None:
    world = World.of(QUEUED, RUNNING)
    world.sealed = {"q", "r"}
    assert world.differences() == []


def test_what_is_scored_while_we_look_is_no_difference() -> None:
    world = World.of(replace(SCORED, state=State.RUNNING, has_result=False))
    world.later = [SCORED]
    world.sealed, world.tracked = {"a"}, {"a": ["run-a"]}
    assert world.differences() == []


def test_runs_of_another_challenge_are_not_looked_for() -> None:
    assert (
        World.of(
            SCORED, replace(SCORED, id="o", release="other/1", run_id="elsewhere")
        ).differences()
        == []
    )


def test_a_difference_says_what_is_wrong_in_words() -> None:
    world = World.of(SCORED)
    world.zips = set()
    told = [str(difference) for difference in world.compare().differences]
    assert told == ["the bundle of submission a is gone from the shelf"]


def test_folders_count_whole_files_and_no_drafts(tmp_path: Path) -> None:
    shelf, sealed = tmp_path / "bundles", tmp_path / "sealed"
    shelf.mkdir()
    for name in ("ab.zip", "cut-off.part"):
        (shelf / name).touch()
    assert Folders(Folder(tmp_path), sealed).bundles() == {"ab"}
    assert Folders(Folder(tmp_path), sealed).predictions() == set()


def test_predictions_that_were_cut_short_do_not_count(tmp_path: Path) -> None:
    seal_predictions(tmp_path, "a", np.linspace(0, 1, 9))
    told = (tmp_path / "predictions/a.npy").read_bytes()
    for name, content in {"b": told[:-8], "c": told[:20], "d": b"", "e": b"x"}.items():
        (tmp_path / f"predictions/{name}.npy").write_bytes(content)
    folders = Folders(Folder(tmp_path), tmp_path / "predictions")
    assert folders.predictions() == {"a"}


def test_the_books_list_every_submission_of_a_database(
    database: Database, url: str
) -> None:
    enqueue(database, "a", "Zwaluw")
    enqueue(database, "b", "Grutto")
    books = Inspection(url).books
    first = Account("a", RELEASE, State.QUEUED, None, "ab", False, False, None)
    assert books.accounts() == [first, replace(first, id="b")]
