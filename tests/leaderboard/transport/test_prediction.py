from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import chi2, norm
from scipy.stats import t as student

from leaderboard.transport.prediction import predict

VALUES = np.array([0.1, 0.9, 0.4, 0.2, 0.7, -0.3])
ERRORS = np.array([0.1, 0.3, 0.2, 0.1, 0.25, 0.15])


def q(spread: float) -> float:
    weights = 1 / (ERRORS**2 + spread)
    return weights @ (VALUES - np.average(VALUES, weights=weights)) ** 2


def test_the_interval_is_that_of_a_draw_from_every_spread_in_turn() -> None:
    """Each root is searched for by itself, and each normal spread out over a grid."""
    drawn = []
    for share in (np.arange(1000) + 0.5) / 1000:
        target = chi2.ppf(share, len(VALUES) - 1)
        chance = q(0) <= target
        spread = 0.0 if chance else brentq(lambda s, t=target: q(s) - t, 0, 1e6)
        weights = 1 / (ERRORS**2 + spread)
        mean = np.average(VALUES, weights=weights)
        error = np.sqrt(spread + 1 / weights.sum())
        drawn.append(norm.ppf((np.arange(400) + 0.5) / 400, mean, error))

    assert predict(VALUES, ERRORS**2) == pytest.approx(
        np.quantile(drawn, [0.025, 0.975]), abs=5e-3
    )


@pytest.mark.parametrize("units", [5, 8, 30])
def test_where_units_are_known_exactly_it_is_that_of_one_more_normal_draw(
    units: int,
) -> None:
    values = np.random.default_rng(units).normal(size=units)

    low, high = predict(values, np.full(units, 1e-12))

    reach = student.ppf(0.975, units - 1) * values.std(ddof=1)
    reach *= np.sqrt(1 + 1 / units)
    assert (low, high) == pytest.approx(
        (values.mean() - reach, values.mean() + reach), abs=2e-3 * reach
    )


def test_units_that_agree_leave_only_the_error_of_their_mean() -> None:
    low, high = predict(np.full(5, 3.0), np.ones(5))

    reach = norm.ppf(0.975) / np.sqrt(5)
    assert (low, high) == pytest.approx((3 - reach, 3 + reach))


def test_shifting_and_stretching_units_shifts_and_stretches_the_interval() -> None:
    ends = np.array(predict(VALUES, ERRORS**2))

    assert predict(3 + 1e4 * VALUES, (1e4 * ERRORS) ** 2) == pytest.approx(
        3 + 1e4 * ends
    )
    assert predict(VALUES[::-1], ERRORS[::-1] ** 2) == pytest.approx(ends)


def test_a_higher_level_gives_a_wider_interval() -> None:
    low, high = predict(VALUES, ERRORS**2)
    lower, higher = predict(VALUES, ERRORS**2, level=0.99)

    assert lower < low < high < higher
