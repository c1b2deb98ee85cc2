from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from leaderboard.errors import LengthMismatchError, SettingRefusedError
from leaderboard.metrics.areas import (
    area_correlation,
    area_observed_expected,
    area_recall,
    count_areas,
)
from leaderboard.metrics.discrimination import recall_at_capacity

LABELS = [1, 0, 1, 0, 0, 0]
PROBABILITIES = [0.75, 0.5, 0.5, 0.25, 0.25, 0.0]
AREAS = ["east", "east", "west", "west", "north", "north"]


def test_six_rows_by_hand() -> None:
    # Expected: east 1.25, north 0.25, west 0.75; observed 1, 0, 1.
    found = count_areas(LABELS, PROBABILITIES, AREAS)

    assert found.names == ["east", "north", "west"]
    assert found.expected_rates.tolist() == [0.625, 0.125, 0.375]
    assert found.observed_rates.tolist() == [0.5, 0, 0.5]
    assert area_observed_expected(LABELS, PROBABILITIES, AREAS) == {
        "east": 0.8,
        "north": 0,
        "west": pytest.approx(4 / 3),
    }
    # Half of three areas: east, and half of west.
    assert area_recall(LABELS, PROBABILITIES, AREAS, share=0.5) == pytest.approx(0.75)
    # Ranks 3 1 2 against 2.5 1 2.5.
    assert area_correlation(LABELS, PROBABILITIES, AREAS, minimum=2) == pytest.approx(
        math.sqrt(3) / 2
    )


def test_rows_without_an_area_stand_together() -> None:
    found = count_areas(LABELS, PROBABILITIES, [None, 3, None, 3, np.nan, 3])

    assert found.names == ["3", "missing"]
    assert found.rows.tolist() == [3, 3]


def test_an_area_for_each_row_is_asked() -> None:
    with pytest.raises(LengthMismatchError, match="areas has 2 rows"):
        count_areas(LABELS, PROBABILITIES, ["east", "west"])


def test_expecting_nobody_in_an_area_gives_a_large_finite_ratio() -> None:
    assert area_observed_expected([1, 0, 1], [0, 0, 0.5], ["a", "a", "b"])[
        "a"
    ] == pytest.approx(500)


def test_the_correlation_equals_that_of_scipy(households) -> None:
    rows = households(3000, n_clusters=40)
    found = count_areas(rows.labels, rows.noisy, rows.clusters)
    expected = spearmanr(found.expected_rates, found.observed_rates).statistic

    value = area_correlation(rows.labels, rows.noisy, rows.clusters)

    assert value == pytest.approx(expected, abs=1e-12)


def test_small_areas_do_not_count_in_the_correlation() -> None:
    y = np.tile([0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 4)
    y[:5], y[10:13] = 1, 1
    p = np.repeat([0.6, 0.4, 0.2, 0.1], 10)
    places = np.repeat(["a", "b", "c", "d"], 10)
    small = ([*y, 1], [*p, 0.0], [*places, "e"])

    assert area_correlation(y, p, places) == area_correlation(*small)
    assert area_correlation(*small, minimum=1) < area_correlation(*small)


@pytest.mark.parametrize(
    ("p", "minimum"),
    [([0.5, 0.25, 0.5, 0.25, 0.5, 0.25], 2), (PROBABILITIES, 3)],
    ids=["all rates equal", "no area large enough"],
)
def test_a_correlation_needs_areas_that_differ(p: list[float], minimum: int) -> None:
    assert math.isnan(area_correlation(LABELS, p, AREAS, minimum))


def test_a_share_of_areas_outside_0_and_1_is_refused() -> None:
    with pytest.raises(SettingRefusedError, match="capacity"):
        area_recall(LABELS, PROBABILITIES, AREAS, share=1.0)


def test_areas_of_one_row_are_rows() -> None:
    each = np.arange(6)

    assert area_recall(LABELS, PROBABILITIES, each, share=0.5) == recall_at_capacity(
        LABELS, PROBABILITIES, 0.5
    )


def test_a_model_without_knowledge_of_places_reaches_the_share_itself() -> None:
    y, places = [0, 1] * 10, np.repeat(np.arange(10), 2)

    assert area_recall(y, [0.1] * 20, places) == pytest.approx(0.1)


def test_a_scorecard_says_the_same_of_its_areas(households) -> None:
    rows = households(2000)

    card = rows.score(rows.noisy, replicates=8)

    assert card.area_recall.value == pytest.approx(
        area_recall(rows.labels, rows.noisy, rows.clusters), abs=1e-12
    )
    assert {
        area.name: area.observed.value / area.expected for area in card.areas
    } == pytest.approx(area_observed_expected(rows.labels, rows.noisy, rows.areas))


rows = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 20), st.sampled_from("abcdefg")),
    max_size=40,
)


@given(rows, st.randoms(use_true_random=False))
def test_neither_order_nor_names_nor_doubling_changes_a_measure(drawn, random) -> None:
    table = [(0, 4, "a"), (1, 9, "b"), *drawn]
    shuffled = [*table, *table]
    random.shuffle(shuffled)

    def measured(rows: list[tuple[int, int, str]]) -> list[float]:
        y, p, places = zip(*rows, strict=True)
        given = (y, np.array(p) / 20, [f"area {name}" for name in places])
        ratios = area_observed_expected(*given)
        return [
            area_recall(*given),
            area_correlation(*given, minimum=0),
            *(ratios[name] for name in sorted(ratios)),
        ]

    once, twice = measured(table), measured(shuffled)

    assert twice == pytest.approx(once, nan_ok=True)
    assert 0 <= once[0] <= 1
    assert math.isnan(once[1]) or -1 - 1e-12 <= once[1] <= 1 + 1e-12
    assert min(once[2:]) >= 0
