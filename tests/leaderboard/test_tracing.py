from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import dcurves
import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score, roc_curve

from leaderboard import Scorecard, publish, release, score
from leaderboard.curves import Bar, Bin, Curves
from leaderboard.disclosure.curves import publish_curves
from leaderboard.tracing.benefits import THRESHOLDS
from leaderboard.tracing.points import POINTS


def traced(rows: object, probabilities: np.ndarray, **changes: object) -> Scorecard:
    given = {
        "groups": rows.groups,
        "clusters": rows.clusters,
        "areas": rows.areas,
        "replicates": 128,
        "curves": True,
        **changes,
    }
    return score(rows.labels, probabilities, **given)


@pytest.fixture
def card(households: Callable) -> Scorecard:
    rows = households(3000)
    return traced(rows, rows.noisy, reference=rows.truth)


def test_a_scorecard_has_curves_only_when_asked(households: Callable) -> None:
    rows = households(500)

    assert rows.score(rows.noisy).curves is None
    assert isinstance(traced(rows, rows.noisy).curves, Curves)


def test_curves_change_nothing_else(households: Callable) -> None:
    rows = households(500)

    with_curves = traced(rows, rows.noisy, seed=7)
    assert replace(with_curves, curves=None) == rows.score(rows.noisy)


@pytest.mark.parametrize("digits", [1, 2, 8])
def test_roc_points_lie_on_the_curve_of_scikit_learn(
    households: Callable, digits: int
) -> None:
    rows = households(3000)
    p = rows.noisy.round(digits)
    points = np.array(traced(rows, p).curves.roc)

    wrong, found, _ = roc_curve(rows.labels, p, drop_intermediate=False)
    exact = {(round(x, 4), round(y, 4)) for x, y in zip(wrong, found, strict=True)}
    assert {(x, y) for x, y in points.tolist()} <= exact
    assert points[0].tolist() == [0, 0]
    assert points[-1].tolist() == [1, 1]
    assert len(points) <= POINTS + 1
    assert (np.diff(points, axis=0) >= 0).all()


def test_the_thin_roc_keeps_its_area(households: Callable) -> None:
    rows = households(3000)
    curves = traced(rows, rows.noisy, reference=rows.truth).curves

    for points, p in ((curves.roc, rows.noisy), (curves.reference_roc, rows.truth)):
        area = np.trapezoid(*np.array(points).T[::-1])
        assert area == pytest.approx(roc_auc_score(rows.labels, p), abs=0.002)
    assert curves.reference_auroc == round(roc_auc_score(rows.labels, rows.truth), 4)


def test_ten_rows_or_more_lie_between_two_points_of_a_roc(card: Scorecard) -> None:
    negatives = card.rows - card.positives
    steps = np.diff(np.array(card.curves.roc), axis=0) @ [negatives, card.positives]

    assert (steps.round() >= 10).all()


def test_bins_are_those_of_scikit_learn_where_none_is_small(
    households: Callable,
) -> None:
    rows = households(3000)
    bins = traced(rows, rows.noisy).curves.bins

    observed, expected = calibration_curve(
        rows.labels, rows.noisy, n_bins=10, strategy="quantile"
    )
    # The lowest two hold too few positives to stand apart.
    assert len(bins) == 9
    assert bins[0].expected == pytest.approx(expected[:2].mean(), abs=1e-4)
    assert bins[0].observed.value == pytest.approx(observed[:2].mean(), abs=1e-4)
    for item, said, seen in zip(bins[1:], expected[2:], observed[2:], strict=True):
        assert item.expected == pytest.approx(said, abs=1e-4)
        assert item.observed.value == pytest.approx(seen, abs=1e-4)
    assert sum(b.rows for b in bins) == 3000
    for item in bins:
        assert item.observed.low <= item.observed.value <= item.observed.high


def test_bins_with_few_rows_of_a_class_are_joined(households: Callable) -> None:
    rows = households(800)
    rare = replace(rows, labels=rows.labels & (rows.truth > 0.4))
    bins = traced(rare, rows.truth).curves.bins

    assert 1 <= len(bins) < 10
    for item in bins:
        positives = item.observed.value * item.rows
        assert positives > 9.5
        assert item.rows - positives > 9.5
    assert sum(b.rows for b in bins) == 800


def test_bars_follow_the_histogram_and_none_is_small(card: Scorecard) -> None:
    bars = card.curves.bars

    assert all(bar.rows >= 10 for bar in bars)
    assert bars[0].low == 0
    assert [b.high for b in bars[:-1]] == [b.low for b in bars[1:]]
    assert sum(bar.rows for bar in bars) == 3000


def test_a_bar_counts_what_numpy_counts(households: Callable) -> None:
    rows = households(3000)
    bars = traced(rows, rows.noisy).curves.bars
    edges = [bars[0].low, *(bar.high for bar in bars)]

    # A probability on an edge belongs to the bar above it, as in a histogram.
    counts, _ = np.histogram(rows.noisy, edges)
    assert [bar.rows for bar in bars] == counts.tolist()


def test_net_benefit_is_that_of_dcurves(households: Callable) -> None:
    rows = households(3000)
    frame = pd.DataFrame({"y": rows.labels.astype(int), "model": rows.noisy})
    # dcurves offers from above a threshold, we from the threshold on.
    frame["model"] = np.nextafter(frame["model"], 1)
    given = dcurves.dca(
        data=frame, outcome="y", modelnames=["model"], thresholds=list(THRESHOLDS)
    )
    decision = traced(rows, rows.noisy).curves.decision

    for name, values in (
        ("model", [point.model.value for point in decision]),
        ("all", [point.everyone for point in decision]),
    ):
        expected = given[given["model"] == name].sort_values("threshold")
        assert values == pytest.approx(expected["net_benefit"].tolist(), abs=6e-5)
    assert [point.threshold for point in decision] == list(THRESHOLDS)


def test_decision_intervals_are_those_of_the_scorecard(card: Scorecard) -> None:
    point = next(p for p in card.curves.decision if p.threshold == 0.1)
    metric = card.metrics["net_benefit"]

    assert (point.model.low, point.model.high) == pytest.approx(
        (metric.low, metric.high), abs=1e-4
    )


def test_the_order_of_the_rows_leaves_no_trace(households: Callable) -> None:
    rows = households(800)
    order = np.random.default_rng(0).permutation(800)
    shuffled = replace(
        rows,
        labels=rows.labels[order],
        groups=rows.groups.iloc[order],
        clusters=rows.clusters[order],
        areas=rows.areas[order],
    )
    before = traced(rows, rows.noisy, reference=rows.truth)
    after = traced(shuffled, rows.noisy[order], reference=rows.truth[order])

    assert before.curves == after.curves


def test_rows_can_be_resampled_where_there_are_no_clusters(
    households: Callable,
) -> None:
    rows = households(500)
    curves = traced(rows, rows.noisy, clusters=None).curves

    assert curves.sites == ()
    assert all(point.model.low is not None for point in curves.decision)


def test_below_five_clusters_nothing_has_an_interval(households: Callable) -> None:
    rows = households(600, n_clusters=3)
    curves = traced(rows, rows.noisy).curves

    assert all(point.model.low is None for point in curves.decision)
    assert all(item.observed.low is None for item in curves.bins)


def test_places_are_measured_each_and_missing_ones_are_left_out(
    households: Callable,
) -> None:
    rows = households(3000)
    areas = np.where(rows.areas == "area 3", None, rows.areas)
    sites = traced(rows, rows.noisy, areas=areas).curves.sites

    assert [site.name for site in sites] == ["area 0", "area 1", "area 2"]
    for site in sites:
        mine = rows.areas == site.name
        expected = roc_auc_score(rows.labels[mine], rows.noisy[mine])
        assert site.estimate.value == round(expected, 4)
        assert site.estimate.low < expected < site.estimate.high
        assert not site.held_out


def test_from_five_places_on_they_have_a_mean(households: Callable) -> None:
    rows = households(3000)
    areas = np.char.add("area ", (np.arange(3000) % 6).astype(str))
    summary = traced(rows, rows.noisy, areas=areas).curves.summary

    assert summary.pooled == 6
    assert summary.prediction.low < summary.mean.low < summary.mean.value
    assert traced(rows, rows.noisy).curves.summary is None


def test_a_constant_model_has_one_bin_one_bar_and_the_diagonal(
    households: Callable,
) -> None:
    rows = households(500)
    curves = traced(rows, np.full(500, 0.2)).curves

    assert curves.roc == ((0, 0), (1, 1))
    assert len(curves.bins) == len(curves.bars) == 1
    assert publish(traced(rows, np.full(500, 1.0)), curves=True).curves


def test_json_brings_curves_back_and_reads_cards_without_them(card: Scorecard) -> None:
    assert Scorecard.from_json(card.to_json()).curves == card.curves
    plain = json.loads(card.to_json())
    del plain["curves"]
    assert Scorecard.from_json(json.dumps(plain)) == replace(card, curves=None)


def test_curves_stay_in_unless_asked_for(card: Scorecard) -> None:
    assert publish(card).curves is None
    assert publish(card, live=False).curves is None
    assert publish(card, curves=True).curves is not None


def test_only_of_practice_rows_do_curves_leave(card: Scorecard) -> None:
    assert release(card, "team", "open", rows="practice").curves is not None
    assert release(card, "team", "closed", rows="board").curves is None
    assert release(card, "juror", "jury", rows="final").curves is None


def test_published_curves_rest_on_counts_of_five(card: Scorecard) -> None:
    curves = publish(card, curves=True).curves
    positives = 5 * round(card.positives / 5)

    for item in (*curves.bins, *curves.bars):
        assert item.rows % 5 == 0
    for item in curves.bins:
        count = item.observed.value * item.rows
        assert count == pytest.approx(5 * round(count / 5), abs=1e-6)
    for _, found in (*curves.roc, *curves.reference_roc):
        assert found * positives == pytest.approx(
            5 * round(found * positives / 5), abs=0.1
        )
    for point in curves.decision:
        assert point.model.value == round(point.model.value, 3)
        assert point.model.low <= point.model.value <= point.model.high


def test_published_curves_stay_near_the_exact_ones(card: Scorecard) -> None:
    exact, shown = card.curves, publish(card, curves=True).curves

    for before, after in zip(exact.decision, shown.decision, strict=True):
        assert after.model.value == pytest.approx(before.model.value, abs=2e-3)
        assert after.everyone == pytest.approx(before.everyone, abs=2e-3)
        assert after.reference == pytest.approx(before.reference, abs=2e-3)
    grid = np.linspace(0, 1, 21)
    one, other = (np.interp(grid, *np.array(c.roc).T) for c in (exact, shown))
    assert np.abs(one - other).max() < 0.02


def test_a_set_with_a_class_below_ten_shows_no_curve(households: Callable) -> None:
    rows = households(200)
    labels = np.zeros(200, dtype=bool)
    labels[:9] = True

    card = traced(replace(rows, labels=labels), rows.noisy)
    assert card.curves.bins
    assert publish(card, curves=True).curves is None


def test_what_places_have_in_common_leaves_and_comes_back(households: Callable) -> None:
    rows = households(3000)
    areas = np.char.add("area ", (np.arange(3000) % 6).astype(str))
    exact = traced(rows, rows.noisy, areas=areas)
    shown = publish(exact, curves=True)

    assert Scorecard.from_json(exact.to_json()).curves == exact.curves
    assert Scorecard.from_json(shown.to_json()).curves == shown.curves
    whole = shown.curves.summary
    assert (whole.pooled, whole.clusters) == (6, exact.curves.summary.clusters)
    assert whole.mean.value == pytest.approx(exact.curves.summary.mean.value, abs=0.006)
    for site in shown.curves.sites:
        assert site.estimate.value == round(site.estimate.value, 2)


def test_what_is_small_or_hidden_already_stays_hidden(card: Scorecard) -> None:
    curves = replace(
        card.curves,
        bins=(Bin(0.12, None), *card.curves.bins),
        bars=(Bar(0.0, 0.1, 9), Bar(0.1, 0.2, None), Bar(0.2, 0.3, 12)),
    )
    shown = publish_curves(curves, rows=3000, positives=600)

    assert (shown.bins[0].observed, shown.bins[0].rows) == (None, None)
    assert [bar.rows for bar in shown.bars] == [None, None, 10]
