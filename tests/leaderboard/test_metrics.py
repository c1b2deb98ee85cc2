from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from leaderboard.calibration import (
    calibration_intercept,
    calibration_slope,
    observed_expected,
)
from leaderboard.discrimination import (
    auroc,
    average_precision,
    recall_at_capacity,
    selected_share,
)
from leaderboard.errors import ProbabilitiesRefusedError, SettingRefusedError
from leaderboard.metrics import METRICS, brier, scaled_brier

LABELS = [1, 0, 1, 0, 0, 0]
PROBABILITIES = [0.9, 0.8, 0.6, 0.6, 0.2, 0.1]


def test_six_rows_by_hand() -> None:
    # Squares: .01 .64 .16 .36 .04 .01; prevalence 1/3, variance 2/9.
    assert brier(LABELS, PROBABILITIES) == pytest.approx(1.22 / 6)
    assert scaled_brier(LABELS, PROBABILITIES) == pytest.approx(1 - 1.22 / 6 * 9 / 2)
    # 0.9 beats all four negatives; 0.6 loses one, ties one, beats two.
    assert auroc(LABELS, PROBABILITIES) == pytest.approx(6.5 / 8)
    # Precision 1 at recall 1/2; the tie ends with 2 of 4.
    assert average_precision(LABELS, PROBABILITIES) == pytest.approx(0.75)
    # Half of six is three rows: 0.9, 0.8, and half of each that ties at 0.6.
    assert recall_at_capacity(LABELS, PROBABILITIES, 0.5) == pytest.approx(0.75)
    assert observed_expected(LABELS, PROBABILITIES) == pytest.approx(2 / 3.2)


@pytest.mark.parametrize("decimals", [1, 2, 12], ids="to {} decimals".format)
def test_point_metrics_equal_scikit_learn(decimals: int) -> None:
    random = np.random.default_rng(3)
    p = random.random(2000).round(decimals)
    y = random.random(2000) < p

    assert brier(y, p) == pytest.approx(brier_score_loss(y, p), abs=1e-12)
    assert auroc(y, p) == pytest.approx(roc_auc_score(y, p), abs=1e-12)
    assert average_precision(y, p) == pytest.approx(
        average_precision_score(y, p), abs=1e-12
    )


def test_calibration_equals_an_unpenalised_logistic_regression() -> None:
    random = np.random.default_rng(4)
    x = random.normal(-2, 1, 3000)
    y = random.random(3000) < expit(0.4 + 0.7 * x)
    fit = LogisticRegression(C=np.inf, tol=1e-10).fit(x[:, None], y)

    slope = calibration_slope(y, expit(x))
    intercept = calibration_intercept(y, expit(x))

    assert slope == pytest.approx(fit.coef_[0, 0], abs=1e-4)
    # The defining equation of the intercept: expected equals observed.
    assert expit(x + intercept).sum() == pytest.approx(y.sum(), rel=1e-9)


def test_probabilities_are_clipped_before_their_odds_are_taken() -> None:
    y = [0, 0, 0, 1, 1, 1, 0, 1]
    far = [0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.3, 0.4]
    clipped = np.clip(far, 1e-3, 1 - 1e-3)

    assert calibration_slope(y, far) == calibration_slope(y, clipped)
    assert calibration_intercept(y, far) == calibration_intercept(y, clipped)


@pytest.mark.parametrize("level", [0.0, 0.2, 1.0])
def test_a_constant_has_an_intercept_and_no_slope(level: float) -> None:
    y = [0, 1, 1, 1]
    clipped = min(max(level, 1e-3), 1 - 1e-3)

    assert math.isnan(calibration_slope(y, [level] * 4))
    assert calibration_intercept(y, [level] * 4) == pytest.approx(
        logit(0.75) - logit(clipped)
    )


def test_separated_outcomes_have_no_finite_slope() -> None:
    assert math.isnan(calibration_slope([0, 0, 1, 1], [0.1, 0.2, 0.6, 0.7]))


def test_expecting_nobody_gives_a_large_finite_ratio() -> None:
    assert observed_expected([0, 1], [0, 0]) == pytest.approx(500)


@pytest.mark.parametrize("capacity", [0, 1, -0.1, np.nan])
def test_a_capacity_outside_0_and_1_is_refused(capacity: float) -> None:
    with pytest.raises(SettingRefusedError, match="capacity"):
        recall_at_capacity(LABELS, PROBABILITIES, capacity)


def test_a_selection_needs_numbers() -> None:
    with pytest.raises(ProbabilitiesRefusedError, match="not numbers"):
        selected_share(["high", "low"])


probabilities = st.lists(
    st.integers(0, 20).map(lambda twentieths: twentieths / 20), min_size=2, max_size=40
)


@given(probabilities, st.floats(0.01, 0.99))
def test_the_selection_fills_the_capacity_exactly(
    p: list[float], capacity: float
) -> None:
    share = selected_share(p, capacity)

    assert share.sum() == pytest.approx(capacity * len(p))
    assert np.all((share >= 0) & (share <= 1))
    assert np.all(np.diff(share[np.argsort(p)]) >= 0)


@given(probabilities, st.data())
def test_a_monotone_transform_leaves_the_ranking_metrics(
    p: list[float], data: st.DataObject
) -> None:
    rows = [
        0,
        1,
        *data.draw(st.lists(st.integers(0, 1), min_size=(n := len(p) - 2), max_size=n)),
    ]
    stretched = np.square(p)

    for metric in (auroc, average_precision, recall_at_capacity):
        assert metric(rows, stretched) == metric(rows, p)


@given(probabilities, st.data())
def test_duplicating_everyone_leaves_every_metric(
    p: list[float], data: st.DataObject
) -> None:
    rows = [
        0,
        1,
        *data.draw(st.lists(st.integers(0, 1), min_size=(n := len(p) - 2), max_size=n)),
    ]

    for name, metric in METRICS.items():
        once, twice = metric.function(rows, p), metric.function(rows * 2, p * 2)
        assert twice == pytest.approx(once, abs=1e-6, nan_ok=True), name


@given(probabilities, st.data())
def test_every_metric_stays_within_its_bounds(
    p: list[float], data: st.DataObject
) -> None:
    rows = [
        0,
        1,
        *data.draw(st.lists(st.integers(0, 1), min_size=(n := len(p) - 2), max_size=n)),
    ]

    for metric in METRICS.values():
        value = metric.function(rows, p)
        assert math.isnan(value) or metric.low <= value <= metric.high + 1e-12


def test_directions_and_targets_agree() -> None:
    for name, metric in METRICS.items():
        assert metric.name == name
        assert (metric.target is not None) == (metric.direction == "target")
        assert metric.meaning.endswith(".")
