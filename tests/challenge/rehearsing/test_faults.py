"""What breaks on purpose breaks indeed, is told if it did not, and is lifted again."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from challenge.brief import read_brief
from challenge.rehearsing import faults
from challenge.rehearsing.bundles import Shelf
from challenge.rehearsing.day import Day, Pace
from challenge.rehearsing.kinds import Fault
from challenge.rehearsing.ledger import Ledger
from challenge.rehearsing.plan import Size
from challenge.rehearsing.stage import draw_plan
from challenge.staging import Serving

from ...conftest import settings_for


@pytest.fixture
def sleeper() -> Iterator[int]:
    """A process with a limit of its own on what it may write."""
    own = 1 << 30

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (own // 2, own))

    with subprocess.Popen(
        [sys.executable, "-c", "input()"],
        stdin=subprocess.PIPE,
        preexec_fn=limit,
    ) as process:
        yield process.pid
        process.kill()


def test_a_lock_that_could_not_be_had_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "LOCK_SECONDS", 0.01)
    settings = settings_for(tmp_path)
    brief = read_brief(settings.content / settings.challenge)
    plan = draw_plan(brief, Size(teams=1, jurors=1, viewers=0, faults=False))
    day = Day("http://127.0.0.1:9", plan, Pace(1), Ledger(), Shelf({}, {}), {})
    store = tmp_path / "mlflow" / "mlflow.db"
    store.parent.mkdir()
    hall = faults.Hall(settings, Serving(settings), day)
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        struck = faults.strike(hall, Fault.TRACKING)
    assert (struck.ended, struck.failed) == (None, "database is locked")


def test_a_limit_is_lifted_to_what_it_was(sleeper: int) -> None:
    before = resource.prlimit(sleeper, resource.RLIMIT_FSIZE)
    had = faults.limit_files({sleeper: 0, 0: 0})
    assert resource.prlimit(sleeper, resource.RLIMIT_FSIZE) == (0, before[1])
    faults.limit_files(had)
    assert resource.prlimit(sleeper, resource.RLIMIT_FSIZE) == before
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 0
