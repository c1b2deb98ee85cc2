from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np
import pytest

from leaderboard import Scorecard
from leaderboard.errors import LanguageUnknownError
from leaderboard.estimates import Estimate
from leaderboard.resampling import wilson
from leaderboard.transport import SCOPE, Shift, difference, transport


def scorecard(clusters: int, **metrics: Estimate) -> Scorecard:
    return Scorecard(
        rows=100, positives=20, clusters=clusters, capacity=0.1, metrics=metrics
    )


def test_a_difference_adds_the_squares_of_the_two_half_widths() -> None:
    found = difference(Estimate(0.8, 0.77, 0.83), Estimate(0.7, 0.66, 0.74))

    # 3, 4, 5.
    assert found.value == pytest.approx(0.1)
    assert (found.low, found.high) == pytest.approx((0.05, 0.15))


def test_a_difference_of_shares_is_newcombes_interval() -> None:
    one = Estimate(56 / 70, *wilson(56 / 70, 70))
    other = Estimate(48 / 80, *wilson(48 / 80, 80))

    found = difference(one, other)

    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II: 56/70 - 48/80.
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_a_skewed_interval_stays_skewed_on_the_right_side() -> None:
    skewed, steady = Estimate(0.5, 0.4, 0.9), Estimate(0.5, 0.5, 0.5)

    assert difference(skewed, steady) == Estimate(0.0, pytest.approx(-0.1), 0.4)
    assert difference(steady, skewed) == Estimate(0.0, -0.4, pytest.approx(0.1))


def test_swapping_the_sets_turns_the_difference_around() -> None:
    one, other = Estimate(0.8, 0.7, 0.83), Estimate(0.7, 0.66, 0.79)

    found, turned = difference(one, other), difference(other, one)

    assert (turned.value, turned.low, turned.high) == pytest.approx(
        (-found.value, -(found.high or 0), -(found.low or 0))
    )


def test_without_an_interval_on_both_sides_there_is_none_between_them() -> None:
    whole, bare = Estimate(0.8, 0.7, 0.9), Estimate(0.5)

    assert difference(whole, bare) == Estimate(pytest.approx(0.3))
    assert difference(bare, whole) == Estimate(pytest.approx(-0.3))


def test_it_equals_pairing_independent_replicates() -> None:
    random = np.random.default_rng(3)
    one, other = random.gamma(9, 0.01, 200_000), random.normal(0.2, 0.04, 200_000)

    def estimate(replicates: np.ndarray) -> Estimate:
        low, high = np.quantile(replicates, [0.025, 0.975])
        return Estimate(float(replicates.mean()), float(low), float(high))

    found = difference(estimate(one), estimate(other))

    ends = np.quantile(one - other, [0.025, 0.975])
    assert (found.low, found.high) == pytest.approx(ends, abs=0.003)


def test_the_difference_covers_the_truth_as_often_as_said() -> None:
    random = np.random.default_rng(4)
    means = random.normal([0.3, 0.1], [0.02, 0.05], (2000, 2))
    inside = 0
    for inner, outer in means:
        found = difference(
            Estimate(inner, inner - 1.96 * 0.02, inner + 1.96 * 0.02),
            Estimate(outer, outer - 1.96 * 0.05, outer + 1.96 * 0.05),
        )
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= 0.2 <= found.high

    assert 0.935 <= inside / 2000 <= 0.965


def test_every_metric_of_both_scorecards_is_set_side_by_side() -> None:
    found = transport(
        scorecard(120, auroc=Estimate(0.8, 0.77, 0.83), brier=Estimate(0.1)),
        scorecard(45, auroc=Estimate(0.7, 0.66, 0.74)),
    )

    assert (found.internal_clusters, found.external_clusters) == (120, 45)
    assert [shift.metric for shift in found.shifts] == ["auroc"]
    assert found.shifts[0].internal.value == 0.8
    assert found.shifts[0].external.value == 0.7
    assert found.shifts[0].difference.low == pytest.approx(0.05)


def test_scorecards_as_scored_can_be_compared(
    households: Callable[..., object],
) -> None:
    inside, outside = households(n=800, seed=1), households(n=600, seed=2)

    found = transport(inside.score(inside.noisy), outside.score(outside.noisy, seed=8))

    shift = next(shift for shift in found.shifts if shift.metric == "scaled_brier")
    assert shift.difference.low is not None
    assert shift.difference.low < shift.difference.value


def test_the_plain_data_are_strict_json_without_undefined_numbers() -> None:
    slope = Estimate(math.nan)
    found = transport(
        scorecard(12, calibration_slope=slope),
        scorecard(9, calibration_slope=Estimate(1.0, 0.9, 1.1)),
    )

    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))

    assert plain == {
        "internal_clusters": 12,
        "external_clusters": 9,
        "shifts": [
            {
                "metric": "calibration_slope",
                "internal": {"value": None, "low": None, "high": None},
                "external": {"value": 1.0, "low": 0.9, "high": 1.1},
                "difference": {"value": None, "low": None, "high": None},
            }
        ],
    }


def shift(*, interval: bool) -> Shift:
    ends = (-0.02, 0.06) if interval else ()
    return Shift("auroc", Estimate(0.8), Estimate(0.78), Estimate(0.02, *ends))


def test_it_says_in_two_languages_how_far_it_reaches() -> None:
    assert shift(interval=True).sentence("AUROC") == (
        "AUROC: 0.800 in the municipalities of the training rows, 0.780 in"
        " municipalities that were held out; difference 0.020, 95% interval"
        " −0.020 to 0.060. This holds between these municipalities, not beyond."
    )
    assert shift(interval=True).sentence("AUROC", "nl") == (
        "AUROC: 0,800 in de gemeenten van de trainingsrijen, 0,780 in gemeenten die"
        " apart zijn gehouden; verschil 0,020, 95%-interval −0,020 tot 0,060."
        " Dit geldt tussen deze gemeenten, niet daarbuiten."
    )


@pytest.mark.parametrize("slug", ["nl", "en"])
def test_it_says_when_there_is_no_interval(slug: str) -> None:
    sentence = shift(interval=False).sentence("AUROC", slug)

    assert {"nl": "geen marge", "en": "no interval"}[slug] in sentence
    assert sentence.endswith(f"{SCOPE[slug]}.")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(LanguageUnknownError):
        shift(interval=True).sentence("AUROC", "fy")
