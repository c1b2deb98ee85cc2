"""One kept answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from challenge.web.latest import Latest


def test_a_value_is_made_again_only_for_another_key() -> None:
    kept: Latest[str] = Latest()
    made: list[str] = []

    def make(value: str):
        return lambda: made.append(value) or value

    answers = [kept.get(key, make(f"for {key}")) for key in (1, 1, 2, 2, 1)]
    assert answers == ["for 1", "for 1", "for 2", "for 2", "for 1"]
    assert made == ["for 1", "for 2", "for 1"]


def test_many_readers_at_once_make_it_once() -> None:
    kept: Latest[int] = Latest()
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return sum(range(100_000))

    with ThreadPoolExecutor(8) as pool:
        answers = {job.result() for job in [pool.submit(kept.get, 1, make)] * 8}
        answers |= set(pool.map(lambda _: kept.get(1, make), range(8)))
    assert len(answers) == 1
    assert made == [1]
