from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest, norm, poisson
from scipy.stats import t as student

from leaderboard.errors import SettingRefusedError
from leaderboard.estimates import Estimate
from leaderboard.resampling import (
    effective_rows,
    estimate,
    estimate_rate,
    percentile,
    poisson_weights,
    resample,
    wilson,
)
from leaderboard.resampling.measures import Sample


def weights(n_clusters: int, *, replicates: int, seed: int = 0) -> np.ndarray:
    blocks = poisson_weights(n_clusters, replicates=replicates, seed=seed)
    return np.concatenate(list(blocks), axis=1)


def test_weights_are_poisson_with_mean_one() -> None:
    drawn = weights(500, replicates=512).ravel()

    for count in range(5):
        share = np.mean(drawn == count)
        assert share == pytest.approx(poisson.pmf(count, 1), abs=0.004)
    assert drawn.max() < 15


def test_weights_do_not_depend_on_how_many_are_asked() -> None:
    np.testing.assert_array_equal(
        weights(7, replicates=200)[:, :100], weights(7, replicates=100)
    )


def test_another_seed_draws_other_weights() -> None:
    assert (weights(50, replicates=64, seed=1) != weights(50, replicates=64)).any()


def test_a_secret_seed_may_have_256_bits() -> None:
    assert weights(5, replicates=64, seed=2**255).shape == (5, 64)


def test_weights_do_not_depend_on_how_many_clusters_there_are() -> None:
    np.testing.assert_array_equal(
        weights(50, replicates=64)[:7], weights(7, replicates=64)
    )


@pytest.mark.parametrize(("replicates", "seed"), [(1, 0), (64, -1)])
def test_impossible_settings_are_refused(replicates: int, seed: int) -> None:
    sample = Sample(
        labels=np.array([0.0, 1.0]),
        probabilities=np.array([0.2, 0.6]),
        clusters=np.arange(2),
        cells=np.empty((2, 0), dtype=bool),
        capacity=0.5,
    )

    with pytest.raises(SettingRefusedError):
        weights(5, replicates=replicates, seed=seed)
    with pytest.raises(SettingRefusedError):
        resample(sample, replicates=replicates, seed=seed)


def test_percentiles_leave_undefined_replicates_out() -> None:
    replicates = np.r_[np.arange(101.0), [np.nan] * 20]

    assert percentile(replicates) == pytest.approx((2.5, 97.5))


@pytest.mark.parametrize("size", [2, 63, 1024])
def test_percentiles_equal_numpys(size: int) -> None:
    replicates = np.random.default_rng(3).normal(size=size)

    assert percentile(replicates) == pytest.approx(
        np.quantile(replicates, [0.025, 0.975]), abs=1e-12
    )


def test_mostly_undefined_replicates_give_no_interval() -> None:
    assert percentile(np.array([1.0, np.nan, np.nan])) == (None, None)
    assert percentile(np.empty(0)) == (None, None)


@pytest.mark.parametrize(("found", "total"), [(0, 12), (3, 12), (12, 12)])
def test_wilson_equals_scipy(found: int, total: int) -> None:
    interval = binomtest(found, total).proportion_ci(method="wilson")

    assert wilson(found / total, total) == pytest.approx(
        (interval.low, interval.high), abs=1e-12
    )


def test_an_undefined_value_has_no_interval() -> None:
    drawn = estimate(math.nan, np.arange(10.0))

    assert math.isnan(drawn.value)
    assert (drawn.low, drawn.high) == (None, None)


@pytest.mark.parametrize(
    ("value", "total", "n_clusters"),
    [(0.5, 49, 40), (0.0, 500, 40), (1.0, 500, 40)],
    ids=["few rows", "none", "all"],
)
def test_rates_that_cannot_be_resampled_get_wilson(
    value: float, total: float, n_clusters: int
) -> None:
    replicates = np.full(100, value)

    assert estimate_rate(
        value, replicates, total=total, n_clusters=n_clusters
    ) == Estimate(value, *wilson(value, total))


def test_few_rows_of_neighbours_who_are_alike_count_for_fewer() -> None:
    """Ten neighbourhoods of four, in each of which all rows are the same."""
    together = np.repeat([0.0, 1.0], 5) @ np.random.default_rng(1).multinomial(
        10, np.full(10, 0.1), 4000
    ).T.astype(float)

    worth = effective_rows(0.5, together / 10, total=40, n_clusters=10)

    # Ten independent rows, less what so few say of their own spread.
    apart = (student.ppf(0.975, 39) / student.ppf(0.975, 9)) ** 2
    assert worth == pytest.approx(10 * apart, rel=0.05)
    drawn = estimate_rate(0.5, together / 10, total=40, n_clusters=10)
    assert (drawn.low, drawn.high) == wilson(0.5, worth)


@pytest.mark.parametrize(
    ("value", "replicates", "worth"),
    [
        (0.5, np.full(100, 0.5), 40),
        (0.5, np.linspace(0.45, 0.55, 100), 40),
        (0.0, np.linspace(0.0, 0.2, 100), 40),
        (1.0, np.linspace(0.8, 1.0, 100), 40),
        (0.5, np.r_[np.zeros(10), np.ones(10), np.full(30, np.nan)], 40),
        (1e-6, np.linspace(0.0, 1.0, 100), 1),
    ],
    ids=["still", "steady", "none", "all", "mostly undefined", "wild"],
)
def test_no_row_counts_for_more_than_one_and_all_for_one_at_least(
    value: float, replicates: np.ndarray, worth: float
) -> None:
    assert effective_rows(value, replicates, total=40, n_clusters=20) == worth


def test_a_rate_from_fewer_than_five_clusters_has_no_interval() -> None:
    """Wilson there counted rows as independent and covered 85 % in place of 95 %."""
    replicates = np.linspace(0.4, 0.6, 101)

    drawn = estimate_rate(0.5, replicates, total=500, n_clusters=4)

    assert drawn == Estimate(0.5)


def test_large_rates_get_percentiles() -> None:
    replicates = np.linspace(0.4, 0.6, 101)

    drawn = estimate_rate(0.5, replicates, total=50, n_clusters=10_000)

    assert (drawn.low, drawn.high) == pytest.approx((0.405, 0.595), abs=1e-4)


@pytest.mark.parametrize("n_clusters", [5, 20, 200])
def test_where_replicates_are_normal_the_interval_is_that_of_student(
    n_clusters: int,
) -> None:
    """The mean of as many clusters, whose replicates know no degrees of freedom."""
    error = 0.1
    spread = error * math.sqrt((n_clusters - 1) / n_clusters)
    replicates = norm.ppf((np.arange(1_000_000) + 0.5) / 1_000_000, 0.5, spread)

    drawn = estimate(0.5, replicates, n_clusters=n_clusters)

    reach = student.ppf(0.975, n_clusters - 1) * error
    assert (drawn.low, drawn.high) == pytest.approx((0.5 - reach, 0.5 + reach), 1e-4)


def test_a_value_from_fewer_than_five_clusters_has_no_interval() -> None:
    assert estimate(0.5, np.linspace(0.4, 0.6, 101), n_clusters=4) == Estimate(0.5)
