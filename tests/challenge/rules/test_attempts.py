"""Guessing is bounded, and nobody keeps somebody else out for long."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from challenge.errors import TooManyAttemptsError
from challenge.records import Limits
from challenge.rules.attempts import (
    ALL_WINDOW,
    AT_ALL,
    AT_NAME,
    NAME_WINDOW,
    Attempts,
)
from challenge.rules.claims import Claims
from challenge.store import Database, open_database

from ...factories import NOON


@pytest.fixture
def attempts(database: Database) -> Attempts:
    return Attempts(database)


@pytest.fixture
def elsewhere(database: Database) -> Iterator[Attempts]:
    """Those of another web process, with connections of its own."""
    url = database._engine.url.render_as_string(hide_password=False)
    other = open_database(url)
    yield Attempts(other)
    other.close()


def guess(attempts: Attempts, times: int, *, address: str = "a", name: str = "Ans"):
    for _ in range(times):
        attempts.begin(address, name, now=NOON)


def test_after_ten_failures_at_one_name_an_address_waits_some_minutes(
    attempts: Attempts,
) -> None:
    guess(attempts, AT_NAME)
    with pytest.raises(TooManyAttemptsError) as refused:
        attempts.begin("a", " ANS", now=NOON + timedelta(minutes=2))
    assert refused.value.seconds == 180
    attempts.begin("a", "Ans", now=NOON + NAME_WINDOW)


def test_a_stranger_elsewhere_keeps_nobody_out(
    attempts: Attempts,
) -> None:
    guess(attempts, AT_NAME, address="stranger")
    attempts.begin("home", "Ans", now=NOON)
    attempts.begin("stranger", "Bo", now=NOON)


def test_who_succeeds_starts_again_from_none(
    attempts: Attempts,
) -> None:
    for _ in range(3):
        guess(attempts, AT_NAME)
        attempts.succeed("a", "Ans")


def test_guesses_at_many_names_from_one_address_wait_too_for_at_most_a_minute(
    attempts: Attempts,
) -> None:
    for number in range(AT_ALL):
        attempts.begin("a", f"name {number}" if number % 2 else "", now=NOON)
    with pytest.raises(TooManyAttemptsError) as refused:
        attempts.begin("a", "Ans", now=NOON)
    assert refused.value.seconds == ALL_WINDOW.total_seconds()
    attempts.begin("a", "Ans", now=NOON + ALL_WINDOW)
    attempts.begin("b", "", now=NOON)


def test_what_is_over_is_forgotten_and_names_are_kept_as_hashes(
    attempts: Attempts, database: Database
) -> None:
    for number in range(50):
        attempts.begin(f"address {number}", "Ans", now=NOON)
    attempts.begin("a", " ANS", now=NOON + NAME_WINDOW)
    with database._engine.connect() as connection:
        kept = connection.execute(text("SELECT address, name_hash FROM attempts"))
        assert kept.all() == [("a", hashlib.sha256(b"ans").hexdigest())]


def test_a_clock_that_goes_back_locks_nobody_out_for_its_jump(
    attempts: Attempts, database: Database
) -> None:
    """Ten failures, and an hour back: once nobody came in for more than that hour."""
    guess(attempts, AT_NAME)
    attempts.begin("a", "Ans", now=NOON - timedelta(hours=1))
    with database.read() as unit:
        assert unit.tallies.failed_log_ins(NOON - timedelta(days=1)) == 1


def test_a_clock_that_runs_ahead_a_little_gives_nobody_more_guesses(
    attempts: Attempts, elsewhere: Attempts
) -> None:
    guess(attempts, AT_NAME)
    with pytest.raises(TooManyAttemptsError):
        elsewhere.begin("a", "Ans", now=NOON - timedelta(seconds=3))


def test_a_heartbeat_forgets_what_is_over(
    attempts: Attempts, database: Database
) -> None:
    """Else the last address of the day stays, and comes into every backup."""
    now = datetime.now(UTC)
    attempts.begin("old", "Ans", now=now - NAME_WINDOW)
    attempts.begin("new", "Ans", now=now)
    claims = Claims(
        database,
        release="quickstart/1",
        worker="een",
        limits=Limits(limit_seconds=1, memory_mib=64),
        lease=timedelta(seconds=15),
    )
    with database._engine.connect() as connection:
        kept = text("SELECT address FROM attempts")
        claims.reap()
        assert connection.execute(kept).scalars().all() == ["new"]


def test_two_processes_count_together(attempts: Attempts, elsewhere: Attempts) -> None:
    """In memory each web process once let a guesser begin anew."""
    guess(attempts, AT_NAME // 2)
    guess(elsewhere, AT_NAME - AT_NAME // 2)
    for one in (attempts, elsewhere):
        with pytest.raises(TooManyAttemptsError):
            one.begin("a", "Ans", now=NOON)
    elsewhere.succeed("a", "Ans")
    attempts.begin("a", "Ans", now=NOON)


def test_two_processes_that_count_at_once_lose_none(
    attempts: Attempts, elsewhere: Attempts
) -> None:
    def tried(number: int) -> bool:
        try:
            (attempts, elsewhere)[number % 2].begin("a", "Ans", now=NOON)
        except TooManyAttemptsError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(tried, range(3 * AT_NAME))) == AT_NAME


def test_a_success_takes_back_no_failure_at_another_name(attempts: Attempts) -> None:
    """Else whoever has one password could guess at another for ever."""
    guess(attempts, AT_NAME, name="Bo")
    attempts.begin("a", "Ans", now=NOON)
    attempts.succeed("a", "Ans")
    with pytest.raises(TooManyAttemptsError):
        attempts.begin("a", "Bo", now=NOON)
