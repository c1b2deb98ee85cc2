"""The ladder in the database: what a team's next result changes, and what never."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from challenge.brief import read_brief
from challenge.rules.standings import standings
from challenge.store import Database, Ladder, open_database
from challenge.store.ladders import Ladders
from challenge.synthesis import Release
from leaderboard import LadderState, Scorecard, climb_all
from leaderboard.ladder import Step

from ...factories import QUICKSTART, RELEASE, Player, Told, enqueue


@pytest.fixture
def player(database: Database, release: Release, tmp_path: Path) -> Player:
    return Player(database, release, tmp_path)


def test_a_result_climbs_when_it_is_the_first_or_measurably_better(
    player: Player,
) -> None:
    steps = [
        player.play("a", player.guess()),
        player.play("b", player.nudged(player.guess(), 1)),
        player.play("c", player.guess(0.1)),
        player.play("d", player.guess(0.05)),
    ]
    assert steps == ["first", "kept", "better", "kept"]
    assert [*player.ladders().values()] == [Ladder("c", 4)]


def rise(player: Player, best: np.ndarray, new: np.ndarray) -> float:
    """How far one is better than another, in standard errors of the rows."""
    loss = (best - player.labels) ** 2 - (new - player.labels) ** 2
    return float(loss.mean() / loss.std(ddof=1) * np.sqrt(len(loss)))


def test_the_board_has_what_the_ladder_accepted_and_not_the_highest_score(
    player: Player,
) -> None:
    """A rise within the noise would otherwise be shown, and reward trying again."""
    first = player.guess()
    tries = (
        first + np.random.default_rng(n).normal(0, 2e-3, len(first)) for n in count()
    )
    player.play("a", first)
    player.play("b", next(p for p in tries if 0 < rise(player, first, p) < 0.5))
    cards = {key: Scorecard.from_json(player.result(key).scorecard) for key in "ab"}
    scores = {key: card.metrics["scaled_brier"].value for key, card in cards.items()}
    with player.database.read() as unit:
        ranked = standings(unit, RELEASE, policy=read_brief(QUICKSTART).policy)
    assert scores["b"] > scores["a"]
    assert player.result("b").step == "kept"
    assert [*ranked.results] == ["a"]
    assert ranked.counts == {"a": 2}


def test_a_team_outside_the_ranking_finds_its_way_back_in(player: Player) -> None:
    constant = np.full(len(player.labels), player.labels.mean())
    steps = [
        player.play("a", constant),
        player.play("b", player.guess()),
        player.play("c", constant),
    ]
    assert steps == ["first", "ranked", "kept"]
    assert [*player.ladders().values()] == [Ladder("b", 3)]


def test_teams_climb_ladders_of_their_own(player: Player) -> None:
    player.play("a", player.guess(0.1))
    assert player.play("b", player.guess(), "Grutto") == "first"
    assert Counter(ladder.submissions for ladder in player.ladders().values()) == {1: 2}


def test_a_team_that_only_nudges_its_model_sees_a_frozen_board(player: Player) -> None:
    first = player.guess(0.05)
    player.play("0", first)
    seen = []
    for seed in range(1, 16):
        assert player.play(str(seed), player.nudged(first, seed)) == "kept"
        with player.database.read() as unit:
            ranked = standings(unit, RELEASE, policy=read_brief(QUICKSTART).policy)
        seen.append(ranked.boards["all"])
    assert all(board == seen[0] for board in seen)
    assert [*ranked.counts.values()] == [16]


def test_scores_and_sealed_predictions_see_four_digits_within_the_clip(
    player: Player,
) -> None:
    fine = np.clip(player.guess() + 1e-7, 0, 1)
    fine[:2] = (0.0, 1.0)
    coarse = np.clip(fine, 1e-3, 1 - 1e-3).round(4)
    player.play("fine", fine)
    player.play("coarse", coarse, "Grutto")
    sealed = np.load(player.home / "sealed/predictions/fine.npy")
    assert player.result("fine").scorecard == player.result("coarse").scorecard
    assert player.result("fine").practice == player.result("coarse").practice
    assert set(np.round(sealed, 4)) == set(sealed)
    assert (sealed.min(), sealed.max()) == (1e-3, 1 - 1e-3)


def test_what_differs_only_beyond_the_fourth_digit_says_the_same_of_everyone(
    player: Player,
) -> None:
    hidden = 0.15 + 1e-6 * player.guess()
    player.play("a", hidden)
    assert Scorecard.from_json(player.result("a").scorecard).degenerate == "constant"


def test_workers_that_score_one_team_at_once_leave_one_ladder(
    player: Player, url: str, tmp_path: Path
) -> None:
    keys = [f"s{number}" for number in range(12)]
    predictions = {
        key: player.guess(0.02 * (place % 5)) for place, key in enumerate(keys)
    }
    for key in keys:
        enqueue(player.database, key, "Zwaluw")

    def work(name: str) -> None:
        own = open_database(url)
        mine = Player(own, player.release, tmp_path)
        runner = Told()
        evaluation = mine.evaluation(runner, name)
        while (claimed := evaluation.claim()) is not None:
            runner.board = predictions[claimed.id]
            evaluation.evaluate(claimed)
        own.close()

    threads = [threading.Thread(target=work, args=(f"w{i}",)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with player.database.read() as unit:
        found = {r.submission_id: r for r in unit.results.all(RELEASE)}
    [ladder] = player.ladders().values()
    score = {
        key: Scorecard.from_json(r.scorecard).metrics["scaled_brier"].value
        for key, r in found.items()
    }
    climbed = [key for key, r in found.items() if r.step != "kept"]
    assert (len(found), ladder.submissions) == (12, 12)
    assert Counter(r.step for r in found.values())["first"] == 1
    # Each that climbed was above the one before, whichever worker had it.
    assert ladder.submission_id == max(climbed, key=score.__getitem__)
    assert found[ladder.submission_id].step in ("first", "better")


def test_a_result_is_dated_while_its_ladder_is_held(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that waits for the ladder comes second in the auditor's order too."""
    held_at: list[datetime] = []
    hold = Ladders.hold

    def waiting(ladders: Ladders, team: int, release: str) -> Ladder | None:
        held = hold(ladders, team, release)
        held_at.append(datetime.now(UTC))
        return held

    monkeypatch.setattr(Ladders, "hold", waiting)
    player.play("a", player.guess())
    assert player.result("a").scored_at >= held_at[0]


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from challenge.records import State
from challenge.rules.climbing import record_result
from challenge.store import open_database
from leaderboard import Scorecard

url, scorecard, moment = sys.argv[1:]
database = open_database(url)
card = Scorecard.from_json(Path(scorecard).read_text())
with database.begin() as unit:
    submission = unit.submissions.get("killed")
    now = datetime.now(UTC)
    assert unit.queue.end("killed", worker="w", state=State.SCORED, now=now)
    record_result(unit, submission, card, scorer="1", practice="{}", cpu_seconds=1,
                  memory_mib=1, scored_at=now)
    if moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_recording_leaves_result_and_ladder_or_neither(
    player: Player, url: str, tmp_path: Path, moment: str
) -> None:
    player.play("a", player.guess())
    better = tmp_path / "better.json"
    player.play("other", player.guess(0.1), "Grutto")
    better.write_text(player.result("other").scorecard)
    before = player.ladders()
    enqueue(player.database, "killed", "Zwaluw")
    player.evaluation(Told()).claim()

    done = subprocess.run(
        [sys.executable, "-c", KILLED, url, str(better), moment], check=False
    )

    assert done.returncode == -signal.SIGKILL
    result, after = player.result("killed"), player.ladders()
    if moment == "before":
        assert (result, after) == (None, before)
    else:
        assert result.step == "better"
        assert Ladder("killed", 2) in after.values()


def test_a_worker_that_comes_second_moves_no_ladder(player: Player) -> None:
    enqueue(player.database, "only", "Zwaluw")
    slow = player.evaluation(Told(), "slow")
    slow.claims._lease = timedelta(seconds=-1)
    claimed, quick = slow.claim(), player.evaluation(Told(), "quick")
    quick.evaluate(quick.claim())
    slow.evaluate(claimed)
    assert [*player.ladders().values()] == [Ladder("only", 1)]


def test_a_ladder_is_the_one_of_the_library(player: Player) -> None:
    known = (0.0, 0.1, 0.02, 0.2, 0.15, 0.3)
    for place, knowing in enumerate(known):
        player.play(str(place), player.guess(knowing))
    keys = [str(place) for place in range(len(known))]
    cards = {key: Scorecard.from_json(player.result(key).scorecard) for key in keys}
    state = climb_all(cards)
    [ladder] = player.ladders().values()
    latest = Step(player.result(keys[-1]).step)
    assert state == LadderState(ladder.submission_id, ladder.submissions, latest)
