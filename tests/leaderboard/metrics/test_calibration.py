from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from statsmodels.api import Logit, add_constant

from leaderboard.metrics.calibration import (
    calibration_intercept,
    calibration_slope,
    clipped_logit,
    observed_expected,
    recalibrate,
)
from leaderboard.rows import Vector

LABELS = [1, 0, 1, 0, 0, 0]
PROBABILITIES = [0.9, 0.8, 0.6, 0.6, 0.2, 0.1]


def drawn() -> tuple[Vector, Vector]:
    """Labels, and probabilities that are too low and too timid."""
    random = np.random.default_rng(4)
    x = random.normal(-2, 1, 3000)
    return (random.random(3000) < expit(0.4 + 0.7 * x)).astype(float), expit(x)


def test_six_rows_by_hand() -> None:
    assert observed_expected(LABELS, PROBABILITIES) == pytest.approx(2 / 3.2)
    # Three of four where one half was said: log odds of 3 against 0.
    assert calibration_intercept([1, 1, 1, 0], [0.5] * 4) == pytest.approx(math.log(3))
    # Two levels are fitted exactly: 1/3 at 0.2, 2/3 at 0.8.
    assert calibration_slope(
        [1, 0, 0, 1, 1, 0], [0.2, 0.2, 0.2, 0.8, 0.8, 0.8]
    ) == pytest.approx(math.log(2) / math.log(4))


def test_calibration_equals_an_unpenalised_logistic_regression() -> None:
    y, p = drawn()
    fit = LogisticRegression(C=np.inf, tol=1e-10).fit(logit(p)[:, None], y)
    exact = Logit(y, add_constant(logit(p))).fit(tol=1e-14, disp=False)

    # Scikit-learn stops early; statsmodels goes on as we do.
    assert calibration_slope(y, p) == pytest.approx(fit.coef_[0, 0], abs=1e-4)
    assert recalibrate(y, p) == pytest.approx(exact.params, abs=1e-12)
    # The defining equation of the intercept: expected equals observed.
    moved = expit(logit(p) + calibration_intercept(y, p))
    assert moved.sum() == pytest.approx(y.sum(), rel=1e-9)


def test_recalibrating_sets_the_intercept_to_0_and_the_slope_to_1() -> None:
    y, p = drawn()
    intercept, slope = recalibrate(y, p)

    mended = expit(intercept + slope * clipped_logit(p))

    assert calibration_intercept(y, mended) == pytest.approx(0, abs=1e-8)
    assert calibration_slope(y, mended) == pytest.approx(1, abs=1e-8)
    assert observed_expected(y, mended) == pytest.approx(1, abs=1e-8)


def test_shifting_and_shrinking_log_odds_moves_the_fit_the_other_way() -> None:
    y, p = drawn()
    timid = expit(logit(p) / 2)

    assert calibration_slope(y, timid) == pytest.approx(
        calibration_slope(y, p) * 2, rel=1e-3
    )
    assert calibration_intercept(y, expit(logit(p) - 0.5)) == pytest.approx(
        calibration_intercept(y, p) + 0.5, rel=1e-3
    )


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
