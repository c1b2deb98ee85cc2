from __future__ import annotations

import numpy as np
import pytest

from leaderboard.disclosure.margins import read_margins
from leaderboard.disclosure.protection import Shown, pinned_counts

LEVELS = [("a", "x"), ("a", "y"), ("a", "z")]


def shown(counts: list[float], known: list[bool], *, total: bool = True) -> Shown:
    return Shown(
        read_margins(LEVELS[: len(counts)]),
        counts=np.array(counts, dtype=float)[:, None],
        total=np.array([float(sum(counts))]),
        forms=np.eye(1),
        known=np.array(known)[:, None],
        total_known=np.array([total]),
    )


@pytest.mark.parametrize(
    ("counts", "known", "total", "pinned"),
    [
        ([3, 40], [False, True], True, [(0, 0)]),
        ([3, 40], [False, True], False, []),
        ([3, 40], [False, False], True, []),
        ([3, 6, 40], [False, False, True], True, [(0, 0), (1, 0)]),
        ([3, 7, 40], [False, False, True], True, []),
        ([3, 40], [True, True], True, [(0, 0)]),
    ],
    ids=[
        "the total less the other",
        "no total, no difference",
        "two gaps",
        "two gaps that hold nine together",
        "two gaps that hold ten together",
        "shown as it is",
    ],
)
def test_a_small_count_is_open_where_ten_would_fit(
    counts: list[float], known: list[bool], total: bool, pinned: list[tuple[int, int]]
) -> None:
    small = [(place, 0) for place, count in enumerate(counts) if count < 10]

    assert pinned_counts(shown(counts, known, total=total), small) == pinned


def test_two_counts_that_fit_in_turn_are_both_open() -> None:
    # Ten fit in the first or in the second, not in both.
    assert (
        pinned_counts(shown([6, 6, 40], [False, False, True]), [(0, 0), (1, 0)]) == []
    )


def test_counts_that_do_not_add_up_pin_nothing() -> None:
    contradicting = shown([3, 40], [True, True])
    contradicting.total[0] = 100.0

    assert pinned_counts(contradicting, [(0, 0)]) == []
