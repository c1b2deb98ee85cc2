from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, precision_score, roc_auc_score

from leaderboard.errors import ProbabilitiesRefusedError, SettingRefusedError
from leaderboard.metrics.discrimination import (
    auroc,
    average_precision,
    precision_at_capacity,
    recall_at_capacity,
    selected_share,
)

LABELS = [1, 0, 1, 0, 0, 0]
PROBABILITIES = [0.9, 0.8, 0.6, 0.6, 0.2, 0.1]

rows_of_twentieths = st.lists(
    st.integers(0, 20).map(lambda twentieths: twentieths / 20), min_size=2, max_size=40
)


def test_six_rows_by_hand() -> None:
    # 0.9 beats all four negatives; 0.6 loses one, ties one, beats two.
    assert auroc(LABELS, PROBABILITIES) == pytest.approx(6.5 / 8)
    # Precision 1 at recall 1/2; the tie ends with 2 of 4.
    assert average_precision(LABELS, PROBABILITIES) == pytest.approx(0.75)
    # Half of six is three rows: 0.9, 0.8, and half of each that ties at 0.6.
    assert recall_at_capacity(LABELS, PROBABILITIES, 0.5) == pytest.approx(1.5 / 2)
    assert precision_at_capacity(LABELS, PROBABILITIES, 0.5) == pytest.approx(1.5 / 3)


@pytest.mark.parametrize("decimals", [1, 2, 12], ids="to {} decimals".format)
def test_rankings_equal_those_of_scikit_learn(decimals: int) -> None:
    random = np.random.default_rng(3)
    p = random.random(2000).round(decimals)
    y = random.random(2000) < p

    assert auroc(y, p) == pytest.approx(roc_auc_score(y, p), abs=1e-12)
    assert average_precision(y, p) == pytest.approx(
        average_precision_score(y, p), abs=1e-12
    )


def test_precision_at_a_capacity_without_ties_equals_that_of_scikit_learn() -> None:
    random = np.random.default_rng(6)
    p = random.random(1000)
    y = random.random(1000) < p
    inside = p >= np.sort(p)[-250]

    assert precision_at_capacity(y, p, 0.25) == pytest.approx(
        precision_score(y, inside), abs=1e-12
    )


@pytest.mark.parametrize("measure", [recall_at_capacity, precision_at_capacity])
@pytest.mark.parametrize("capacity", [0, 1, -0.1, np.nan])
def test_a_capacity_outside_0_and_1_is_refused(measure, capacity: float) -> None:
    with pytest.raises(SettingRefusedError, match="capacity"):
        measure(LABELS, PROBABILITIES, capacity)


def test_a_selection_needs_numbers() -> None:
    with pytest.raises(ProbabilitiesRefusedError, match="not numbers"):
        selected_share(["high", "low"])


@given(rows_of_twentieths, st.floats(0.01, 0.99))
def test_the_selection_fills_the_capacity_exactly(
    p: list[float], capacity: float
) -> None:
    share = selected_share(p, capacity)

    assert share.sum() == pytest.approx(capacity * len(p))
    assert np.all((share >= 0) & (share <= 1))
    assert np.all(np.diff(share[np.argsort(p)]) >= 0)


@given(rows_of_twentieths, st.data(), st.floats(0.05, 0.95))
def test_precision_is_recall_in_another_unit(
    p: list[float], data: st.DataObject, capacity: float
) -> None:
    bits = st.lists(st.integers(0, 1), min_size=len(p) - 2, max_size=len(p) - 2)
    y = [0, 1, *data.draw(bits)]

    recall = recall_at_capacity(y, p, capacity)

    assert precision_at_capacity(y, p, capacity) == pytest.approx(
        recall * np.mean(y) / capacity
    )
