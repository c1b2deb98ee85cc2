"""The road of a submission with a runner that does as it is told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from challenge.brief import Brief, read_brief
from challenge.brief.sections import SourceSet
from challenge.records import (
    Limits,
    Outcome,
    Reason,
    Refusal,
    Run,
    Stage,
    State,
    Submission,
)
from challenge.rules.evaluation import ATTEMPTS, Evaluation
from challenge.rules.recording import Recording
from challenge.rules.standings import Standings, standings
from challenge.schema import Words
from challenge.store import Database
from challenge.synthesis import Release, build
from leaderboard import Scorecard

from ...factories import QUICKSTART, Told, enqueue


@dataclass
class Memory:
    """A tracker that remembers, and fails when told to."""

    runs: dict[str, Run] = field(default_factory=dict)
    leader: str | None = None
    refuses: set[str] = field(default_factory=set)
    is_away: bool = False

    def prepare(self) -> None:
        if self.is_away:
            raise ConnectionError

    def record(self, run: Run) -> str:
        if run.submission_id in self.refuses:
            raise ValueError(run.submission_id)
        self.runs[run.submission_id] = run
        return f"run of {run.submission_id}"

    def promote(self, run_id: str) -> None:
        self.leader = run_id

    def champion(self) -> str | None:
        return self.leader


@pytest.fixture
def evaluate(database: Database, release: Release, tmp_path: Path) -> Callable:
    def make(
        runner: Told,
        worker: str = "w",
        lease: float = 60,
        brief: Brief | None = None,
        of: Release = release,
    ) -> Evaluation:
        return Evaluation(
            database,
            runner,
            release=of,
            brief=brief or read_brief(QUICKSTART),
            home=tmp_path,
            worker=worker,
            limits=Limits(),
            lease=timedelta(seconds=lease),
        )

    return make


@pytest.fixture(scope="module")
def unreferenced(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The same rows, of a brief that names no reference model for its source sets."""
    folder = tmp_path_factory.mktemp("unreferenced")
    content = folder / "quickstart"
    shutil.copytree(QUICKSTART, content)
    brief = content / "brief.toml"
    named = 'reference = "logistic"\n'
    assert named in brief.read_text()
    brief.write_text(brief.read_text().replace(named, ""))
    return build(content, folder / "releases", seed=1)


def with_sources() -> Brief:
    """The quickstart's brief with two source sets: its one table, and none of it."""
    label = Words(nl="Set", en="Set")
    sets = {"clinic": ("parents",), "nothing": ("elsewhere",)}
    sources = tuple(
        SourceSet(name=name, label=label, tables=tables)
        for name, tables in sets.items()
    )
    return read_brief(QUICKSTART).model_copy(update={"sources": sources})


@pytest.fixture
def queue(database: Database) -> Callable[[str], None]:
    def add(submission_id: str, team: str = "Zwaluw", sources: str = "all") -> None:
        enqueue(database, submission_id, team, sources)

    return add


def find(database: Database, submission_id: str) -> Submission:
    with database.read() as unit:
        return unit.submissions.get(submission_id)


def board_of(database: Database) -> Standings:
    policy = read_brief(QUICKSTART).policy
    with database.read() as unit:
        return standings(unit, "quickstart/1", policy=policy)


def results(database: Database) -> list:
    with database.read() as unit:
        return unit.results.all("quickstart/1")


def test_a_run_that_goes_well_is_scored_and_its_predictions_are_sealed(
    evaluate, queue, database: Database, release: Release, tmp_path: Path
) -> None:
    queue("one")
    evaluation = evaluate(Told())
    state = evaluation.evaluate(evaluation.claim())
    [result] = results(database)
    sealed = np.load(tmp_path / "sealed/predictions/one.npy")
    board = Scorecard.from_json(result.scorecard)
    practice = Scorecard.from_json(result.practice)
    assert (state, find(database, "one").log) == (State.SCORED, "hello")
    assert board.rows == release.manifest.rows["board"]
    assert len(sealed) == sum(
        release.manifest.rows[name] for name in ("board", "final", "external")
    )
    assert (len(board.replicates), len(practice.replicates)) == (1024, 0)
    assert (tmp_path / "sealed").stat().st_mode & 0o077 == 0


def test_a_refusal_ends_the_submission_without_a_result(
    evaluate, queue, database: Database
) -> None:
    queue("one")
    refusal = Refusal(Stage.PROOF, Reason.LABELS, "Labels.", "Give chances.")
    evaluation = evaluate(Told(Outcome(refusal=refusal)))
    assert evaluation.evaluate(evaluation.claim()) is State.REFUSED
    assert find(database, "one").reason == Reason.LABELS
    assert results(database) == []


def test_a_fault_of_ours_gives_it_back_and_after_three_tries_says_so(
    evaluate, queue, database: Database
) -> None:
    queue("one")
    evaluation = evaluate(Told(OSError("no room")))
    for _ in range(ATTEMPTS):
        submission = evaluation.claim()
        with pytest.raises(OSError, match="no room"):
            evaluation.evaluate(submission)
        evaluation.give_back(submission)
        assert find(database, "one").stage is Stage.RECEIVED
    assert evaluation.evaluate(evaluation.claim()) is State.FAILED
    found = find(database, "one")
    assert (found.state, found.reason) == (State.FAILED, Reason.PLATFORM_FAULT)
    assert evaluation.claim() is None


def test_a_worker_that_lost_its_claim_records_nothing(
    evaluate, queue, database: Database, tmp_path: Path
) -> None:
    queue("one")
    slow, quick = evaluate(Told(), "slow", lease=-1), evaluate(Told(), "quick")
    claimed = slow.claim()
    quick.evaluate(quick.claim())
    [first] = results(database)
    (tmp_path / "sealed/predictions/one.npy").unlink()
    slow.evaluate(claimed)
    assert results(database) == [first]
    assert not (tmp_path / "sealed/predictions/one.npy").exists()


@pytest.fixture
def scored(evaluate, queue, database: Database, release: Release) -> Database:
    """Two teams with one result each, and the reference model's predictions."""
    for key, team in (("one", "Zwaluw"), ("two", "Grutto")):
        queue(key, team)
        evaluation = evaluate(Told(board=release.reference("board")))
        evaluation.evaluate(evaluation.claim())
    return database


def recording(database: Database, tracker: Memory, release: Release) -> Recording:
    return Recording(
        database,
        tracker,
        release=release,
        policy=read_brief(QUICKSTART).policy,
        bundles=Path("bundles"),
    )


def test_every_result_gets_a_run_and_the_leader_is_the_champion(
    scored: Database, release: Release
) -> None:
    tracker = Memory()
    recording(scored, tracker, release).catch_up()
    leader = board_of(scored).champion
    assert set(tracker.runs) == {"one", "two"}
    assert tracker.leader == leader.run_id


def test_one_run_that_cannot_be_written_does_not_hold_up_the_others(
    scored: Database, release: Release
) -> None:
    """A bundle over a default limit once blocked every later run for ever."""
    tracker = Memory(refuses={"one"})
    recording(scored, tracker, release).catch_up()
    assert set(tracker.runs) == {"two"}
    tracker.refuses.clear()
    recording(scored, tracker, release).catch_up()
    assert set(tracker.runs) == {"one", "two"}


def test_a_tracker_that_is_away_is_caught_up_with_later(
    scored: Database, release: Release
) -> None:
    tracker = Memory(is_away=True)
    recording(scored, tracker, release).catch_up()
    tracker.is_away = False
    recording(scored, tracker, release).catch_up()
    assert set(tracker.runs) == {"one", "two"}


def test_the_standings_have_one_submission_of_each_team(scored: Database) -> None:
    ranked = board_of(scored)
    assert sorted(result.team for result in ranked.results.values()) == [
        "Grutto",
        "Zwaluw",
    ]
    assert set(ranked.counts.values()) == {1}
    assert set(ranked.boards) == {"all"}
    assert datetime.now(UTC) > max(r.scored_at for r in ranked.results.values())


def test_places_count_within_a_source_set_and_the_best_of_all_leads(
    scored: Database, evaluate, queue, release: Release, unreferenced: Release
) -> None:
    """Three teams with one model: all in the same place if they had the same."""
    queue("three", "Kievit", "clinic")
    told = Told(board=release.reference("board"))
    evaluation = evaluate(told, brief=with_sources(), of=unreferenced)
    evaluation.evaluate(evaluation.claim())
    ranked = board_of(scored)
    places = {
        source: {row.key: (row.place_low, row.place_high) for row in board.rows}
        for source, board in ranked.boards.items()
    }
    order = ranked.in_order(("all", "clinic"), first="clinic").rows
    assert places == {
        "all": {"one": (1, 2), "two": (1, 2)},
        "clinic": {"three": (1, 1)},
    }
    assert order[0].key == "three"
    assert {row.key for row in order} == {"one", "two", "three"}
    assert ranked.champion in ranked.results.values()


def test_both_passes_hide_what_the_teams_sources_do_not_have(
    evaluate, queue, release: Release, unreferenced: Release
) -> None:
    runner = Told()
    queue("one", sources="nothing")
    evaluation = evaluate(runner, brief=with_sources(), of=unreferenced)
    evaluation.evaluate(evaluation.claim())
    whole = release.practice().features
    assert len(runner.seen) == 2
    for rows in runner.seen:
        assert list(rows.columns) == list(whole.columns)
        assert list(rows.dtypes) == list(whole.dtypes)
        assert not rows.notna().any().any()
