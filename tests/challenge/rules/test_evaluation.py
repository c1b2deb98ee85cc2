"""The road of a submission with a runner that does as it is told."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from challenge.brief import Brief, read_brief
from challenge.brief.sections import SourceSet
from challenge.errors import EngineUnavailableError
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
from challenge.rules.claims import Claims
from challenge.rules.evaluation import Evaluation
from challenge.rules.hidden import HiddenRows
from challenge.rules.recording import Recording
from challenge.rules.standings import Standings, standings
from challenge.schema import Words
from challenge.shelf import Folder
from challenge.store import ATTEMPTS, Database
from challenge.synthesis import Release, build
from leaderboard import Scorecard

from ...factories import QUICKSTART, Told, enqueue, guess


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

    def alone(self) -> AbstractContextManager[None]:
        return nullcontext()

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
        holds: bool = False,
    ) -> Evaluation:
        runner.files = tmp_path
        return Evaluation(
            database,
            runner,
            release=of,
            brief=brief or read_brief(QUICKSTART),
            home=tmp_path,
            shelf=Folder(tmp_path),
            worker=worker,
            limits=Limits(),
            lease=timedelta(seconds=lease),
            holds=holds,
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


HOUR = timedelta(hours=1)
PROVED = (State.PROVED, Stage.PROOF)


def claim_at(database: Database, moment: datetime) -> Submission:
    with database.begin() as unit:
        taken = unit.queue.claim(
            "w", release="quickstart/1", now=moment, lease_until=moment + HOUR
        )
        return unit.submissions.get(taken)


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
    for attempt in range(1, ATTEMPTS + 1):
        # It rests after each try, so the next is in an hour.
        submission = claim_at(database, datetime.now(UTC) + attempt * HOUR)
        with pytest.raises(OSError, match="no room"):
            evaluation.evaluate(submission)
        evaluation.give_back(submission)
        assert evaluation.claim() is None
    found = find(database, "one")
    assert (found.state, found.reason) == (State.FAILED, Reason.PLATFORM_FAULT)
    assert (found.attempt, "our fault" in found.hint) == (ATTEMPTS, True)


def test_what_waits_for_a_release_that_was_replaced_ends_with_that_reason(
    queue, database: Database
) -> None:
    queue("one")
    for version, state in ((1, State.QUEUED), (2, State.FAILED)):
        claims = Claims(
            database,
            release=f"quickstart/{version}",
            worker="w",
            limits=Limits(),
            lease=HOUR,
        )
        claims.reap()
        assert find(database, "one").state is state
    assert find(database, "one").reason == Reason.RELEASE_REPLACED


def test_while_the_engine_is_away_no_try_is_spent(
    evaluate, queue, database: Database
) -> None:
    queue("one")
    away = evaluate(Told(EngineUnavailableError("It is a test.")))
    for _ in range(2 * ATTEMPTS):
        submission = away.claim()
        with pytest.raises(EngineUnavailableError):
            away.evaluate(submission)
        away.give_back(submission, is_counted=False)
    assert (find(database, "one").state, find(database, "one").attempt) == (
        State.QUEUED,
        0,
    )


def test_a_proof_run_on_its_own_never_meets_hidden_rows_and_has_no_score(
    evaluate, database: Database, release: Release, tmp_path: Path
) -> None:
    enqueue(database, "one", "Zwaluw", proof_only=True)
    runner = Told()
    evaluation = evaluate(runner)
    state = evaluation.evaluate(evaluation.claim())
    found = find(database, "one")
    [seen] = runner.seen
    practice = release.practice().features
    assert (state, found.state, found.stage) == (State.PROVED, *PROVED)
    assert (found.log, runner.stages) == ("hello", [Stage.PROOF])
    assert seen.iloc[: len(practice)].equals(practice)
    assert results(database) == []
    assert not [*(tmp_path / "sealed").rglob("*hidden*")]


def test_a_proof_run_that_fails_is_refused_like_any_other(
    evaluate, database: Database
) -> None:
    enqueue(database, "one", "Zwaluw", proof_only=True)
    refusal = Refusal(Stage.PROOF, Reason.LABELS, "Labels.", "Give chances.")
    evaluation = evaluate(Told(Outcome(refusal=refusal)))
    assert evaluation.evaluate(evaluation.claim()) is State.REFUSED
    assert find(database, "one").reason == Reason.LABELS


@pytest.mark.parametrize("proof_only", [True, False])
def test_what_came_of_asking_twice_is_kept(
    evaluate, database: Database, release: Release, proof_only: bool
) -> None:
    enqueue(database, "one", "Zwaluw", proof_only=proof_only)
    practice, hidden = (
        guess(rows)
        for rows in (release.practice().features, HiddenRows.unseal(release).features)
    )
    outcome = Outcome(practice=practice, hidden=hidden, repeat_difference=0.25)
    evaluation = evaluate(Told(outcome))
    evaluation.evaluate(evaluation.claim())
    assert find(database, "one").repeat_difference == 0.25


@pytest.mark.parametrize("how", ["scored", "refused", "our fault"])
def test_an_end_after_the_hidden_rows_is_seen_at_a_power_of_two_alone(
    evaluate, queue, database: Database, how: str
) -> None:
    """0.3 s of hidden pass end at 0.5 s, as 0.26 s would: time can spell rows."""
    queue("one")
    refusal = Refusal(Stage.SCORING, Reason.CRASHED, "It crashed.", "Mend it.")
    outcome = {"scored": None, "refused": Outcome(refusal=refusal)}
    told = Told(outcome.get(how, OSError("no room")), hidden_seconds=0.3)
    evaluation = evaluate(told, holds=True)
    submission = evaluation.claim()
    if how == "our fault":
        with pytest.raises(OSError, match="no room"):
            evaluation.evaluate(submission)
        evaluation.give_back(submission)
    else:
        evaluation.evaluate(submission)
    took = find(database, "one").updated_at - told.scoring_at
    assert find(database, "one").state is not State.RUNNING
    assert took >= timedelta(seconds=0.5)


def test_time_that_another_machine_took_counts_from_its_start(
    evaluate, queue, database: Database
) -> None:
    """Word that scoring began may come with the outcome, or after it."""
    queue("one")
    refusal = Refusal(Stage.SCORING, Reason.CRASHED, "It crashed.", "Mend it.")
    told = Told(Outcome(refusal=refusal, hidden_seconds=0.9))
    evaluation = evaluate(told, holds=True)
    evaluation.evaluate(evaluation.claim())
    took = find(database, "one").updated_at - told.scoring_at
    # Till 1 s after the start, which was 0.9 s before the word.
    assert timedelta(seconds=0.1) <= took + timedelta(milliseconds=5)


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


def test_workers_that_take_each_others_runs_over_end_each_submission_once(
    evaluate, queue, database: Database, tmp_path: Path
) -> None:
    """Leases that are over when they begin: every run is everybody's."""
    keys = [f"s{number}" for number in range(4)]
    for key in keys:
        queue(key)

    def work(name: str) -> None:
        evaluation = evaluate(Told(), name, lease=-1)
        while (claimed := evaluation.claim()) is not None:
            evaluation.evaluate(claimed)
            evaluation.claims.reap()

    threads = [threading.Thread(target=work, args=(f"w{i}",)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    evaluate(Told()).claims.reap()

    found = [find(database, key) for key in keys]
    scored = {one.id for one in found if one.state is State.SCORED}
    assert {one.state for one in found} <= {State.SCORED, State.FAILED}
    assert all(1 <= one.attempt <= ATTEMPTS for one in found)
    assert {result.submission_id for result in results(database)} == scored
    sealed = (tmp_path / "sealed/predictions").glob("*")
    assert {file.stem for file in sealed} == scored


@pytest.fixture
def scored(
    evaluate,
    queue,
    database: Database,
    release: Release,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Database:
    """Two teams with one result each, and the reference model's predictions."""
    monkeypatch.chdir(tmp_path)  # where `recording` finds their bundle
    (tmp_path / "bundles").mkdir()
    (tmp_path / "bundles/ab.zip").touch()
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
        shelf=Folder(Path()),
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
    assert not recording(scored, tracker, release).catch_up()
    assert set(tracker.runs) == {"two"}
    tracker.refuses.clear()
    recording(scored, tracker, release).catch_up()
    assert set(tracker.runs) == {"one", "two"}


def test_a_tracker_that_is_away_is_caught_up_with_later(
    scored: Database, release: Release
) -> None:
    tracker = Memory(is_away=True)
    assert not recording(scored, tracker, release).catch_up()
    tracker.is_away = False
    assert recording(scored, tracker, release).catch_up()
    assert set(tracker.runs) == {"one", "two"}


def test_a_result_that_changes_while_its_run_is_written_waits_for_another(
    scored: Database, release: Release
) -> None:
    """Its run told what a re-score had just replaced, and was never written anew."""

    class Slow(Memory):
        def record(self, run: Run) -> str:
            with scored.begin() as unit:
                card = unit.results.get(run.submission_id).scorecard
                unit.results.replace(run.submission_id, scorer="9", card=card)
            return super().record(run)

    assert not recording(scored, Slow(), release).catch_up()
    tracker = Memory()
    assert recording(scored, tracker, release).catch_up()
    assert {run.scorer for run in tracker.runs.values()} == {"9"}


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
