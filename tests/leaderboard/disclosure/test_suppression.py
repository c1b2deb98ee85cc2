from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.disclosure.suppression import hidden_cells, may_show, round_count

cells = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8)


@pytest.mark.parametrize(
    ("cells", "hidden"),
    [
        ([], []),
        ([(20, 20), (30, 30)], [False, False]),
        ([(9, 40), (12, 30), (50, 60)], [True, True, False]),
        ([(9, 40), (30, 9), (12, 12), (50, 60)], [True, True, False, False]),
        ([(3, 40), (4, 30), (12, 12), (50, 60)], [True, True, True, False]),
        ([(9, 40), (50, 60)], [True, True]),
        ([(9, 40)], [True]),
    ],
    ids=[
        "nothing",
        "large enough",
        "the next smallest goes along",
        "two that add up may go alone",
        "two that stay small take a third",
        "two levels stand or fall together",
        "a single level",
    ],
)
def test_hidden_cells_by_hand(
    cells: list[tuple[float, float]], hidden: list[bool]
) -> None:
    assert hidden_cells(cells) == hidden


def test_a_cell_hidden_for_another_reason_counts_as_hidden() -> None:
    assert hidden_cells([(20, 20), (30, 30), (40, 40)], [True, False, False]) == [
        True,
        True,
        False,
    ]


@given(cells)
def test_the_total_never_gives_a_hidden_cell_away(
    cells: list[tuple[int, int]],
) -> None:
    hidden = hidden_cells(cells)

    shown = [cell for cell, gone in zip(cells, hidden, strict=True) if not gone]
    empty = [cell for cell, gone in zip(cells, hidden, strict=True) if gone]
    assert all(may_show(*cell) for cell in shown)
    if shown and empty:
        assert len(empty) > 1
        assert may_show(*(sum(side) for side in zip(*empty, strict=True)))


@given(st.integers(0, 10_000))
def test_a_count_is_rounded_to_the_nearest_five(count: int) -> None:
    rounded = round_count(count)

    assert rounded % 5 == 0
    assert abs(rounded - count) <= 2
