from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import metrics as oracle

from leaderboard.metrics.losses import brier, log_loss, scaled_brier

LABELS = [1, 0, 1, 0, 0, 0]
PROBABILITIES = [0.9, 0.8, 0.6, 0.6, 0.2, 0.1]


def test_six_rows_by_hand() -> None:
    # Squares: .01 .64 .16 .36 .04 .01; prevalence 1/3, variance 2/9.
    assert brier(LABELS, PROBABILITIES) == pytest.approx(1.22 / 6)
    assert scaled_brier(LABELS, PROBABILITIES) == pytest.approx(1 - 1.22 / 6 * 9 / 2)
    # What was said of what came true: .9 .2 .6 .4 .8 .9, together .031104.
    assert log_loss(LABELS, PROBABILITIES) == pytest.approx(-math.log(0.031104) / 6)


@pytest.mark.parametrize("decimals", [1, 2, 12], ids="to {} decimals".format)
def test_losses_equal_those_of_scikit_learn(decimals: int) -> None:
    random = np.random.default_rng(3)
    p = random.random(2000).round(decimals)
    y = random.random(2000) < p
    clipped = np.clip(p, 1e-3, 1 - 1e-3)

    assert brier(y, p) == pytest.approx(oracle.brier_score_loss(y, p), abs=1e-12)
    assert log_loss(y, p) == pytest.approx(oracle.log_loss(y, clipped), abs=1e-12)


@pytest.mark.parametrize("loss", [brier, log_loss])
def test_a_loss_is_least_for_who_says_what_is_true(loss) -> None:
    random = np.random.default_rng(5)
    truth = random.uniform(0.05, 0.95, 20_000)
    y = random.random(20_000) < truth
    honest = loss(y, truth)

    for said in (truth**2, np.sqrt(truth), np.clip(truth + 0.1, 0, 1), truth.round()):
        assert loss(y, said) > honest


def test_one_certain_mistake_costs_a_bounded_surprise() -> None:
    assert log_loss([0, 1], [1, 0]) == pytest.approx(-math.log(1e-3))
    assert log_loss([0, 1], [0, 1]) == pytest.approx(-math.log(0.999))
