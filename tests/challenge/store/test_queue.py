"""Turns, deadlines and rests: who is next, and that nobody waits for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.dialects import postgresql

from challenge.records import Isolation, Stage, State, Submission, WorkerFacts
from challenge.rules.claims import FAULT
from challenge.store import ATTEMPTS, Database, open_database
from challenge.store.occupancy import last_heartbeat

from ...factories import NOON, RELEASE, enqueue

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def claim(
    database: Database,
    worker: str = "w",
    at: datetime = NOON,
    deadline: timedelta = 10 * MINUTE,
) -> Submission | None:
    with database.begin() as unit:
        taken = unit.queue.claim(
            worker,
            release=RELEASE,
            now=at,
            lease_until=at + MINUTE,
            deadline_at=at + deadline,
        )
        return unit.submissions.get(taken) if taken else None


def find(database: Database, key: str) -> Submission:
    with database.read() as unit:
        return unit.submissions.get(key)


def end(database: Database, key: str, worker: str = "w", at: datetime = NOON) -> bool:
    with database.begin() as unit:
        return unit.queue.end(key, worker=worker, state=State.SCORED, now=at)


def give_back(database: Database, key: str, **how: object) -> None:
    with database.begin() as unit:
        unit.queue.give_back(key, worker="w", **{"now": NOON, **how})


def reap(database: Database, at: datetime) -> None:
    with database.begin() as unit:
        unit.queue.reap(now=at, fault=FAULT)


def order(database: Database) -> list[str]:
    with database.read() as unit:
        return unit.queue.order(RELEASE)


def hand_in(database: Database, **teams: str) -> None:
    """Queue submissions named by one letter each, as in ``Grutto="abc"``."""
    for team, keys in teams.items():
        for key in keys:
            enqueue(database, key, team)


def test_a_worker_does_not_take_over_from_itself(database: Database) -> None:
    """Stopped for longer than its lease, say with a laptop, it goes on as it was."""
    enqueue(database, "one", "Zwaluw")
    claim(database)
    assert claim(database, at=NOON + 2 * MINUTE) is None
    reap(database, NOON + 2 * MINUTE)  # unless it has forgotten that run
    assert claim(database, at=NOON + 2 * MINUTE).attempt == 2


@pytest.mark.parametrize("ends_first", [True, False], ids=["one slot", "many slots"])
def test_a_team_that_hands_in_ten_lets_another_go_second(
    database: Database, ends_first: bool
) -> None:
    """With one slot too: there nothing is under way when the next one is taken."""
    hand_in(database, Grutto="abcdefghij", Kievit="z")
    taken = []
    for minute in range(3):
        taken.append(claim(database, at=NOON + minute * SECOND).id)
        if ends_first:
            end(database, taken[-1])
    assert taken == ["a", "z", "b"]


def test_the_team_that_was_served_longest_ago_goes_first(database: Database) -> None:
    hand_in(database, Grutto="a", Kievit="k", Zwaluw="z")
    for second in range(3):
        end(database, claim(database, at=NOON + second * SECOND).id)
    hand_in(database, Zwaluw="y", Kievit="j", Grutto="b")
    assert order(database) == ["b", "j", "y"]


def test_a_run_under_way_counts_as_a_turn(database: Database) -> None:
    hand_in(database, Grutto="ab", Kievit="kj")
    end(database, claim(database).id)
    claim(database, at=NOON + SECOND)
    # Kievit has one under way and was served last; Grutto has none.
    assert order(database) == ["b", "j"]


teams = st.lists(st.sampled_from(["Grutto", "Kievit", "Zwaluw"]), max_size=8)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(earlier=teams, running=st.integers(0, 3), later=teams)
def test_what_is_told_of_the_order_is_the_order_in_which_it_is_taken(
    database: Database, earlier: list[str], running: int, later: list[str]
) -> None:
    clear(database)
    moment = NOON
    for number, team in enumerate([*earlier, *later]):
        enqueue(database, f"{number}", team)
        if number == len(earlier):
            for _ in range(running):
                moment += SECOND
                claim(database, at=moment)
    told = order(database)
    taken = []
    for _ in told:
        moment += SECOND / 10
        taken.append(claim(database, at=moment).id)
    assert taken == told


def test_a_fault_of_ours_rests_before_it_is_tried_again(database: Database) -> None:
    hand_in(database, Grutto="a")
    claim(database)
    give_back(database, "a", until=NOON + 2 * SECOND)
    assert find(database, "a").state is State.QUEUED
    assert claim(database, at=NOON + SECOND) is None
    assert claim(database, at=NOON + 2 * SECOND).attempt == 2


def test_a_try_in_which_no_run_could_go_well_does_not_count(database: Database) -> None:
    hand_in(database, Grutto="a")
    for _ in range(5):
        assert claim(database).attempt == 1
        give_back(database, "a", is_counted=False)
    assert find(database, "a").attempt == 0


def test_no_heartbeat_carries_a_claim_beyond_its_deadline(database: Database) -> None:
    """A thread that hangs once kept its submission as long as its worker breathed."""
    hand_in(database, Grutto="a")
    claim(database, "breathes", deadline=2 * MINUTE)
    with database.begin() as unit:
        unit.queue.renew("breathes", ["a"], lease_until=NOON + 60 * MINUTE)
    assert claim(database, "other", NOON + 1.5 * MINUTE) is None
    assert claim(database, "other", NOON + 3 * MINUTE).attempt == 2


def test_each_stage_has_a_deadline_of_its_own(database: Database) -> None:
    hand_in(database, Grutto="a")
    claim(database, deadline=MINUTE)
    with database.begin() as unit:
        unit.queue.advance(
            "a",
            worker="w",
            stage=Stage.PROOF,
            now=NOON,
            deadline_at=NOON + 5 * MINUTE,
        )
        unit.queue.renew("w", ["a"], lease_until=NOON + 60 * MINUTE)
    assert claim(database, "other", NOON + 4 * MINUTE) is None
    assert claim(database, "other", NOON + 6 * MINUTE).stage is Stage.CHECKED


def test_the_reaper_puts_back_what_a_dead_worker_had(database: Database) -> None:
    hand_in(database, Grutto="a")
    claim(database, "dead")
    reap(database, NOON + MINUTE / 2)
    assert find(database, "a").state is State.RUNNING
    reap(database, NOON + 2 * MINUTE)
    found = find(database, "a")
    assert (found.state, found.stage) == (State.QUEUED, Stage.RECEIVED)
    assert claim(database, "other", NOON + 2 * MINUTE).attempt == 2


def test_a_claim_of_before_the_clock_went_back_an_hour_is_over_as_soon_as_any_other(
    database: Database,
) -> None:
    enqueue(database, "one", "Zwaluw")
    claim(database, "dead", at=NOON + 60 * MINUTE)
    with database.begin() as unit:
        unit.queue.reap(now=NOON, fault=FAULT, latest=NOON + 15 * SECOND)
    reap(database, NOON + 14 * SECOND)
    assert find(database, "one").state is State.RUNNING
    reap(database, NOON + 16 * SECOND)
    assert find(database, "one").state is State.QUEUED


def test_the_reaper_ends_what_was_tried_three_times_and_says_whose_fault(
    database: Database,
) -> None:
    hand_in(database, Grutto="a")
    for number in range(ATTEMPTS):
        claim(database, f"dead {number}", NOON + 2 * number * MINUTE)
    late = NOON + 2 * ATTEMPTS * MINUTE
    assert claim(database, "other", late) is None
    reap(database, late)
    failed = find(database, "a")
    reap(database, late + MINUTE)
    assert (failed.state, failed.reason) == (State.FAILED, FAULT.reason)
    assert "our fault" in failed.hint
    assert find(database, "a") == failed
    assert not end(database, "a", f"dead {ATTEMPTS - 1}")


def test_a_claim_says_when_it_was_made(database: Database) -> None:
    hand_in(database, Grutto="a")
    assert claim(database, at=NOON + MINUTE).started_at == NOON + MINUTE


def test_on_postgresql_a_claim_is_one_statement(database: Database) -> None:
    asked: list[str] = []

    def note(connection, statement, *rest) -> None:
        asked.append(str(statement.compile(dialect=postgresql.dialect())))

    event.listen(database._engine, "before_execute", note)
    claim(database)
    [statement] = asked
    assert statement.startswith("UPDATE submissions SET")
    assert statement.count("RETURNING submissions.id") == 1
    assert "NULLS FIRST" in statement


# ----- any interleaving ------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('q') / 'test.db'}")
    yield opened
    opened.close()


def clear(database: Database) -> None:
    with database.begin() as unit:
        unit.queue._connection.exec_driver_sql("DELETE FROM submissions")


KEYS = "abc"
ENDS = {State.SCORED, State.REFUSED, State.FAILED, State.PROVED}
workers = st.sampled_from(["w", "v"])
keys = st.sampled_from(KEYS)
actions = st.lists(
    st.one_of(
        st.tuples(st.just("claim"), workers),
        st.tuples(st.just("renew"), workers),
        st.tuples(st.just("advance"), workers, keys),
        st.tuples(st.just("end"), workers, keys),
        st.tuples(st.just("give back"), workers, keys, st.booleans()),
        st.tuples(st.just("reap")),
        st.tuples(st.just("wait"), st.integers(1, 200)),
    ),
    max_size=25,
)


def act(database: Database, now: datetime, action: tuple) -> int:
    """Do one thing; tell how many submissions it ended, as far as it says."""
    match action:
        case ("claim", worker):
            claim(database, worker, now, 2 * MINUTE)
        case ("reap",):
            reap(database, now)
        case _:
            with database.begin() as unit:
                queue = unit.queue
                match action:
                    case ("renew", worker):
                        queue.renew(worker, [*KEYS], lease_until=now + MINUTE)
                    case ("advance", worker, key):
                        until = now + MINUTE
                        queue.advance(
                            key,
                            worker=worker,
                            stage=Stage.PROOF,
                            now=now,
                            deadline_at=until,
                        )
                    case ("end", worker, key):
                        state = State.SCORED
                        return queue.end(key, worker=worker, state=state, now=now)
                    case ("give back", worker, key, counted):
                        until = now + 4 * SECOND if counted else None
                        queue.give_back(
                            key,
                            worker=worker,
                            now=now,
                            until=until,
                            is_counted=counted,
                        )
    return 0


@settings(max_examples=25, deadline=None)
@given(actions=actions)
def test_whatever_happens_each_submission_ends_once_and_none_is_stuck(
    shared: Database, actions: list[tuple]
) -> None:
    clear(shared)
    hand_in(shared, Grutto="ab", Kievit="c")
    now, scored = NOON, 0
    ended: dict[str, Submission] = {}

    def look() -> None:
        with shared.read() as unit:
            found = {one.id: one for one in unit.submissions.all()}
        assert all(0 <= one.attempt <= ATTEMPTS for one in found.values())
        assert all(found[key] == one for key, one in ended.items())
        ended.update({k: one for k, one in found.items() if one.state in ENDS})

    for action in actions:
        now += SECOND * (action[1] if action[0] == "wait" else 0)
        if action[0] != "wait":
            scored += act(shared, now, action)
        look()
    # Whoever was at work is gone; another worker comes, and time passes.
    for _ in range(2 * len(KEYS)):
        now += 5 * MINUTE
        reap(shared, now)
        if found := claim(shared, "late", now):
            scored += end(shared, found.id, "late", now)
        look()
    assert set(ended) == set(KEYS)
    assert scored == sum(one.state is State.SCORED for one in ended.values())


def worker_facts(name: str, at: datetime, **facts: object) -> WorkerFacts:
    return WorkerFacts(
        **{
            "name": name,
            "release": RELEASE,
            "isolation": Isolation.BUBBLEWRAP,
            "engine": "",
            "slots": 2,
            "pool_size": 4,
            "pool_ready": 1,
            "started_at": NOON,
            "seen_at": at,
            **facts,
        }
    )


def test_a_worker_is_alive_for_a_minute_and_forgotten_after_an_hour(
    database: Database,
) -> None:
    first = worker_facts("first", NOON)
    again = worker_facts("first", NOON + SECOND, pool_ready=4)
    other = worker_facts("other", NOON + 61 * SECOND)
    with database.begin() as unit:
        unit.workers.seen(first)
        unit.workers.seen(again)
        assert unit.workers.alive(NOON + MINUTE, RELEASE) == [again]
        unit.workers.seen(other)
        assert unit.workers.alive(NOON + 62 * SECOND, RELEASE) == [other]
        assert unit.workers.all(RELEASE) == [again, other]
        late = worker_facts("other", NOON + 61 * MINUTE)
        unit.workers.seen(late)
        assert unit.workers.all(RELEASE) == [late]
        unit.workers.left("other")
        assert unit.workers.all(RELEASE) == []


def test_a_worker_that_died_in_the_future_is_not_alive(
    database: Database, url: str
) -> None:
    """As after a clock that was an hour ahead, and was put back."""
    with database.begin() as unit:
        unit.workers.seen(worker_facts("dead", NOON + 60 * MINUTE))
        assert unit.workers.alive(NOON, RELEASE) == []
    assert last_heartbeat(url, NOON) is None
    with database.begin() as unit:
        unit.workers.seen(worker_facts("new", NOON + SECOND))
        assert [one.name for one in unit.workers.alive(NOON, RELEASE)] == ["new"]
    assert last_heartbeat(url, NOON) == NOON + SECOND


def test_workers_of_another_release_are_not_ours(database: Database) -> None:
    with database.begin() as unit:
        unit.workers.seen(worker_facts("theirs", NOON, release="quickstart/2"))
        assert unit.workers.alive(NOON, RELEASE) == []
