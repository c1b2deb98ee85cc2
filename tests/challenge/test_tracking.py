"""A real MLflow store: what a kill leaves of it, two workers and a re-score write."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from challenge.brief import read_brief
from challenge.rules.reconciliation import Folders, reconcile
from challenge.rules.recording import Recording
from challenge.rules.republishing import publish
from challenge.rules.rescoring import Rescoring, ask
from challenge.rules.sealed import SealedScoring
from challenge.rules.standings import Standings, standings
from challenge.shelf import Folder
from challenge.store import Database
from challenge.store.inspection import Inspection
from challenge.synthesis import Release
from challenge.tracking import SUPERSEDES, Tracker
from leaderboard import Scorecard, __version__, rank

from ..factories import NOON, QUICKSTART, RELEASE, Player, small_bundle

BRIEF = read_brief(QUICKSTART)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that takes seconds to make, beside what a kill left there."""
    place = tmp_path_factory.mktemp("mlflow")
    (place / "0badc0de.part").write_bytes(b"half a database")
    Tracker(place, challenge="quickstart").prepare()
    return place


def test_a_store_half_made_is_not_met_again(store: Path) -> None:
    """A worker killed while the store was migrated once broke it for good."""
    again = Tracker(store, challenge="quickstart")
    again.prepare()
    assert again.scorecards() == {}
    assert again.champion() is None


def ranked(database: Database) -> Standings:
    with database.read() as unit:
        return standings(unit, RELEASE, policy=BRIEF.policy)


def rescore(player: Player) -> None:
    """Ask for a re-score, work it out, and publish it."""
    with player.database.begin() as unit:
        number = ask(unit, RELEASE, by="Wulp", reason="Ties.", now=NOON)
    sealed = SealedScoring(player.database, player.release, BRIEF, player.home)
    Rescoring(sealed).catch_up(now=lambda: NOON)
    with player.database.begin() as unit:
        publish(unit, RELEASE, number, note="Ties count.", by="Wulp", now=NOON)


def test_two_workers_that_write_at_once_write_a_run_once(
    database: Database, release: Release, store: Path, tmp_path: Path
) -> None:
    """Each wrote what the other was at, and no backup held its trial any more."""
    player = Player(database, release, tmp_path)
    player.play("a", player.guess(), "Zwaluw")
    (tmp_path / "bundles").mkdir()
    (tmp_path / "bundles" / "ab.zip").write_bytes(small_bundle())
    trackers = [Tracker(store, challenge="twice") for _ in range(2)]
    for tracker in trackers:
        tracker.prepare()
    facts = {"release": release, "shelf": Folder(tmp_path), "policy": BRIEF.policy}
    workers = [Recording(database, tracker, **facts) for tracker in trackers]
    with ThreadPoolExecutor(2) as threads:
        assert all(threads.map(Recording.catch_up, workers))
    [[run_id]] = trackers[0].runs().values()
    assert player.result("a").run_id == run_id


def test_after_a_re_score_the_board_still_comes_out_of_mlflow_and_old_runs_stay(
    database: Database, release: Release, store: Path, tmp_path: Path
) -> None:
    player = Player(database, release, tmp_path)
    player.play("a", player.guess(0.3), "Zwaluw")
    player.play("c", player.guess(), "Grutto")
    right = {key: player.result(key).scorecard for key in "ac"}
    with database.begin() as unit:
        # An older scorer gave two teams each other's scores.
        for key, other in ("ac", "ca"):
            unit.results.replace(key, scorer="0.0.9", card=right[other])
    shelf = tmp_path / "bundles"
    shelf.mkdir()
    (shelf / "ab.zip").write_bytes(small_bundle())
    tracker = Tracker(store, challenge="rescored")
    policy, facts = BRIEF.policy, {"release": release, "shelf": Folder(tmp_path)}
    recording = Recording(database, tracker, policy=policy, **facts)
    assert recording.catch_up()
    first = tracker.runs()
    assert ranked(database).champion.team == "Grutto"

    rescore(player)
    # Cut off between the run and the note of it, it is not written twice.
    assert recording.catch_up()
    with database.begin() as unit:
        unit.results.replace("a", scorer=__version__, card=right["a"])
    assert recording.catch_up()

    cards, board = tracker.scorecards(), ranked(database)
    assert {key: card.to_json() for key, card in cards.items()} == right
    best = {key: cards[key] for key in board.results}
    assert rank(best, policy=policy) == board.boards["all"]
    assert tracker.champion() == player.result("a").run_id
    # Each run is of one scorer; the old one stands as it stood.
    runs = tracker._client.search_runs([tracker._experiment])
    assert len(runs) == 4
    by_id = {run.info.run_id: run.data for run in runs}
    for key, [old] in first.items():
        [new] = tracker.runs()[key]
        assert by_id[new].tags[SUPERSEDES] == old
        assert (by_id[old].tags["scorer"], by_id[new].tags["scorer"]) == (
            *("0.0.9", __version__),
        )
        assert by_id[old].tags["release"] == by_id[new].tags["release"] == "1"
        score = Scorecard.from_json(right[key]).metrics["scaled_brier"].value
        assert by_id[new].metrics["scaled_brier"] == score
        assert by_id[old].metrics["scaled_brier"] != score
    # And whoever compares database, files and runs finds no run too many.
    books = Inspection(f"sqlite:///{tmp_path / 'test.db'}").books
    folders = Folders(Folder(tmp_path), tmp_path / "sealed" / "predictions")
    found = reconcile(books, folders, tracker, challenge="quickstart")
    assert (found.differences, found.runs, found.waiting) == ((), 2, 0)


IMPORTS = """
import sys, threading
from pathlib import Path
from challenge.migrating import MIGRATING
from challenge.tracking import Tracker

tracker = Tracker(Path(sys.argv[1]), challenge="quickstart")
thread = threading.Thread(target=tracker.champion)
with MIGRATING:  # as another thread does that imports it
    thread.start()
    thread.join(1)
    print(thread.is_alive(), "mlflow" in sys.modules)
thread.join()
print("mlflow" in sys.modules)
"""


def test_one_thread_at_a_time_imports_mlflow(tmp_path: Path) -> None:
    """Two at once found it half there, and a doctor that asks both ways a fault."""
    command = [sys.executable, "-c", IMPORTS, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["True False", "True"]
