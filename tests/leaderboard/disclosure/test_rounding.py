from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.disclosure.rounding import (
    live_score,
    released,
    rounded_share,
    spread,
    step_below,
)
from leaderboard.estimates import Estimate


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ((0.1036, 0.0942, 0.1130), (0.105, 0.09, 0.115)),
        ((0.1036, 0.0836, 0.1236), (0.10, 0.08, 0.13)),
        ((0.1036, 0.1030, 0.1040), (0.104, 0.103, 0.104)),
        ((-0.3521, -0.5, -0.2), (-0.4, -0.5, -0.2)),
        ((0.1036, 0.0, 0.4), (0.1, 0.0, 0.4)),
        ((0.1036, 0.1036, 0.1036), (0.104, 0.103, 0.104)),
        ((-0.00001, -0.001, 0.001), (0.0, -0.001, 0.001)),
    ],
    ids=["board", "smaller set", "huge set", "bad", "tiny set", "no width", "zero"],
)
def test_a_live_score_moves_by_a_standard_error_at_least(
    exact: tuple[float, float, float], shown: tuple[float, float, float]
) -> None:
    assert live_score(Estimate(*exact)) == Estimate(*shown)


def test_a_live_score_without_interval_has_one_decimal() -> None:
    assert live_score(Estimate(0.1234)) == Estimate(0.1)
    assert math.copysign(1, live_score(Estimate(-0.01)).value) == 1


@given(
    st.floats(-2, 1),
    st.floats(1e-6, 0.5),
    st.floats(1e-6, 0.5),
)
def test_a_live_score_keeps_its_interval_whole(
    value: float, below: float, above: float
) -> None:
    exact = Estimate(value, value - below, value + above)

    shown = live_score(exact)

    assert shown.low is not None
    assert shown.high is not None
    assert shown.low <= value - below + 1e-8
    assert shown.high >= value + above - 1e-8
    assert shown.low <= shown.value <= shown.high
    step = (below + above) / 4
    assert abs(shown.value - value) <= 2.5 * max(step, 0.001) / 2 + 1e-8


@given(st.floats(0, 1), st.integers(4, 10_000).map(lambda fives: 5 * fives))
def test_a_step_below_is_never_above(value: float, rows: int) -> None:
    below = step_below(value, rows)

    step = max(5 / rows, 0.01)
    assert value - step - 1e-8 < below <= value + 1e-8
    assert below / step == pytest.approx(round(below / step))
    assert step_below(below, rows) == below


def test_a_step_stays_where_it_is() -> None:
    assert step_below(0.3, rows=50) == 0.3
    assert step_below(0.29, rows=1000) == 0.29


def test_a_value_without_interval_stays_alone() -> None:
    assert spread(Estimate(0.5), 0.4, rows=50) == Estimate(0.4)
    assert rounded_share(Estimate(0.5678)) == Estimate(0.57)
    assert released(Estimate(-0.0001)) == Estimate(0.0)
