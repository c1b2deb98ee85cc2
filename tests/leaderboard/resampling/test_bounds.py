from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from leaderboard.resampling.bounds import bound_all


def test_one_question_has_the_one_sided_critical_value() -> None:
    replicates = np.random.default_rng(0).normal(3, 0.5, size=(1, 40_000))

    bounds = bound_all(np.array([3.0]), replicates)

    assert bounds.critical == pytest.approx(norm.ppf(0.95), rel=0.02)
    assert bounds.error.item() == pytest.approx(0.5, rel=0.02)
    assert bounds.low.item() == pytest.approx(3 - 0.5 * norm.ppf(0.95), rel=0.01)


def test_a_value_and_its_opposite_have_the_two_sided_critical_value() -> None:
    one = np.random.default_rng(1).normal(size=40_000)

    bounds = bound_all(np.zeros(2), np.array([one, -one]))

    assert bounds.critical == pytest.approx(norm.ppf(0.975), rel=0.02)


def test_independent_questions_have_the_critical_value_of_sidak() -> None:
    replicates = np.random.default_rng(2).normal(size=(10, 40_000))

    critical = bound_all(np.zeros(10), replicates, level=0.9).critical

    assert critical == pytest.approx(norm.ppf(0.9 ** (1 / 10)), rel=0.02)


def test_one_critical_value_serves_both_sides_of_a_skewed_value() -> None:
    skewed = np.random.default_rng(3).exponential(size=(1, 40_000))

    for replicates in (skewed, -skewed):
        # The 95th percentile of an exponential lies 2.0 above its mean of 1.
        bounds = bound_all(np.zeros(1), replicates)
        assert bounds.high.item() == pytest.approx(2, rel=0.03)
        assert bounds.low.item() == pytest.approx(-2, rel=0.03)


def test_a_value_that_never_moves_is_its_own_bound_and_costs_nothing() -> None:
    moving = np.random.default_rng(4).normal(size=(1, 1000))
    still = np.vstack([moving, np.full((1, 1000), 0.3)])

    bounds = bound_all(np.array([0.0, 0.3]), still)

    assert bounds.low[1] == bounds.high[1] == 0.3
    alone = bound_all(np.zeros(1), moving)
    assert bounds.high[0] == pytest.approx(alone.high.item(), rel=1e-12)


def test_a_value_that_a_single_row_decides_widens_no_bound_but_its_own() -> None:
    random = np.random.default_rng(7)
    honest = random.normal(size=(5, 1024))
    # One row of a Poisson(1) weight: five standard errors up is nothing rare.
    lone = random.poisson(1, size=(10, 1024)) / 500

    beside = bound_all(np.zeros(15), np.vstack([honest, lone]))
    among_normal = bound_all(np.zeros(15), random.normal(size=(15, 1024)))

    assert beside.critical * beside.error[:5] == pytest.approx(
        among_normal.critical * among_normal.error[:5], rel=0.2
    )
    assert np.mean(beside.error[5:] / lone.std(axis=1)) > 1.1


def test_replicates_in_which_one_value_is_undefined_are_left_out() -> None:
    replicates = np.random.default_rng(5).normal(size=(2, 300))
    holed = replicates.copy()
    holed[0, :100] = np.nan

    np.testing.assert_array_equal(
        bound_all(np.zeros(2), holed).low,
        bound_all(np.zeros(2), replicates[:, 100:]).low,
    )


@pytest.mark.parametrize(
    "replicates",
    [np.full((2, 9), np.nan), np.array([[1, 2, np.nan, np.nan, np.nan]] * 2)],
    ids=["none", "less than half"],
)
def test_without_replicates_nothing_is_bounded(replicates: np.ndarray) -> None:
    bounds = bound_all(np.zeros(2), replicates)

    assert np.isneginf(bounds.low).all()
    assert np.isposinf(bounds.high).all()


def test_no_question_has_no_bounds() -> None:
    assert bound_all(np.empty(0), np.empty((0, 100))).low.size == 0


def test_all_bounds_hold_together_as_often_as_they_say() -> None:
    random = np.random.default_rng(6)
    wrong = 0
    for _ in range(200):
        # Five correlated means of 150 rows, resampled with Poisson weights.
        rows = random.normal(size=(5, 150)) + random.normal(size=150)
        weights = random.poisson(1, size=(150, 400))
        means = rows @ weights / weights.sum(axis=0)
        wrong += (bound_all(rows.mean(axis=1), means).low > 0).any()

    # 5 % of 200 is 10; 20 lies beyond the 99.8th percentile.
    assert wrong <= 20
