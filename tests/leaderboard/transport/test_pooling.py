from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t as student

from leaderboard.errors import SettingRefusedError
from leaderboard.transport.pooling import pool

# Colditz et al. (1994), JAMA 271, 698-702: thirteen trials of the BCG vaccine.
# Cases and others among vaccinated, then among controls.
BCG = [
    (4, 119, 11, 128),
    (6, 300, 29, 274),
    (3, 228, 11, 209),
    (62, 13536, 248, 12619),
    (33, 5036, 47, 5761),
    (180, 1361, 372, 1079),
    (8, 2537, 10, 619),
    (505, 87886, 499, 87892),
    (29, 7470, 45, 7232),
    (17, 1699, 65, 1600),
    (186, 50448, 141, 27197),
    (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
]


def log_risk_ratio(a: int, b: int, c: int, d: int) -> tuple[float, float]:
    error = math.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    return math.log(a / (a + b) / (c / (c + d))), error


def test_the_bcg_trials_give_what_metafor_prints() -> None:
    values, errors = zip(*(log_risk_ratio(*trial) for trial in BCG), strict=True)

    found = pool(values, errors)

    # rma(yi, vi, method="DL", data=dat.bcg, test="knha") in metafor.
    assert found is not None
    assert found.units == 13
    assert found.spread**2 == pytest.approx(0.3088, abs=5e-5)
    assert found.mean == pytest.approx(-0.7141, abs=5e-5)
    assert found.error == pytest.approx(0.1807, abs=5e-5)
    assert found.low == pytest.approx(-1.1078, abs=5e-5)
    assert found.high == pytest.approx(-0.3204, abs=5e-5)


def test_five_equally_precise_units_follow_the_textbook() -> None:
    found = pool([1.0, 2.0, 3.0, 4.0, 5.0], [1.0] * 5)

    # Q = 10, so tau2 = (10 - 4) / (5 - 5 / 5) = 1.5. The variance of the mean is
    # 2.5 / 5, and the factor is (10 / 2.5) / 4 = 1.
    assert found is not None
    assert found.mean == pytest.approx(3)
    assert found.spread == pytest.approx(math.sqrt(1.5))
    assert found.error == pytest.approx(math.sqrt(0.5))
    assert found.high == pytest.approx(3 + 2.776445 * math.sqrt(0.5))


def test_units_that_agree_too_well_keep_the_error_that_each_of_them_has() -> None:
    found = pool([3.0] * 5, [1.0] * 5)

    assert found is not None
    assert found.spread == 0
    assert found.error == pytest.approx(math.sqrt(1 / 5))
    # Nothing beyond chance: one more unit is expected where the mean is.
    assert (found.predicted_low, found.predicted_high) == (found.low, found.high)


def test_a_precise_unit_weighs_more() -> None:
    found = pool([0.0, 1.0, 1.0, 1.0, 1.0], [0.1, 1.0, 1.0, 1.0, 1.0])

    # Weights 100 and four times 1; nothing beyond chance.
    assert found is not None
    assert found.spread == 0
    assert found.mean == pytest.approx(4 / 104)


def test_the_order_of_units_does_not_matter() -> None:
    values, errors = [0.1, 0.9, 0.4, 0.2, 0.7], [0.1, 0.2, 0.3, 0.1, 0.2]

    found, turned = pool(values, errors), pool(values[::-1], errors[::-1])

    assert found is not None
    assert turned is not None
    assert (turned.mean, turned.error) == pytest.approx((found.mean, found.error))


def test_shifting_and_stretching_units_shifts_and_stretches_the_result() -> None:
    values, errors = np.array([0.1, 0.9, 0.4, 0.2, 0.7]), np.full(5, 0.1)

    found, moved = pool(values, errors), pool(3 + 2 * values, 2 * errors)

    assert found is not None
    assert moved is not None
    assert moved.mean == pytest.approx(3 + 2 * found.mean)
    assert moved.low == pytest.approx(3 + 2 * found.low)
    assert moved.predicted_high == pytest.approx(3 + 2 * found.predicted_high)


def test_below_five_units_nothing_is_pooled() -> None:
    assert pool([1.0] * 4, [1.0] * 4) is None
    assert pool([], []) is None


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ([1.0] * 5, [1.0] * 4),
        ([1.0, 1.0, 1.0, 1.0, math.inf], [1.0] * 5),
        ([1.0] * 5, [1.0, 1.0, 1.0, 1.0, 0.0]),
        ([1.0] * 5, [1.0, 1.0, 1.0, 1.0, math.nan]),
    ],
    ids=["one error short", "infinite value", "error of 0", "error unknown"],
)
def test_units_without_a_value_or_an_error_are_refused(
    values: list[float], errors: list[float]
) -> None:
    with pytest.raises(SettingRefusedError):
        pool(values, errors)


def coverage(
    *, units: int, spread: float, draws: int, seed: int
) -> tuple[float, float]:
    """How often the mean, and a new unit, lie inside their intervals."""
    random = np.random.default_rng(seed)
    errors = np.linspace(0.1, 0.3, units)
    means = news = 0
    for _ in range(draws):
        found = pool(random.normal(0, np.hypot(spread, errors)), errors)
        assert found is not None
        means += found.low <= 0 <= found.high
        new = random.normal(0, spread)
        news += found.predicted_low <= new <= found.predicted_high
    return means / draws, news / draws


def test_the_mean_and_a_new_unit_lie_in_their_intervals_as_often_as_said() -> None:
    mean, new = coverage(units=8, spread=0.4, draws=300, seed=0)

    # Of 300 at 95 %, fewer than 274 come out in 0.3 %.
    assert mean >= 274 / 300
    assert new >= 274 / 300


@pytest.mark.full
@pytest.mark.parametrize("units", [5, 8, 15])
@pytest.mark.parametrize("spread", [0.05, 0.1, 0.3, 0.6])
def test_the_mean_and_a_new_unit_are_covered_for_few_and_for_many_units(
    units: int, spread: float
) -> None:
    mean, new = coverage(units=units, spread=spread, draws=4000, seed=1)

    assert mean >= 0.935
    # 4,000 draws: a standard error is 0.4 points.
    assert new >= 0.925


def test_the_quantiles_are_those_of_student() -> None:
    assert student.ppf(0.975, 4) == pytest.approx(2.776445, abs=1e-6)
