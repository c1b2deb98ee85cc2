from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import norm
from scipy.stats import t as student
from sklearn.metrics import brier_score_loss, roc_auc_score

from leaderboard.errors import (
    ClustersRefusedError,
    LengthMismatchError,
    SettingRefusedError,
)
from leaderboard.transport.municipalities import (
    Forest,
    Municipality,
    Predictions,
    forest,
)
from leaderboard.transport.pooling import pool

AUROC = float(norm.cdf(0.5**0.5))  # two normals, one standard deviation apart


def draw(
    names: str, *, clusters: int = 8, size: int = 40, seed: int = 1, uneven: float = 0.0
) -> Predictions:
    """Rows of known AUROC and an observed / expected of 1 in every municipality."""
    random = np.random.default_rng(seed)
    areas = np.repeat(list(names), clusters * size)
    places = np.repeat(np.arange(len(names) * clusters), size)
    rate = 0.3 + uneven * random.choice([-1, 1], places.max() + 1)[places]
    labels = random.random(len(areas)) < rate
    strength = random.normal(labels, 1.0)
    # Bayes: log odds of a positive given its strength.
    probabilities = expit(logit(0.3) + strength - 0.5)
    return Predictions(labels, probabilities, areas, places.astype(str))


def cut(rows: Predictions, keep: Any) -> Predictions:
    columns = ("labels", "probabilities", "areas", "clusters")
    return Predictions(*(np.asarray(getattr(rows, name))[keep] for name in columns))


def line(found: Forest, name: str) -> Municipality:
    return next(one for one in found.municipalities if one.name == name)


def test_every_municipality_of_both_sets_has_a_line() -> None:
    found = forest(draw("ba"), draw("dc", seed=2))

    assert [(one.name, one.held_out) for one in found.municipalities] == [
        ("a", False),
        ("b", False),
        ("c", True),
        ("d", True),
    ]
    assert {one.clusters for one in found.municipalities} == {8}
    assert {one.rows for one in found.municipalities} == {320}


ORACLES: dict[str, Callable[[Any, Any], float]] = {
    "auroc": roc_auc_score,
    "observed_expected": lambda y, p: y.sum() / p.sum(),
    "scaled_brier": lambda y, p: (
        1 - brier_score_loss(y, p) / (y.mean() * (1 - y.mean()))
    ),
}


@pytest.mark.parametrize("metric", ORACLES)
def test_a_line_equals_a_jackknife_in_plain_loops(metric: str) -> None:
    rows = draw("ab")
    y, p = np.asarray(rows.labels)[:320], np.asarray(rows.probabilities)[:320]
    there, back = {
        "auroc": (logit, expit),
        "observed_expected": (np.log, np.exp),
        "scaled_brier": (float, float),
    }[metric]
    score = ORACLES[metric]
    left_out = [
        there(
            score(
                np.delete(y, slice(first, first + 40)),
                np.delete(p, slice(first, first + 40)),
            )
        )
        for first in range(0, 320, 40)
    ]
    error = np.sqrt(7 / 8 * sum((value - np.mean(left_out)) ** 2 for value in left_out))
    reach = student.ppf(0.975, 7) * error

    found = line(forest(rows, draw("c"), metric=metric), "a")

    assert found.error == pytest.approx(error)
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(score(y, p))
    assert found.estimate.low == pytest.approx(back(there(score(y, p)) - reach))
    assert found.estimate.high == pytest.approx(back(there(score(y, p)) + reach))


@pytest.mark.parametrize("metric", ORACLES)
def test_from_five_municipalities_on_there_is_a_mean_and_a_prediction(
    metric: str,
) -> None:
    found = forest(draw("abc"), draw("de", seed=2), metric=metric)

    assert (found.pooled, found.clusters) == (5, 40)
    assert found.mean is not None
    assert found.prediction is not None
    assert found.prediction.low is not None
    assert found.mean.low is not None
    assert found.prediction.low < found.mean.low < found.mean.value
    values = [one.estimate.value for one in found.municipalities if one.estimate]
    assert min(values) < found.mean.value < max(values)


def test_the_mean_is_pooled_on_the_log_odds() -> None:
    found = forest(draw("abc"), draw("de", seed=2))

    over = pool(
        [logit(one.estimate.value) for one in found.municipalities if one.estimate],
        [one.error for one in found.municipalities if one.error],
    )

    assert over is not None
    assert found.mean is not None
    assert found.mean.value == pytest.approx(expit(over.mean))
    assert found.mean.high == pytest.approx(expit(over.high))
    assert found.spread == pytest.approx(over.spread)


def test_below_five_municipalities_nothing_is_pooled() -> None:
    found = forest(draw("ab"), draw("cd"))

    assert (found.mean, found.prediction, found.spread) == (None, None, None)
    assert found.pooled == 4


def test_few_positives_are_marked_and_fewer_are_suppressed() -> None:
    rows = draw("abcd", clusters=5, size=50)
    labels = np.asarray(rows.labels).copy()
    for area, positives in (("b", 49), ("c", 9), ("d", 10)):
        inside = np.flatnonzero(np.asarray(rows.areas) == area)
        labels[inside] = False
        labels[inside[:: len(inside) // positives][:positives]] = True

    found = forest(replace(rows, labels=labels), draw("efg"))

    assert not line(found, "a").imprecise
    assert line(found, "b").imprecise
    assert line(found, "b").positives == 50
    assert line(found, "b").estimate is not None
    assert line(found, "c") == Municipality("c", held_out=False, suppressed=True)
    # The total would give c away, so the next smallest goes with it.
    assert line(found, "d").suppressed
    assert found.pooled == 5


def test_too_few_negatives_are_suppressed_as_well() -> None:
    rows = draw("abc")
    labels = np.asarray(rows.labels).copy()
    labels[:320] = True
    labels[:9] = False

    assert line(forest(replace(rows, labels=labels), draw("d")), "a").suppressed


def test_below_five_neighbourhoods_there_is_no_interval_and_no_weight() -> None:
    found = forest(draw("ab", clusters=4, size=80), draw("cdefg"))

    few = line(found, "a")
    assert few.estimate is not None
    assert (few.estimate.low, few.error, few.clusters) == (None, None, 4)
    assert found.pooled == 5


def test_where_one_neighbourhood_holds_all_cases_there_is_no_interval() -> None:
    rows = draw("a")
    labels = np.asarray(rows.clusters) == "3"

    found = line(forest(replace(rows, labels=labels), draw("b")), "a")

    assert found.estimate is not None
    assert found.estimate.low is None


@pytest.mark.parametrize("share", [0.3, None], ids=["constant", "perfect"])
def test_a_model_that_no_neighbourhood_changes_carries_no_weight(
    share: float | None,
) -> None:
    rows = draw("a")
    labels = np.asarray(rows.labels).astype(float)
    probabilities = labels if share is None else np.full(len(labels), share)

    found = line(forest(replace(rows, probabilities=probabilities), draw("b")), "a")

    assert found.estimate is not None
    assert (found.estimate.low, found.error) == (None, None)


def test_rows_without_a_municipality_take_no_part() -> None:
    rows = draw("ab")
    lost = cut(rows, slice(0, 300))
    both = Predictions(
        np.concatenate([rows.labels, lost.labels]),
        np.concatenate([rows.probabilities, lost.probabilities]),
        np.concatenate([np.asarray(rows.areas, dtype=object), np.full(300, None)]),
        np.concatenate([rows.clusters, lost.clusters]),
    )

    assert forest(both, draw("c")) == forest(rows, draw("c"))


def test_the_order_of_rows_leaves_no_trace() -> None:
    rows = draw("abc")
    mixed = cut(rows, np.random.default_rng(0).permutation(960))

    assert forest(mixed, draw("de")) == forest(rows, draw("de"))


def test_renaming_neighbourhoods_changes_nothing_but_rounding() -> None:
    rows = draw("abc")
    renamed = replace(rows, clusters=np.char.add("x", np.asarray(rows.clusters)))

    found, other = forest(rows, draw("de")), forest(renamed, draw("de"))

    assert found.spread == pytest.approx(other.spread)
    assert line(found, "a").error == pytest.approx(line(other, "a").error)


def test_a_monotone_transform_leaves_every_auroc_as_it_is() -> None:
    rows = draw("abc")
    bent = replace(rows, probabilities=np.asarray(rows.probabilities) ** 2)

    assert forest(bent, draw("de")) == forest(rows, draw("de"))


def test_the_plain_data_are_strict_json() -> None:
    found = forest(draw("abc", clusters=4, size=80), draw("d"))

    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))

    assert plain["metric"] == "auroc"
    assert plain["municipalities"][0]["name"] == "a"
    assert plain["municipalities"][0]["estimate"]["low"] is None


def test_another_metric_is_refused() -> None:
    with pytest.raises(SettingRefusedError, match="auroc, observed_expected"):
        forest(draw("a"), draw("b"), metric="recall_at_capacity")


@pytest.mark.parametrize("column", ["areas", "clusters"])
def test_columns_of_another_length_are_refused(column: str) -> None:
    with pytest.raises(LengthMismatchError, match=column):
        forest(replace(draw("a"), **{column: ["x"]}), draw("b"))


def test_a_row_without_a_neighbourhood_is_refused() -> None:
    rows = draw("a")
    clusters = np.asarray(rows.clusters, dtype=object)
    clusters[:3] = None

    with pytest.raises(ClustersRefusedError, match="3 rows"):
        forest(draw("b"), replace(rows, clusters=clusters))


def covered(
    metric: str,
    truth: float,
    *,
    sets: int,
    clusters: int,
    seed: int,
    uneven: float = 0.0,
) -> float:
    """Share of municipalities whose interval holds the truth."""
    shape = {"clusters": clusters, "uneven": uneven}
    lines = [
        one
        for number in range(sets)
        for one in forest(
            draw("abcdefgh", **shape, seed=seed + 2 * number),
            draw("ijklmnop", **shape, seed=seed + 2 * number + 1),
            metric=metric,
        ).municipalities
    ]
    inside = [
        one.estimate.low <= truth <= one.estimate.high
        for one in lines
        if one.estimate
        and one.estimate.low is not None
        and one.estimate.high is not None
    ]
    return float(np.mean(inside))


def test_an_interval_holds_the_true_auroc_as_often_as_said() -> None:
    # Two standard errors of 96 intervals are 4.4 points.
    assert covered("auroc", AUROC, sets=6, clusters=6, seed=10) >= 0.9


@pytest.mark.full
@pytest.mark.parametrize("clusters", [5, 8, 20])
@pytest.mark.parametrize(
    ("metric", "truth", "uneven"),
    [("auroc", AUROC, 0.0), ("observed_expected", 1.0, 0.1)],
    ids=["auroc", "observed_expected with uneven neighbourhoods"],
)
def test_intervals_cover_with_few_and_with_many_neighbourhoods(
    metric: str, truth: float, uneven: float, clusters: int
) -> None:
    # 2,048 intervals: two standard errors are a point.
    found = covered(
        metric, truth, sets=128, clusters=clusters, seed=1000, uneven=uneven
    )

    assert 0.93 <= found <= 0.98
