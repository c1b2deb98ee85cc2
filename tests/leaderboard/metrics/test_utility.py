from __future__ import annotations

import dcurves
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.errors import SettingRefusedError
from leaderboard.metrics.utility import THRESHOLDS, decision_curve, net_benefit

LABELS = [1, 0, 1, 0, 0, 0]
PROBABILITIES = [0.9, 0.8, 0.6, 0.6, 0.2, 0.1]


def test_six_rows_by_hand() -> None:
    # From 0.2 on the offer reaches both positives and three others, at 1/4 each.
    assert net_benefit(LABELS, PROBABILITIES, 0.2) == pytest.approx((2 - 3 / 4) / 6)
    # From 0.6 on two others, at 3/2 each.
    assert net_benefit(LABELS, PROBABILITIES, 0.6) == pytest.approx((2 - 3) / 6)
    # Unless told otherwise from 0.1 on: everyone, at 1/9.
    assert net_benefit(LABELS, PROBABILITIES) == pytest.approx((2 - 4 / 9) / 6)


def test_offers_without_a_model_by_hand() -> None:
    curve = decision_curve(LABELS, PROBABILITIES)

    assert curve.thresholds.tolist() == list(THRESHOLDS) == [0.05, 0.10, 0.15, 0.20]
    assert curve.everyone == pytest.approx(
        [(2 - 4 * price) / 6 for price in (1 / 19, 1 / 9, 3 / 17, 1 / 4)]
    )
    assert curve.nobody.tolist() == [0, 0, 0, 0]
    assert curve.model[0] == curve.everyone[0]


@pytest.mark.parametrize("decimals", [2, 12], ids="to {} decimals".format)
def test_decision_curves_equal_those_of_dcurves(decimals: int) -> None:
    random = np.random.default_rng(8)
    p = random.beta(1, 8, 3000).round(decimals)
    y = random.random(3000) < p

    curve = decision_curve(y, p)

    table = dcurves.dca(
        data=pd.DataFrame({"y": y.astype(int), "model": p}),
        outcome="y",
        modelnames=["model"],
        thresholds=list(THRESHOLDS),
    ).pivot_table(index="threshold", columns="model", values="net_benefit")
    for name, column in (("model", "model"), ("everyone", "all"), ("nobody", "none")):
        expected = table[column].to_numpy()
        np.testing.assert_allclose(getattr(curve, name), expected, atol=1e-12)


@pytest.mark.parametrize("threshold", [0, 1, -0.1, 2, np.nan])
def test_a_threshold_outside_0_and_1_is_refused(threshold: float) -> None:
    with pytest.raises(SettingRefusedError, match="threshold"):
        net_benefit(LABELS, PROBABILITIES, threshold)


def test_a_model_that_knows_everything_brings_the_prevalence_at_any_threshold() -> None:
    curve = decision_curve(LABELS, LABELS)

    assert curve.model == pytest.approx([1 / 3] * 4)


hundredths = st.integers(1, 99).map(lambda count: count / 100)
rows = st.lists(st.tuples(st.integers(0, 1), hundredths), max_size=30).map(
    lambda drawn: zip((0, 0.3), (1, 0.4), *drawn, strict=True)
)


@given(rows, hundredths)
def test_net_benefit_lies_between_its_bounds(drawn, threshold: float) -> None:
    y, p = drawn

    value = net_benefit(y, p, threshold)

    assert -threshold / (1 - threshold) <= value <= np.mean(y) + 1e-12


@given(rows, hundredths)
def test_an_offer_to_everyone_or_nobody_is_a_constant_model(
    drawn, threshold: float
) -> None:
    y, p = drawn
    curve = decision_curve(y, [1.0] * len(p), [threshold])

    assert curve.model == pytest.approx(curve.everyone)
    assert net_benefit(y, [0.0] * len(p), threshold) == 0
