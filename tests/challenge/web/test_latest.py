"""Kept answers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from challenge.web.latest import Recent


def test_a_value_is_made_again_only_once_it_was_pushed_out() -> None:
    kept: Recent[str] = Recent(2)
    made: list[str] = []

    def make(value: str):
        return lambda: made.append(value) or value

    answers = [kept.get(key, make(f"for {key}")) for key in (1, 1, 2, 1, 3, 1, 2)]
    assert answers == [f"for {key}" for key in (1, 1, 2, 1, 3, 1, 2)]
    assert made == ["for 1", "for 2", "for 3", "for 2"]


def test_many_readers_at_once_make_it_once() -> None:
    kept: Recent[int] = Recent(1)
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return sum(range(100_000))

    with ThreadPoolExecutor(8) as pool:
        answers = {job.result() for job in [pool.submit(kept.get, 1, make)] * 8}
        answers |= set(pool.map(lambda _: kept.get(1, make), range(8)))
    assert len(answers) == 1
    assert made == [1]


def test_who_reads_something_else_is_not_held_up() -> None:
    kept: Recent[str] = Recent(2)
    started, other_is_read = threading.Event(), threading.Event()

    def slow() -> str:
        started.set()
        return "slow" if other_is_read.wait(5) else "held up"

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(kept.get, "slow", slow)
        assert started.wait(5)
        assert kept.get("other", lambda: "other") == "other"
        other_is_read.set()
        assert waiting.result() == "slow"


def test_what_could_not_be_made_is_tried_again() -> None:
    kept: Recent[int] = Recent(1)
    with pytest.raises(ZeroDivisionError):
        kept.get(1, lambda: 1 // 0)
    assert kept.get(1, lambda: 2) == 2


def test_what_is_made_behind_a_request_is_there_for_the_next() -> None:
    kept: Recent[int] = Recent(1)
    go_on, made = threading.Event(), threading.Event()

    def make() -> int:
        go_on.wait(5)
        made.set()
        return 3

    assert kept.soon(1, make, patience_seconds=60) is None
    assert kept.soon(1, make, patience_seconds=60) is None
    go_on.set()
    assert made.wait(5)
    assert kept.get(1, lambda: 4) == 3
    assert kept.soon(1, make, patience_seconds=60) == 3
    kept.close()


def test_patience_has_an_end() -> None:
    kept: Recent[int] = Recent(1)
    assert kept.soon(1, lambda: 3, patience_seconds=-1) == 3
    kept.close()


def test_what_failed_behind_a_request_is_told_to_the_next_and_tried_again() -> None:
    kept: Recent[int] = Recent(1)
    go_on = threading.Event()
    fails = lambda: 1 // 0 if go_on.wait(5) else 0  # noqa: E731
    assert kept.soon(1, fails, patience_seconds=60) is None
    go_on.set()
    kept.close()  # once that is over
    with pytest.raises(ZeroDivisionError):
        kept.soon(1, lambda: 2, patience_seconds=60)
    assert kept.get(1, lambda: 2) == 2
