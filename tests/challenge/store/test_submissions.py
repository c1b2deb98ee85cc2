"""The queue: claims, leases, and ends that happen once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from challenge.records import Reason, Refusal, Role, Stage, State, Submission
from challenge.rules.claims import FAULT
from challenge.store import Database, open_database

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RELEASE = "quickstart/1"


@pytest.fixture
def queue(database: Database) -> Callable[[str], Submission]:
    """Put a submission of one team in the queue."""
    with database.begin() as unit:
        team = unit.people.add(Role.TEAM, "Zwaluw", token_hash="0", now=NOON)

    def add(submission_id: str) -> Submission:
        with database.begin() as unit:
            return unit.submissions.add(
                id=submission_id,
                team_id=team.id,
                state=State.QUEUED,
                stage=Stage.RECEIVED,
                release=RELEASE,
                bundle_sha256="ab",
                created_at=NOON,
                updated_at=NOON,
            )

    return add


def claim(database: Database, worker: str, at: datetime = NOON) -> Submission | None:
    with database.begin() as unit:
        taken = unit.queue.claim(
            worker, release=RELEASE, now=at, lease_until=at + MINUTE
        )
        return unit.submissions.get(taken) if taken else None


def test_the_oldest_submission_is_claimed_first(database, queue) -> None:
    queue("first")
    queue("second")
    assert [claim(database, "w").id, claim(database, "w").id] == ["first", "second"]
    assert claim(database, "w") is None


def test_a_claim_is_taken_over_only_after_its_lease(database, queue) -> None:
    queue("only")
    assert claim(database, "silent").attempt == 1
    assert claim(database, "other", NOON + MINUTE / 2) is None
    assert claim(database, "other", NOON + 2 * MINUTE).attempt == 2


def test_a_renewed_lease_is_not_taken_over(database, queue) -> None:
    queue("only")
    claim(database, "alive")
    with database.begin() as unit:
        unit.queue.renew("alive", ["only"], lease_until=NOON + 10 * MINUTE)
    assert claim(database, "other", NOON + 2 * MINUTE) is None


def test_a_claim_that_nobody_works_on_runs_out(database, queue) -> None:
    """Renewing every claim of a live worker once kept a forgotten one for ever."""
    queue("only")
    claim(database, "alive")
    with database.begin() as unit:
        unit.queue.renew("alive", [], lease_until=NOON + 10 * MINUTE)
        unit.queue.reap(now=NOON + 2 * MINUTE, fault=FAULT)
    assert claim(database, "alive", NOON + 2 * MINUTE).attempt == 2


def test_submissions_of_another_release_are_left_alone(database, queue) -> None:
    queue("only")
    with database.begin() as unit:
        taken = unit.queue.claim(
            "w", release="quickstart/2", now=NOON, lease_until=NOON + MINUTE
        )
    assert taken is None


def test_a_worker_that_lost_its_claim_cannot_end_it(database, queue) -> None:
    queue("only")
    claim(database, "slow")
    claim(database, "quick", NOON + 2 * MINUTE)
    with database.begin() as unit:
        slow = unit.queue.end("only", worker="slow", state=State.SCORED, now=NOON)
        quick = unit.queue.end("only", worker="quick", state=State.SCORED, now=NOON)
        again = unit.queue.end("only", worker="quick", state=State.SCORED, now=NOON)
    assert (slow, quick, again) == (False, True, False)


def test_a_refusal_is_kept_with_stage_reason_and_repair(database, queue) -> None:
    queue("only")
    claim(database, "w")
    refusal = Refusal(Stage.PROOF, Reason.LABELS, "It gives labels.", "Give chances.")
    with database.begin() as unit:
        unit.queue.end(
            "only",
            worker="w",
            state=State.REFUSED,
            now=NOON,
            refusal=refusal,
            log="hello",
        )
    with database.read() as unit:
        found = unit.submissions.get("only")
    assert (found.state, found.stage) == (State.REFUSED, Stage.PROOF)
    assert (found.reason, found.message) == (Reason.LABELS, "It gives labels.")
    assert (found.hint, found.log) == ("Give chances.", "hello")


def test_times_come_back_aware_and_in_utc(database, queue) -> None:
    queue("only")
    with database.read() as unit:
        found = unit.submissions.get("only")
    assert found.created_at == NOON
    assert found.created_at.tzinfo is UTC


def test_a_naive_time_is_refused(database, queue) -> None:
    with database.begin() as unit, pytest.raises(Exception, match="no time zone"):
        unit.people.add(
            Role.JUROR,
            "Jurylid",
            token_hash="1",
            now=NOON.replace(tzinfo=None),
        )


def test_a_result_is_recorded_once(database, queue) -> None:
    queue("only")
    facts = {
        "submission_id": "only",
        "scorer": "1",
        "practice": "{}",
        "cpu_seconds": 1,
        "memory_mib": 1,
        "scored_at": NOON,
    }
    with database.begin() as unit:
        first = unit.results.record(scorecard="first", **facts)
        second = unit.results.record(scorecard="second", **facts)
        kept = unit.results.get("only").scorecard
    assert (first, second, kept) == (True, False, "first")


def test_a_failed_transaction_leaves_nothing(database) -> None:
    def half_done() -> None:
        with database.begin() as unit:
            unit.people.add(Role.TEAM, "Grutto", token_hash="1", now=NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    with database.read() as unit:
        assert unit.people.count() == 0


def test_two_processes_never_claim_the_same_submission(database, queue, url) -> None:
    for number in range(20):
        queue(f"s{number}")
    taken: list[str] = []

    def work(name: str) -> None:
        own = open_database(url)
        while found := claim(own, name):
            taken.append(found.id)
        own.close()

    threads = [threading.Thread(target=work, args=(f"w{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(f"s{number}" for number in range(20))
