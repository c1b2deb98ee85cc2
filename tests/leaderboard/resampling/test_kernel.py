from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from importlib import import_module

import numpy as np
import pytest
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    log_loss,
    roc_auc_score,
)

from leaderboard.metrics import METRICS
from leaderboard.metrics.areas import area_recall
from leaderboard.metrics.discrimination import precision_at_capacity, recall_at_capacity
from leaderboard.metrics.utility import decision_curve
from leaderboard.resampling import compiled, passes, poisson_weights, resample
from leaderboard.resampling import kernel as kernel_module
from leaderboard.resampling.crossing import cross
from leaderboard.resampling.entries import contest, ledger, line_up, queue
from leaderboard.resampling.kernel import Kernel
from leaderboard.resampling.measures import Measures, Sample
from leaderboard.resampling.weights import LANES, draw_counts, row_keys

WAYS = [pytest.param(False, id="numpy"), pytest.param(True, id="numba")]
either_way = pytest.mark.parametrize("compiled", WAYS)
# To 1 decimal, most rows tie; to 12, none do.
any_ties = pytest.mark.parametrize("decimals", [1, 2, 12], ids="to {} decimals".format)
NAMES = [field.name for field in fields(Measures)]


def sample_of(households, decimals: int = 12, *, rows: bool = False) -> Sample:
    names, codes = np.unique(households.clusters, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    home = households.groups["home"].to_numpy() == "y"
    single = households.groups["single"].to_numpy().astype(bool)
    return Sample(
        labels=households.labels[order].astype(float),
        probabilities=households.noisy[order].round(decimals),
        clusters=np.arange(len(codes)) if rows else codes[order],
        cells=np.column_stack([home, single, ~single, home & single])[order],
        capacity=0.1,
        ranked=[0, 1, 3],
        names=None if rows else names.tolist(),
    )


def measure(sample: Sample, counts: np.ndarray, *, compiled: bool) -> Measures:
    """Measure under the given columns of counts, and no others."""
    block = np.zeros((len(counts), LANES), dtype=np.uint8)
    block[:, : counts.shape[1]] = counts
    measured = Kernel(sample, compiled=compiled).measure(block)
    return Measures.join([measured], counts.shape[1])


def same(one: Measures, other: Measures, names: list[str] = NAMES) -> None:
    for name in names:
        np.testing.assert_allclose(
            getattr(one, name), getattr(other, name), rtol=1e-12, atol=1e-12
        )


@either_way
@any_ties
def test_equal_counts_give_the_point_metrics(
    households, decimals: int, compiled: bool
) -> None:
    drawn = households()
    sample = sample_of(drawn, decimals)
    y, p = sample.labels, sample.probabilities

    measures = measure(sample, np.ones((60, 1)), compiled=compiled)

    for name in set(METRICS) & set(NAMES):
        expected = METRICS[name].function(y, p)
        assert getattr(measures, name)[0] == pytest.approx(expected, abs=1e-12), name
    curve = decision_curve(y, p).model
    assert measures.decision_curve[:, 0] == pytest.approx(curve, abs=1e-12)
    assert measures.area_recall[0] == pytest.approx(
        area_recall(y, p, sample.clusters), abs=1e-12
    )


@either_way
@any_ties
@pytest.mark.parametrize("rows", [False, True], ids=["clusters", "rows"])
def test_each_replicate_equals_scikit_learn_with_weights(
    households, decimals: int, rows: bool, compiled: bool
) -> None:
    sample = sample_of(households(1500), decimals, rows=rows)
    y, p = sample.labels, sample.probabilities
    counts = draw_counts(row_keys(sample.clusters.max() + 1, seed=5), 0)[:, :12]

    measures = measure(sample, counts, compiled=compiled)

    for replicate, weights in enumerate(counts.T):
        w = weights[sample.clusters].astype(float)
        brier = brier_score_loss(y, p, sample_weight=w)
        prevalence = np.average(y, weights=w)
        # The weights are whole numbers, so rows can simply be repeated.
        repeated = np.repeat(y, w.astype(int)), np.repeat(p, w.astype(int))
        expected = {
            "brier": brier,
            "scaled_brier": 1 - brier / (prevalence * (1 - prevalence)),
            "log_loss": log_loss(y, np.clip(p, 1e-3, 1 - 1e-3), sample_weight=w),
            "auroc": roc_auc_score(y, p, sample_weight=w),
            "average_precision": average_precision_score(y, p, sample_weight=w),
            "observed_expected": np.average(y, weights=w) / np.average(p, weights=w),
            "recall_at_capacity": recall_at_capacity(*repeated),
            "precision_at_capacity": precision_at_capacity(*repeated),
        }
        for name, value in expected.items():
            got = getattr(measures, name)[replicate]
            assert got == pytest.approx(value, abs=1e-12), name
        assert measures.decision_curve[:, replicate] == pytest.approx(
            decision_curve(*repeated).model, abs=1e-12
        )


@either_way
@any_ties
def test_each_group_in_each_replicate_equals_scikit_learn_with_weights(
    households, decimals: int, compiled: bool
) -> None:
    sample = sample_of(households(1500), decimals)
    y, p = sample.labels, sample.probabilities
    counts = draw_counts(row_keys(60, seed=5), 0)[:, :8]

    measures = measure(sample, counts, compiled=compiled)

    def auroc(rows: np.ndarray, w: np.ndarray) -> float:
        return float(roc_auc_score(y[rows], p[rows], sample_weight=w[rows]))

    for replicate, weights in enumerate(counts.T):
        w = weights[sample.clusters].astype(float)
        for place, cell in enumerate(sample.ranked):
            inside = sample.cells[:, cell]
            expected = {
                "cell_auroc": auroc(inside, w),
                "cell_bpsn": auroc(np.where(y == 1, ~inside, inside), w),
                "cell_bnsp": auroc(np.where(y == 1, inside, ~inside), w),
            }
            for name, value in expected.items():
                got = getattr(measures, name)[place, replicate]
                assert got == pytest.approx(value, abs=1e-12), name
        for cell, inside in enumerate(sample.cells.T):
            assert measures.cell_brier[cell, replicate] == pytest.approx(
                brier_score_loss(y[inside], p[inside], sample_weight=w[inside]),
                abs=1e-12,
            )


@either_way
def test_calibration_steps_stay_close_to_a_full_fit(households, compiled: bool) -> None:
    sample = sample_of(households(6000))
    counts = draw_counts(row_keys(60, seed=5), 0)[:, :20]

    measures = measure(sample, counts, compiled=compiled)

    for replicate in range(20):
        times = counts[sample.clusters, replicate]
        rows = np.repeat(sample.labels, times), np.repeat(sample.probabilities, times)
        for name in ("calibration_slope", "calibration_intercept"):
            full = METRICS[name].function(*rows)
            assert getattr(measures, name)[replicate] == pytest.approx(full, abs=0.01)


@either_way
def test_counts_of_a_cell_add_up_by_hand(compiled: bool) -> None:
    # Capacity .5 of 6 rows: the rows at .9 and .8, and half of both at .6.
    sample = Sample(
        labels=np.array([1.0, 0, 1, 0, 0, 0]),
        probabilities=np.array([0.9, 0.8, 0.6, 0.6, 0.2, 0.1]),
        clusters=np.array([0, 0, 0, 1, 1, 1]),
        cells=np.array([[True, False, True, True, False, False]]).T,
        capacity=0.5,
        ranked=[0],
    )

    measures = measure(sample, np.array([[1, 2], [1, 0]]), compiled=compiled)

    assert measures.rows.tolist() == [[3, 4]]
    assert measures.positives.tolist() == [[2, 4]]
    assert measures.expected == pytest.approx(np.array([[2.1, 3.0]]))
    # In the second replicate 3 of the 6 rows (.9 .9 .8 .8 .6 .6) fit.
    assert measures.selected == pytest.approx(np.array([[2.0, 2.0]]))
    assert measures.found == pytest.approx(np.array([[1.5, 2.0]]))
    assert measures.cell_brier == pytest.approx(np.array([[0.53 / 3, 0.34 / 4]]))
    # Inside, .9 and .6 stand against .6; in the second replicate against nobody.
    assert measures.cell_auroc[0] == pytest.approx([0.75, np.nan], nan_ok=True)
    # No positive stands outside; those inside stand against .8, .2 and .1.
    assert np.isnan(measures.cell_bpsn).all()
    assert measures.cell_bnsp == pytest.approx(np.array([[5 / 6, 1 / 2]]))


@either_way
@pytest.mark.parametrize("capacity", [0.35, 0.999], ids=["a third", "nearly all"])
def test_a_wide_capacity_reaches_far_down_the_rows(
    households, capacity: float, compiled: bool
) -> None:
    sample = replace(sample_of(households(5000), 3), capacity=capacity)
    counts = draw_counts(row_keys(60, seed=5), 0)[:, :8]

    measures = measure(sample, counts, compiled=compiled)

    for replicate, weights in enumerate(counts.T):
        times = weights[sample.clusters]
        rows = np.repeat(sample.labels, times), np.repeat(sample.probabilities, times)
        assert measures.recall_at_capacity[replicate] == pytest.approx(
            recall_at_capacity(*rows, capacity), abs=1e-12
        )


@either_way
def test_everyone_is_reached_where_there_is_room_for_all(compiled: bool) -> None:
    walks = import_module("leaderboard.resampling.compiled") if compiled else passes
    units = np.arange(3000, dtype=np.int32)
    line, values = line_up(units.astype(float)), np.ones((3000, 1))
    counts = draw_counts(row_keys(3000, seed=5), 0)

    inside = walks.select(
        queue(line, units, units % 2, values), counts, np.full(LANES, 1e6), 2
    )

    np.testing.assert_array_equal(inside[0, 0], counts[::2].sum(axis=0))
    np.testing.assert_array_equal(inside[1, 0], counts[1::2].sum(axis=0))


@either_way
def test_the_first_neighbourhoods_are_chosen_by_expected_share(compiled: bool) -> None:
    # Ten clusters of two rows; the one with the highest mean holds one of two.
    labels = np.zeros(20)
    labels[[5, 12]] = 1
    probabilities = np.full(20, 0.1)
    probabilities[4:6] = 0.4
    sample = Sample(
        labels=labels,
        probabilities=probabilities,
        clusters=np.repeat(np.arange(10), 2),
        cells=np.empty((20, 0), dtype=bool),
        capacity=0.1,
        names=list("abcdefghij"),
    )

    measures = measure(sample, np.ones((10, 1)), compiled=compiled)

    assert measures.area_recall.tolist() == [0.5]


@either_way
def test_an_empty_replicate_is_undefined_not_wrong(households, compiled: bool) -> None:
    measures = measure(sample_of(households(300)), np.zeros((60, 1)), compiled=compiled)

    counted = {"rows", "positives", "expected", "selected", "found"}
    # A step from the fit on all rows has nothing to stand on either.
    for name in set(NAMES) - counted:
        assert np.isnan(getattr(measures, name)).all(), name
    for name in counted:
        assert not getattr(measures, name).any(), name


@any_ties
@pytest.mark.parametrize("rows", [False, True], ids=["clusters", "rows"])
def test_both_ways_measure_the_same(households, decimals: int, rows: bool) -> None:
    sample = sample_of(households(), decimals, rows=rows)

    numpy, numba = (
        resample(sample, replicates=100, seed=3, compiled=compiled)
        for compiled in (False, True)
    )

    same(numpy.point, numba.point)
    same(numpy.replicates, numba.replicates)
    # What is made of counts alone is the same to the last bit.
    for name in ("auroc", "cell_auroc", "cell_bpsn", "cell_bnsp", "rows", "positives"):
        np.testing.assert_array_equal(
            getattr(numpy.replicates, name), getattr(numba.replicates, name)
        )


def test_many_wins_are_carried_over_before_they_overflow() -> None:
    """Every pair at once is more than 32 bits hold."""
    rows = np.arange(12_000, dtype=np.int32)
    labels, scores = (rows % 2).astype(float), -(rows // 3_000).astype(float)
    entries = contest(line_up(scores), rows, rows % 3, labels)
    counts = np.full((len(rows), LANES), 8, dtype=np.uint8)

    losses, precision = compiled.contend(entries, counts, 3)

    expected = passes.contend(entries, counts, 3)
    np.testing.assert_array_equal(losses, expected[0])
    np.testing.assert_allclose(precision, expected[1], rtol=1e-12)
    assert losses.sum(axis=(0, 1))[0] == 64 * 6_000**2


@pytest.mark.parametrize("name", ["draw", "add", "contend", "select", "select all"])
def test_the_compiled_passes_say_the_same_in_plain_python(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is compiled is read as Python too, with an early carry."""
    monkeypatch.setattr(compiled, "_MOST", 9_000)
    for part in ("_carry", "_credit"):
        monkeypatch.setattr(compiled, part, getattr(compiled, part).py_func)
    random = np.random.default_rng(4)
    units = np.arange(40, dtype=np.int32)
    cells, line = units % 3, line_up(random.random(40).round(1))
    labels, values = (random.random(40) < 0.4).astype(float), random.random((40, 2))
    counts = draw_counts(row_keys(40, seed=1), 0)
    room, enough = np.linspace(0, 20, LANES), np.full(LANES, 1e3)
    if name == "draw":
        found = np.empty_like(counts)
        with np.errstate(over="ignore"):
            compiled._draw.py_func(found, row_keys(40, seed=1), 0, compiled.POISSON)
        np.testing.assert_array_equal(found, counts)
        return
    arguments = {
        "add": (ledger(units, cells, values, n_cells=3), counts),
        "contend": (contest(line, units, cells, labels), counts, 3),
        "select": (queue(line, units, cells, values), counts, room, 3),
        "select all": (queue(line, units, cells, values), counts, enough, 3),
    }[name]

    function = name.partition(" ")[0]
    found = getattr(compiled, function).py_func(*arguments)

    for one, other in zip(found, getattr(passes, function)(*arguments), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


def test_what_cannot_be_kept_on_disk_is_compiled_all_the_same() -> None:
    nowhere: dict[str, Callable[[int], int]] = {}
    exec("def double(number):\n    return 2 * number", nowhere)

    assert compiled._compile(nowhere["double"])(21) == 42


@either_way
def test_groups_that_cut_too_finely_are_spread_over_several_passes(
    compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(2)
    sample = Sample(
        labels=(random.random(600) < 0.3).astype(float),
        probabilities=random.random(600).round(2),
        clusters=np.arange(600),
        cells=random.random((600, 9)) < 0.5,
        capacity=0.2,
        ranked=range(9),
    )
    counts = draw_counts(row_keys(600, seed=5), 0)[:, :3]
    assert len(cross(sample.cells, most=kernel_module.MOST_RANKED)) > 1

    together = measure(sample, counts, compiled=compiled)
    monkeypatch.setattr(kernel_module, "MOST_ADDED", 8)
    monkeypatch.setattr(kernel_module, "MOST_RANKED", 2)
    apart = measure(sample, counts, compiled=compiled)

    same(together, apart)
    for place in range(9):
        inside = sample.cells[:, place]
        assert together.cell_auroc[place, 1] == pytest.approx(
            roc_auc_score(
                sample.labels[inside],
                sample.probabilities[inside],
                sample_weight=counts[inside, 1],
            ),
            abs=1e-12,
        )


@either_way
def test_the_order_of_the_rows_does_not_matter(households, compiled: bool) -> None:
    sample = sample_of(households(), 2)
    order = np.random.default_rng(6).permutation(len(sample.labels))
    shuffled = replace(
        sample,
        labels=sample.labels[order],
        probabilities=sample.probabilities[order],
        clusters=sample.clusters[order],
        cells=sample.cells[order],
    )

    one, other = (
        resample(rows, replicates=64, seed=1, compiled=compiled)
        for rows in (sample, shuffled)
    )

    same(one.replicates, other.replicates)


@either_way
def test_the_numbers_of_the_clusters_do_not_matter(households, compiled: bool) -> None:
    """A cluster's weights follow its label, wherever that stands in the list."""
    sample = sample_of(households(), 2)
    order = np.random.default_rng(6).permutation(60)
    renumbered = replace(
        sample,
        clusters=np.argsort(order)[sample.clusters],
        names=np.array(sample.names)[order].tolist(),
    )

    one, other = (
        resample(rows, replicates=64, seed=1, compiled=compiled)
        for rows in (sample, renumbered)
    )

    same(one.replicates, other.replicates)


@either_way
@pytest.mark.parametrize("rows", [False, True], ids=["clusters", "rows"])
def test_what_has_no_names_is_weighted_by_its_number(
    households, rows: bool, compiled: bool
) -> None:
    sample = replace(sample_of(households(500), rows=rows), names=None)
    units = int(sample.clusters.max()) + 1
    weights = next(poisson_weights(units, replicates=64, seed=1))[sample.clusters]

    replicates = resample(sample, replicates=64, seed=1, compiled=compiled).replicates

    np.testing.assert_array_equal(replicates.rows, sample.cells.T @ weights)
    np.testing.assert_array_equal(
        replicates.positives, (sample.cells.T * sample.labels) @ weights
    )
    assert np.isnan(replicates.area_recall).all()


@either_way
def test_other_names_for_the_clusters_change_the_replicates_and_not_the_point(
    households, compiled: bool
) -> None:
    sample = sample_of(households())
    renamed = replace(sample, names=[f"new {name}" for name in sample.names or ()])

    one, other = (
        resample(rows, replicates=256, seed=1, compiled=compiled)
        for rows in (sample, renamed)
    )

    same(one.point, other.point)
    spread = one.replicates.auroc.std(), other.replicates.auroc.std()
    assert spread[0] != spread[1]
    assert spread[0] == pytest.approx(spread[1], rel=0.25)


@either_way
def test_everyone_twice_in_their_own_cluster_changes_no_measure(
    households, compiled: bool
) -> None:
    sample = sample_of(households(), 2)
    doubled = replace(
        sample,
        **{
            name: np.repeat(getattr(sample, name), 2, axis=0)
            for name in ("labels", "probabilities", "clusters", "cells")
        },
    )

    one, other = (
        resample(rows, replicates=64, seed=1, compiled=compiled)
        for rows in (sample, doubled)
    )

    counted = ["rows", "positives", "expected", "selected", "found"]
    same(one.replicates, other.replicates, [x for x in NAMES if x not in counted])
    for name in counted:
        np.testing.assert_allclose(
            2 * getattr(one.replicates, name), getattr(other.replicates, name)
        )


@either_way
def test_only_the_order_of_the_scores_matters_to_who_comes_first(
    households, compiled: bool
) -> None:
    sample = sample_of(households())
    squared = replace(sample, probabilities=sample.probabilities**2)

    one, other = (
        resample(rows, replicates=64, seed=1, compiled=compiled)
        for rows in (sample, squared)
    )

    ordered = ["auroc", "average_precision", "recall_at_capacity", "found", "selected"]
    ordered += ["cell_auroc", "cell_bpsn", "cell_bnsp", "precision_at_capacity"]
    same(one.replicates, other.replicates, ordered)


@either_way
def test_the_spread_of_the_replicates_is_that_of_delong(
    households, compiled: bool
) -> None:
    """Rows, so that both take them for independent; 300 replicates, so 5 in 100."""
    sample = sample_of(households(4000), rows=True)
    y, p = sample.labels, sample.probabilities
    wins = (p[y == 1][:, None] > p[y == 0]).astype(float)
    variance = wins.mean(axis=1).var(ddof=1) / y.sum()
    variance += wins.mean(axis=0).var(ddof=1) / (1 - y).sum()

    replicates = resample(sample, replicates=320, seed=1, compiled=compiled).replicates

    assert replicates.auroc.std() == pytest.approx(np.sqrt(variance), rel=0.15)


def test_blocks_join_in_order(households) -> None:
    sample = sample_of(households(300))

    few, many = (resample(sample, replicates=n, seed=1) for n in (70, 200))

    for name in NAMES:
        few_of, many_of = getattr(few.replicates, name), getattr(many.replicates, name)
        np.testing.assert_array_equal(few_of, many_of[..., :70])
