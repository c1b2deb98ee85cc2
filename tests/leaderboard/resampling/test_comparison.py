from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from leaderboard.resampling.comparison import _errors, compare_all


def test_two_values_reduce_to_one_paired_interval() -> None:
    random = np.random.default_rng(0)
    shared, own = random.normal(size=20000), random.normal(size=(2, 20000)) * 0.1
    values = np.array([1.0, 0.5])

    pairs = compare_all(values, values[:, None] + shared + own)

    # What both share cancels out; what is left is 1.96 sqrt(2) 0.1.
    assert pairs.difference.tolist() == [[0.0, 0.5], [-0.5, 0.0]]
    assert pairs.margin[0, 1] == pytest.approx(
        norm.ppf(0.975) * np.sqrt(0.02), rel=0.03
    )
    assert pairs.above.tolist() == [[False, True], [False, False]]


def test_more_comparisons_need_a_wider_margin() -> None:
    replicates = np.random.default_rng(1).normal(size=(10, 2000))

    two = compare_all(np.zeros(2), replicates[:2]).margin[0, 1]
    ten = compare_all(np.zeros(10), replicates).margin[0, 1]

    assert two * 1.2 < ten


@pytest.mark.parametrize("seed", range(20))
def test_what_is_skipped_changes_no_bit(seed: int) -> None:
    random = np.random.default_rng(seed)
    count, total = random.integers(1, 25), random.integers(2, 300)
    replicates = random.normal(size=(count, total)) * random.uniform(0.1, 3)
    # Far apart for some seeds, so that several steps tell pairs apart.
    values = random.normal(size=count) * random.uniform(0, 9)
    replicates[-1] = replicates[0]

    pairs = compare_all(values, replicates, level=0.9, stepdown=True)

    # In memory as there: sums round as they are added up.
    defined = replicates[:, np.ones(total, dtype=bool)]
    centred = defined - defined.mean(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        margin, above = step_down(values, centred, _errors(centred), level=0.9)
    np.testing.assert_array_equal(pairs.margin, margin)
    np.testing.assert_array_equal(pairs.above, above)


def step_down(values, centred, error, *, level):
    """Look at every pair in every replicate again after each step."""
    difference = values[:, None] - values[None, :]
    margin, left = np.full_like(error, np.inf), np.isfinite(error)
    while True:
        ratios = (centred[:, None] - centred[None]) * (1 / error)[..., None]
        largest = np.where(left[..., None], ratios, 0).max(axis=(0, 1))
        margin[left] = np.quantile(largest, level) * error[left]
        found = left & (difference > margin)
        if not found.any():
            return margin, difference > margin
        left &= ~found


def test_a_twin_is_never_told_apart() -> None:
    replicates = np.random.default_rng(2).normal(size=(1, 100)).repeat(2, axis=0)

    pairs = compare_all(np.array([0.2, 0.1]), replicates)

    assert not pairs.above.any()


def test_undefined_replicates_are_left_out_of_every_comparison() -> None:
    replicates = np.random.default_rng(3).normal(size=(3, 200))
    holed = replicates.copy()
    holed[0, :50] = np.nan

    np.testing.assert_array_equal(
        compare_all(np.zeros(3), holed).margin,
        compare_all(np.zeros(3), replicates[:, 50:]).margin,
    )


def test_without_replicates_nothing_is_told_apart() -> None:
    pairs = compare_all(np.array([1.0, 0.0]), np.full((2, 10), np.nan))

    assert not pairs.above.any()


def test_the_level_holds_for_all_pairs_together() -> None:
    random = np.random.default_rng(4)
    wrong = 0
    for _ in range(200):
        rows = random.normal(size=(5, 120))
        bootstrap = random.integers(0, 120, (120, 300))
        wrong += compare_all(rows.mean(1), rows[:, bootstrap].mean(1)).above.any()

    # 5 % of 200 is 10; 20 lies beyond the 99.8th percentile.
    assert wrong <= 20
