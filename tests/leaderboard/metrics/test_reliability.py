from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import foldnorm
from statsmodels.nonparametric.smoothers_lowess import lowess

from leaderboard.errors import SettingRefusedError
from leaderboard.metrics.reliability import Bins, ece, equal_mass_bins, ici, smooth
from leaderboard.rows import Vector

LABELS = [1, 0, 1, 0, 0, 0]
PROBABILITIES = [0.9, 0.8, 0.6, 0.6, 0.2, 0.1]


def drawn(n: int, *, slope: float = 1.0, seed: int = 0) -> tuple[Vector, Vector]:
    """Labels, and probabilities that are calibrated where the slope is 1."""
    random = np.random.default_rng(seed)
    x = random.normal(-2, 1, n)
    return (random.random(n) < expit(-2 + slope * (x + 2))).astype(float), expit(x)


def test_six_rows_fall_in_three_bins_by_hand() -> None:
    found = equal_mass_bins(LABELS, PROBABILITIES, bins=3)

    assert found.rows.tolist() == [2, 2, 2]
    assert found.expected == pytest.approx([0.15, 0.6, 0.85])
    assert found.observed == pytest.approx([0, 0.5, 0.5])


def test_six_rows_miss_by_hand_and_by_chance() -> None:
    # Gaps .15 .1 .35. Chance moves the first bin by nothing, the others by a normal
    # draw with variance .5 * .5 / 2.
    spread = np.sqrt(0.125)
    again = [
        0.15,
        *(foldnorm(gap / spread, scale=spread).mean() for gap in (0.1, 0.35)),
    ]
    expected = (2 * (0.15 + 0.1 + 0.35) - sum(again)) / 3

    assert ece(LABELS, PROBABILITIES, bins=3) == pytest.approx(expected)
    # Each in a bin of its own nothing is left to chance: .1 .8 .1(tie) .2 .1.
    assert ece(LABELS, PROBABILITIES, bins=6) == pytest.approx(
        (0.1 + 0.8 + 2 * (2 * 0.1 - again[1]) + 0.2 + 0.1) / 6
    )


def test_the_correction_is_that_of_kumar_liang_and_ma() -> None:
    y, p = drawn(2000, slope=0.7)
    random = np.random.default_rng(1)
    parts = np.array_split(np.argsort(p), 20)
    seen = np.array([y[part].mean() for part in parts])
    said = np.array([p[part].mean() for part in parts])
    spread = np.sqrt(seen * (1 - seen) / 100)
    plain = np.abs(seen - said).mean()
    again = np.abs(random.normal(seen, spread, (20_000, 20)) - said).mean()

    assert ece(y, p) == pytest.approx(2 * plain - again, abs=2e-4)


def plain_error(y: Vector, p: Vector) -> float:
    """Mean distance over bins, chance included."""
    found = equal_mass_bins(y, p)
    gap = np.abs(found.observed - found.expected)
    return float(np.average(gap, weights=found.rows))


def test_the_correction_takes_off_two_fifths_of_what_chance_adds() -> None:
    draws = [drawn(1000, seed=seed) for seed in range(100)]

    plain = np.mean([plain_error(*rows) for rows in draws])
    corrected = np.mean([ece(*rows) for rows in draws])

    # A normal draw around 0 is as far from it as two draws are from each other, but
    # for the square root of two.
    assert corrected / plain == pytest.approx(2 - np.sqrt(2), abs=0.03)


def test_the_more_rows_the_less_is_taken_off() -> None:
    y, p = drawn(1000)
    often = [np.tile(column, 100) for column in (y, p)]

    assert ece(y, p) < ece(*(np.tile(column, 2) for column in (y, p))) < ece(*often)
    assert ece(*often) == pytest.approx(plain_error(y, p), abs=1e-3)


def test_ties_stay_together_in_the_bin_of_their_middle() -> None:
    # Cut after 3 of 6 rows; of the four that tie most lie below it.
    found = equal_mass_bins([0, 1, 0, 1, 0, 1], [0.2] * 4 + [0.3, 0.8], bins=2)

    assert found.rows.tolist() == [4, 2]
    assert found.expected == pytest.approx([0.2, 0.55])
    assert found.observed == pytest.approx([0.5, 0.5])


def test_two_levels_are_their_own_curve_by_hand() -> None:
    # Seen 1/3 where 0.2 was said, 2/3 where 0.7 was; neither hears the other.
    y, p = [1, 0, 0, 1, 1, 0], [0.2, 0.2, 0.2, 0.7, 0.7, 0.7]

    assert ici(y, p) == pytest.approx((1 / 3 - 0.2 + 0.7 - 2 / 3) / 2)


def test_five_levels_listen_to_their_neighbours_by_hand() -> None:
    # Four rows each; 0.5 listens as far as 0.1 and 0.9, whose weight is then 0.
    seen = np.array([0, 0.25, 0, 0.5, 1])
    found = Bins(np.full(5, 4.0), np.array([1, 3, 5, 7, 9]) / 10, seen)
    near = (1 - 0.5**3) ** 3

    curve = smooth(found)

    assert curve[2] == pytest.approx((0.25 * near + 0.5 * near) / (1 + 2 * near))


def naive_curve(y: Vector, p: Vector, *, span: float) -> Vector:
    """Cleveland's local lines, a row at a time, by numpy's own least squares."""
    curve = []
    for at in p:
        away = np.abs(p - at)
        radius = np.sort(away)[int(np.ceil(span * len(p))) - 1]
        weight = (1 - np.minimum(away / radius, 1) ** 3) ** 3
        curve.append(np.polyval(np.polyfit(p - at, y, 1, w=np.sqrt(weight)), 0))
    return np.clip(curve, 0, 1)


def test_the_curve_equals_local_lines_by_least_squares() -> None:
    y, p = drawn(200, slope=0.6)
    lowest_first = np.argsort(p)

    curve = smooth(equal_mass_bins(y, p, 200))

    expected = naive_curve(y[lowest_first], p[lowest_first], span=0.75)
    np.testing.assert_allclose(curve, expected, atol=1e-10)


@pytest.mark.parametrize("slope", [0.5, 1.0, 1.6], ids="slope {}".format)
def test_the_index_equals_that_of_statsmodels(slope: float) -> None:
    few, many = drawn(200, slope=slope), drawn(4000, slope=slope)

    for (y, p), error in ((few, 1e-12), (many, 2e-4)):
        curve = lowess(y, p, frac=0.75, it=0, return_sorted=False)
        expected = np.abs(np.clip(curve, 0, 1) - p).mean()
        assert ici(y, p) == pytest.approx(expected, abs=error)


def test_pooling_many_rows_hardly_moves_the_index() -> None:
    y, p = drawn(1200, slope=0.6)
    curve = naive_curve(y, p, span=0.75)

    assert ici(y, p) == pytest.approx(np.abs(curve - p).mean(), abs=2e-4)


def test_a_constant_misses_by_the_distance_to_the_prevalence() -> None:
    assert ici([0, 0, 0, 1], [0.5] * 4) == pytest.approx(0.25)
    # Nearly everyone at one probability: the last row hears all of them.
    assert 0 <= ici([0, 1, 0, 1, 0, 1, 0, 1], [0.5] * 7 + [0.9]) <= 1


def test_a_worse_calibrated_model_has_the_larger_index_and_error() -> None:
    for measure in (ici, ece):
        values = [measure(*drawn(4000, slope=slope)) for slope in (1.0, 0.7, 0.3)]
        assert values == sorted(values)


def test_settings_out_of_bounds_are_refused() -> None:
    found = equal_mass_bins(LABELS, PROBABILITIES)

    for bins in (0, -3):
        with pytest.raises(SettingRefusedError, match="bins"):
            ece(LABELS, PROBABILITIES, bins)
    for span in (0, 1.01, np.nan):
        with pytest.raises(SettingRefusedError, match="span"):
            smooth(found, span)


twentieths = st.integers(0, 20).map(lambda count: count / 20)


@given(st.lists(st.tuples(st.integers(0, 1), twentieths), max_size=40))
def test_a_curve_of_observed_shares_is_a_share(rows: list[tuple[int, float]]) -> None:
    y, p = zip((0, 0.3), (1, 0.4), *rows, strict=True)

    found = equal_mass_bins(y, p)
    curve = smooth(found)

    assert found.rows.sum() == len(y)
    assert np.average(found.observed, weights=found.rows) == pytest.approx(np.mean(y))
    assert np.all((curve >= 0) & (curve <= 1))
    assert np.all(np.diff(found.expected) > 0)


@given(st.lists(st.tuples(st.integers(0, 1), twentieths), max_size=40))
def test_the_corrected_error_never_exceeds_the_plain_one(
    rows: list[tuple[int, float]],
) -> None:
    y, p = zip((0, 0.3), (1, 0.4), *rows, strict=True)

    assert 0 <= ece(y, p) <= plain_error(np.array(y), np.array(p)) + 1e-12


@given(st.lists(st.tuples(st.integers(0, 1), twentieths), max_size=40))
def test_everyone_twice_leaves_the_bins_and_the_plain_error(
    rows: list[tuple[int, float]],
) -> None:
    """The corrected error is what may move: up, and never past the plain one."""
    y, p = (np.array(x) for x in zip((0, 0.3), (1, 0.4), *rows, strict=True))
    once, twice = equal_mass_bins(y, p), equal_mass_bins(np.tile(y, 2), np.tile(p, 2))
    plain = plain_error(y, p)

    np.testing.assert_array_equal(twice.rows, 2 * once.rows)
    np.testing.assert_allclose(twice.observed, once.observed, atol=1e-12)
    np.testing.assert_allclose(twice.expected, once.expected, atol=1e-12)
    assert plain_error(np.tile(y, 2), np.tile(p, 2)) == pytest.approx(plain, abs=1e-12)
    assert ece(y, p) <= ece(np.tile(y, 2), np.tile(p, 2)) + 1e-12 <= plain + 2e-12
