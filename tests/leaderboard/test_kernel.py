from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from leaderboard.discrimination import recall_at_capacity
from leaderboard.kernel import Kernel
from leaderboard.measures import Measures, Sample
from leaderboard.metrics import METRICS
from leaderboard.resampling import poisson_weights


def sample_of(households, decimals: int = 12) -> Sample:
    _, codes = np.unique(households.clusters, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    return Sample(
        labels=households.labels[order].astype(float),
        probabilities=households.noisy[order].round(decimals),
        clusters=codes[order],
        cells=(households.groups["home"].to_numpy() == "y")[order][:, None],
        capacity=0.1,
        ranked=[0],
    )


@pytest.mark.parametrize("decimals", [1, 2, 12], ids="to {} decimals".format)
def test_equal_weights_give_the_point_metrics(households, decimals: int) -> None:
    sample = sample_of(households(), decimals)

    measures = Kernel(sample).measure(np.ones((60, 1)))

    for name, metric in METRICS.items():
        expected = metric.function(sample.labels, sample.probabilities)
        assert getattr(measures, name)[0] == pytest.approx(expected, abs=1e-12), name


@pytest.mark.parametrize("decimals", [1, 2, 12], ids="to {} decimals".format)
def test_each_replicate_equals_scikit_learn_with_weights(
    households, decimals: int
) -> None:
    sample = sample_of(households(1500), decimals)
    y, p, inside = sample.labels, sample.probabilities, sample.cells[:, 0]
    weights = next(poisson_weights(60, replicates=20, seed=5))

    measures = Kernel(sample).measure(weights)

    for replicate in range(20):
        w = weights[sample.clusters, replicate]
        brier = brier_score_loss(y, p, sample_weight=w)
        prevalence = np.average(y, weights=w)
        expected = {
            "brier": brier,
            "scaled_brier": 1 - brier / (prevalence * (1 - prevalence)),
            "auroc": roc_auc_score(y, p, sample_weight=w),
            "average_precision": average_precision_score(y, p, sample_weight=w),
            # The weights are whole numbers, so rows can simply be repeated.
            "recall_at_capacity": recall_at_capacity(
                np.repeat(y, w.astype(int)), np.repeat(p, w.astype(int))
            ),
        }
        for name, value in expected.items():
            got = getattr(measures, name)[replicate]
            assert got == pytest.approx(value, abs=1e-12), name
        assert measures.cell_auroc[0, replicate] == pytest.approx(
            roc_auc_score(y[inside], p[inside], sample_weight=w[inside]), abs=1e-12
        )


def test_calibration_steps_stay_close_to_a_full_fit(households) -> None:
    sample = sample_of(households(6000))
    weights = next(poisson_weights(60, replicates=20, seed=5))

    measures = Kernel(sample).measure(weights)

    for replicate in range(20):
        times = weights[sample.clusters, replicate].astype(int)
        rows = np.repeat(sample.labels, times), np.repeat(sample.probabilities, times)
        for name in ("calibration_slope", "calibration_intercept"):
            full = METRICS[name].function(*rows)
            assert getattr(measures, name)[replicate] == pytest.approx(full, abs=0.01)


def test_counts_of_a_cell_add_up_by_hand() -> None:
    # Capacity .5 of 6 rows: the rows at .9 and .8, and half of both at .6.
    sample = Sample(
        labels=np.array([1.0, 0, 1, 0, 0, 0]),
        probabilities=np.array([0.9, 0.8, 0.6, 0.6, 0.2, 0.1]),
        clusters=np.array([0, 0, 0, 1, 1, 1]),
        cells=np.array([[True, False, True, True, False, False]]).T,
        capacity=0.5,
    )

    measures = Kernel(sample).measure(np.array([[1.0, 2.0], [1.0, 0.0]]))

    assert measures.rows.tolist() == [[3, 4]]
    assert measures.positives.tolist() == [[2, 4]]
    assert measures.expected == pytest.approx(np.array([[2.1, 3.0]]))
    # In the second replicate 3 of the 6 rows (.9 .9 .8 .8 .6 .6) fit.
    assert measures.selected == pytest.approx(np.array([[2.0, 2.0]]))
    assert measures.found == pytest.approx(np.array([[1.5, 2.0]]))


def test_the_first_neighbourhoods_are_chosen_by_expected_share() -> None:
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
    )

    measures = Kernel(sample).measure(np.ones((10, 1)))

    assert measures.area_recall.tolist() == [0.5]


def test_an_empty_replicate_is_undefined_not_wrong(households) -> None:
    sample = sample_of(households(300))

    measures = Kernel(sample).measure(np.zeros((60, 1)))

    for name in (*METRICS, "area_recall"):
        if name not in {"calibration_slope", "calibration_intercept"}:
            assert np.isnan(getattr(measures, name)[0]), name


def test_blocks_join_in_order(households) -> None:
    kernel = Kernel(sample_of(households(300)))
    weights = next(poisson_weights(60, replicates=8, seed=1))

    joined = Measures.join(
        [kernel.measure(weights[:, :3]), kernel.measure(weights[:, 3:])]
    )

    np.testing.assert_array_equal(joined.auroc, kernel.measure(weights).auroc)
