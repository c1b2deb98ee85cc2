"""Who is before a submission, and how long that takes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from challenge.records import Isolation, State, WorkerFacts
from challenge.rules.waiting import USUAL_SECONDS, Waiting, waiting
from challenge.store import Database

from ...factories import NOON, RELEASE, enqueue

SECOND = timedelta(seconds=1)


@pytest.fixture
def told(database: Database):
    def tell(at=NOON) -> dict[str, Waiting]:
        with database.read() as unit:
            return waiting(unit, RELEASE, now=at)

    return tell


@pytest.fixture
def worker(database: Database):
    def come(slots: int) -> None:
        facts = WorkerFacts(
            name="w",
            release=RELEASE,
            isolation=Isolation.BUBBLEWRAP,
            engine="",
            slots=slots,
            pool_size=0,
            pool_ready=0,
            started_at=NOON,
            seen_at=NOON,
        )
        with database.begin() as unit:
            unit.workers.seen(facts)

    return come


def run(database: Database, *, at=NOON, seconds: float | None = None) -> None:
    """Take what is next, and end it after some seconds."""
    with database.begin() as unit:
        key = unit.queue.claim(
            "w", release=RELEASE, now=at, lease_until=at + 60 * SECOND
        )
        if seconds is not None:
            ended = at + seconds * SECOND
            unit.queue.end(key, worker="w", state=State.SCORED, now=ended)


def test_nobody_knows_how_long_it_takes_while_nobody_takes_any(
    database: Database, told
) -> None:
    enqueue(database, "a", "Grutto")
    assert told() == {"a": Waiting(0, None)}


def test_an_empty_queue_has_no_places(told, worker) -> None:
    worker(2)
    assert told() == {}


def test_before_any_has_ended_a_run_takes_what_it_usually_takes(
    database: Database, told, worker
) -> None:
    worker(1)
    for key in "abc":
        enqueue(database, key, "Grutto")
    usual = round(USUAL_SECONDS)
    assert [one.seconds for one in told().values()] == [0, usual, 2 * usual]
    assert [one.ahead for one in told().values()] == [0, 1, 2]


def test_slots_and_runs_under_way_and_the_median_of_what_ended_count(
    database: Database, told, worker
) -> None:
    worker(2)
    for number, seconds in enumerate((10, 20, 600)):
        enqueue(database, f"{number}", "Zwaluw")
        run(database, seconds=seconds)
    for key, team in (("a", "Grutto"), ("b", "Kievit"), ("c", "Wulp"), ("d", "Wulp")):
        enqueue(database, key, team)
    run(database)
    run(database, at=NOON + 5 * SECOND)
    # At 8 s: a has 12 s to go and b 17, of 20 each; c is next, then d.
    assert told(NOON + 8 * SECOND) == {"c": Waiting(0, 12), "d": Waiting(1, 17)}


def test_a_run_that_takes_longer_than_usual_is_not_expected_to_end_at_once(
    told, worker, database
) -> None:
    worker(1)
    enqueue(database, "a", "Zwaluw")
    run(database, seconds=10)
    for key in "bc":
        enqueue(database, key, "Grutto")
    run(database)
    # 30 s instead of 10 already: as long again.
    assert told(NOON + 30 * SECOND) == {"c": Waiting(0, 30)}


def test_runs_that_a_dead_worker_left_behind_hold_no_slot(
    database: Database, told, worker
) -> None:
    worker(1)
    for key in "abc":
        enqueue(database, key, "Grutto")
    run(database)
    run(database, at=NOON + SECOND)
    assert told(NOON + SECOND) == {"c": Waiting(0, round(USUAL_SECONDS))}
