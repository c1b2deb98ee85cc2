"""Laws that every metric obeys, whatever it measures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from leaderboard.metrics import AREA_METRICS, METRICS, Metric

RANKING = ("auroc", "average_precision", "recall_at_capacity", "precision_at_capacity")
CORRECTED = ("ece",)  # for chance, of which twice the rows leave less

Rows = tuple[list[int], list[float]]

rows = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 20)), min_size=0, max_size=38
).map(
    lambda drawn: (
        [0, 1, *(label for label, _ in drawn)],
        [0.35, 0.4, *(twentieths / 20 for _, twentieths in drawn)],
    )
)


@given(rows)
def test_every_metric_stays_within_its_bounds(drawn: Rows) -> None:
    for name, metric in METRICS.items():
        value = metric.function(*drawn)
        inside = metric.low - 1e-12 <= value <= metric.high + 1e-12
        assert math.isnan(value) or inside, name


@given(rows, st.randoms(use_true_random=False))
def test_no_order_of_the_rows_matters(drawn: Rows, random) -> None:
    pairs = list(zip(*drawn, strict=True))
    random.shuffle(pairs)

    for name, metric in METRICS.items():
        shuffled = metric.function(*zip(*pairs, strict=True))
        straight = metric.function(*drawn)
        assert shuffled == pytest.approx(straight, abs=1e-6, nan_ok=True), name


@given(rows)
def test_duplicating_everyone_leaves_every_metric(drawn: Rows) -> None:
    y, p = drawn

    for name, metric in METRICS.items():
        once, twice = metric.function(y, p), metric.function(y * 2, p * 2)
        if name not in CORRECTED:
            assert twice == pytest.approx(once, abs=1e-6, nan_ok=True), name


@given(rows)
def test_a_monotone_transform_leaves_the_ranking_metrics(drawn: Rows) -> None:
    y, p = drawn

    for name in RANKING:
        if name in METRICS:
            metric = METRICS[name].function
            assert metric(y, np.square(p)) == metric(y, p)


@given(rows)
def test_swapping_the_classes_turns_the_metrics_around(drawn: Rows) -> None:
    y, p = drawn
    other = [1 - label for label in y], [1 - probability for probability in p]

    for name in ("brier", "scaled_brier", "auroc", "calibration_slope"):
        metric = METRICS[name].function
        assert metric(*other) == pytest.approx(metric(y, p), abs=1e-6, nan_ok=True)
    intercept = METRICS["calibration_intercept"].function
    assert intercept(*other) == pytest.approx(-intercept(y, p), abs=1e-6)


def best_and_worst(metric: Metric) -> tuple[float, float]:
    """Measure the true outcomes, and their opposite, as probabilities."""
    y = np.array([0, 0, 0, 0, 0, 0, 0, 0, 0, 1] * 2)
    return metric.function(y, y), metric.function(y, 1 - y)


@pytest.mark.parametrize("name", METRICS)
def test_the_truth_is_better_than_its_opposite(name: str) -> None:
    metric = METRICS[name]
    best, worst = best_and_worst(metric)

    match metric.direction:
        case "higher":
            assert best > worst
        case "lower":
            assert best < worst
        case "target" if name == "calibration_slope":
            # Separated outcomes have no finite slope.
            assert math.isnan(best)
            assert math.isnan(worst)
        case "target":
            assert abs(best - metric.target) < abs(worst - metric.target)


def test_recalibrating_meets_every_target() -> None:
    random = np.random.default_rng(4)
    x = random.normal(-2, 1, 3000)
    y = random.random(3000) < expit(0.4 + 0.7 * x)
    slope = METRICS["calibration_slope"].function(y, expit(x))
    stretched = expit(slope * x)
    shift = METRICS["calibration_intercept"].function(y, stretched)
    mended = expit(logit(stretched) + shift)

    for metric in METRICS.values():
        if metric.direction == "target":
            assert metric.function(y, mended) == pytest.approx(metric.target, abs=2e-3)


def test_every_metric_says_what_it_is_and_who_defined_it() -> None:
    for registry in (METRICS, AREA_METRICS):
        for name, metric in registry.items():
            assert metric.name == name
            assert metric.low < metric.high
            assert metric.direction in {"higher", "lower", "target"}
            assert (metric.target is not None) == (metric.direction == "target")
            assert metric.meaning.endswith(".")
            assert any(digit in metric.meaning for digit in "01")
            assert metric.reference.partition("(")[2][:4].isdigit()
            # In full where the formula stands.
            assert "References\n" in metric.function.__doc__


def test_only_a_metric_whose_digits_tell_labels_is_kept_from_the_live_board() -> None:
    hidden = {name for name, metric in METRICS.items() if not metric.live}

    assert hidden <= {"log_loss"}
