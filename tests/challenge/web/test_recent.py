"""Kept answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from challenge.web import recent
from challenge.web.recent import Recent


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
    go_on = threading.Event()
    assert soon(kept, 1, lambda: go_on.wait(5) and 3) is None
    assert soon(kept, 1, lambda: 4) is None
    go_on.set()
    assert kept.get(1, lambda: 4) == 3
    assert soon(kept, 1, lambda: 4) == 3
    kept.close()


def test_a_viewer_waits_once_their_patience_ends_however_often_it_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = [0.0]
    monkeypatch.setattr(recent, "time", SimpleNamespace(monotonic=lambda: at[0]))
    kept: Recent[int] = Recent(9)
    with held(kept):
        answers = []
        for version in range(6):  # another one at every poll of 4 seconds
            at[0] = 4.0 * version
            answers.append(soon(kept, version, lambda: version))  # noqa: B023
    assert answers == [None, None, 2, None, None, 5]


def test_nobody_waits_behind_what_is_made_for_others() -> None:
    kept: Recent[int] = Recent(9)
    with held(kept):
        assert soon(kept, 1, lambda: 1) is None
        assert kept.get(1, lambda: 2) == 2


def test_what_nobody_wants_any_more_is_not_made() -> None:
    kept: Recent[int] = Recent(9)
    made: list[int] = []
    with held(kept):
        for version in (1, 2, 3):
            assert soon(kept, version, lambda: made.append(version)) is None  # noqa: B023
    kept.get("after it", lambda: 0)
    wait_until_idle(kept)
    assert made == [3]


def test_what_failed_behind_a_request_is_told_to_the_next_and_tried_again() -> None:
    kept: Recent[int] = Recent(9)
    with held(kept):
        assert soon(kept, 1, lambda: 1 // 0) is None
    wait_until_idle(kept)
    with pytest.raises(ZeroDivisionError):
        soon(kept, 1, lambda: 2)
    assert kept.get(1, lambda: 2) == 2


def soon(kept: Recent[int], key: int, make: Callable[[], int]) -> int | None:
    return kept.soon(key, make, viewer="a wall", patience_seconds=6)


@contextmanager
def held(kept: Recent[int]) -> Iterator[None]:
    """Keep the thread behind the requests busy."""
    go_on = threading.Event()
    kept.soon("busy", lambda: go_on.wait(5), viewer="another", patience_seconds=60)
    try:
        yield
    finally:
        go_on.set()


def wait_until_idle(kept: Recent[int]) -> None:
    kept._behind.submit(int).result(5)
