"""What a worker does beside runs: whoever is killed in it loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime

import pytest

from challenge.brief import read_brief
from challenge.finishing import Finishing
from challenge.rules.finals import FinalScoring
from challenge.rules.sealed import SealedScoring
from challenge.store import Database
from challenge.synthesis import Release

from ..factories import NOON, QUICKSTART, RELEASE, Player

BRIEF = read_brief(QUICKSTART)
# Dies by its own hand in the middle of the transaction that records a final score.
DIES = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from challenge.brief import read_brief
from challenge.rules.finals import FinalScoring
from challenge.rules.sealed import SealedScoring
from challenge.store import finals, open_database
from challenge.synthesis import open_release

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

database = open_database(sys.argv[1])
release = open_release(Path(sys.argv[2]))
real = finals.insert
calls = []
def insert(table):
    calls.append(table)
    return die() if len(calls) == 4 else real(table)
finals.insert = insert
brief, home = read_brief(Path(sys.argv[3])), Path(sys.argv[4])
sealed = SealedScoring(database, release, brief, home)
FinalScoring(sealed).catch_up(now=lambda: datetime.now(UTC))
"""


@pytest.fixture
def player(database: Database, release: Release, tmp_path) -> Player:
    made = Player(database, release, tmp_path)
    made.play("a", made.guess(), "Zwaluw")
    made.play("c", made.guess(0.1), "Grutto")
    return made


def test_the_worker_goes_on_in_time_scores_the_end_and_scores_anew(
    player: Player, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("challenge.finishing.LOOK_SECONDS", 0.01)
    with database.begin() as unit:
        unit.phases.change("frozen", by="a test", now=NOON)
        unit.phases.plan("jury", NOON, by="a test", now=NOON)
        unit.rescorings.ask(RELEASE, scorer="?", by="a", reason="b", now=NOON)
    ended = threading.Event()
    finishing = Finishing(database, player.release, BRIEF, player.home)
    thread = threading.Thread(target=finishing.run, args=(ended,))
    thread.start()
    try:
        for _ in range(1200):
            with database.read() as unit:
                done = unit.rescorings.all(RELEASE)[0].done_at
            if done:
                break
            time.sleep(0.05)
    finally:
        ended.set()
        thread.join()
    with database.read() as unit:
        assert unit.phases.last() == "jury"
        assert {*unit.finals.all(RELEASE, "final")} == {"a", "c"}
        told = {one.row_set for one in unit.references.all(RELEASE)}
        assert told == {"board", "final", "external"}
        assert len(unit.rescorings.cards(1)) == 8


def test_a_fault_in_one_step_holds_up_no_other(
    player: Player, database: Database, caplog, monkeypatch: pytest.MonkeyPatch
) -> None:
    finishing = Finishing(database, player.release, BRIEF, player.home)
    ended = threading.Event()

    def break_down(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(FinalScoring, "catch_up", break_down)
        for _ in range(3):
            finishing._try(finishing._score_finals, ended)
    # Once, and not every second of an outage.
    assert caplog.text.count("every second: _score_finals") == 1
    caplog.set_level("INFO", logger="challenge")
    finishing._try(finishing._score_finals, ended)
    assert "goes well again: _score_finals" in caplog.text


def test_who_is_killed_while_recording_leaves_whole_scores_or_none(
    player: Player, database: Database, tmp_path
) -> None:
    with database.begin() as unit:
        unit.phases.change("jury", by="a test", now=NOON)
    url = f"sqlite:///{tmp_path / 'test.db'}"
    words = [url, player.release.path, QUICKSTART, player.home]
    died = subprocess.run(
        [sys.executable, "-c", DIES, *map(str, words)], check=False, env=os.environ
    )
    assert died.returncode == -signal.SIGKILL
    with database.read() as unit:
        # Three rows a submission, in one transaction.
        assert unit.finals.count(RELEASE) == 3
    finals = FinalScoring(SealedScoring(database, player.release, BRIEF, player.home))
    finals.catch_up(now=lambda: datetime.now(UTC))
    with database.read() as unit:
        assert unit.finals.count(RELEASE) == 6
