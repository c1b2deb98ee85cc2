"""How long a stage may take, and when an end is seen."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenge.records import Limits, Stage
from challenge.rules.timing import next_step, rest_after, stage_time


@pytest.mark.parametrize(
    ("elapsed", "step"),
    [(0.0, 0.25), (0.25, 0.25), (0.26, 0.5), (1, 1), (1.001, 2), (100, 128)],
)
def test_an_end_is_seen_at_the_next_power_of_two(elapsed: float, step: float) -> None:
    assert next_step(elapsed) == step


@given(st.floats(0.25, 1e5))
def test_no_end_is_held_back_for_longer_than_it_took(elapsed: float) -> None:
    step = next_step(elapsed)
    assert math.log2(step).is_integer()
    assert elapsed <= step < max(2 * elapsed, 0.26)


def test_a_deadline_leaves_room_for_every_pass_and_for_the_held_end() -> None:
    limits = Limits(limit_seconds=100)
    proof, scoring = (
        stage_time(stage, limits).total_seconds()
        for stage in (Stage.PROOF, Stage.SCORING)
    )
    assert proof > 2 * 100
    # A pass of 100 s and 28 s of scoring end at 128 s; one second more, at 256 s.
    assert scoring > next_step(100 + 29)
    assert stage_time(Stage.CHECKED, limits).total_seconds() > 0


def test_rests_grow_so_that_a_restart_does_not_use_up_every_try() -> None:
    assert [rest_after(n).total_seconds() for n in (1, 2, 3)] == [2, 4, 8]
