"""What synthetic rows tell: each check against a table worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score

from challenge.synthesis.disclosure import (
    RISKS,
    Disclosure,
    Halves,
    disclosure,
    small_cells,
    without_small_cells,
)
from challenge.synthesis.disclosure.attacks import (
    attributes,
    closest_records,
    exact_copies,
    membership,
)
from challenge.synthesis.disclosure.nearness import Nearness


def people(rows: int, seed: int) -> pd.DataFrame:
    """Rows of one population: numbers, levels, a boolean, and gaps."""
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(generator.normal(size=(rows, 4)), columns=list("abcd"))
    frame["level"] = generator.choice(["x", "y", "z"], rows).astype(object)
    frame["flag"] = (generator.random(rows) < 0.3).astype(float)
    frame["a"] = frame["a"].mask(generator.random(rows) < 0.1)
    return frame.round(3)


def checked(synthetic: pd.DataFrame, rows: int = 400, seed: int = 0) -> Disclosure:
    """Every check of these rows between two halves of one population."""
    halves = Halves(synthetic, people(rows, 1), people(rows, 2))
    return disclosure(
        halves, sensitive=["b", "level"], described=["level"],
        generator=np.random.default_rng(seed),
    )  # fmt: skip


def test_distances_add_up_over_columns() -> None:
    real = pd.DataFrame({"n": [10.0, 20.0, 30.0, np.nan], "t": ["x", "y", "y", None]})
    near = Nearness.of(real, real.iloc[[0, 3]])
    # Middle ranks of 10, 20 and 30 among three: 1/6, 3/6 and 5/6.
    expected = [[0, 2], [1 / 3 + 1, 2], [2 / 3 + 1, 2], [2, 0]]
    assert near.distances() == pytest.approx(np.array(expected), abs=1e-6)


def test_copies_are_counted_by_half_and_judged_against_chance() -> None:
    training, holdout = people(100, 1), people(100, 2)
    synthetic = pd.concat([training.head(12), holdout.head(2), people(50, 3)])

    found = exact_copies(synthetic, training, holdout)

    interval = binomtest(12, 14).proportion_ci(0.99)
    assert (found.counts["copied"], found.counts["by_chance"]) == (12, 2)
    assert found.value == pytest.approx(12 / 14, abs=1e-4)
    assert found.low == pytest.approx(interval.low, abs=1e-4)
    assert found.passed == (interval.low <= 0.5)


def test_copies_as_often_in_either_half_are_chance() -> None:
    few = pd.DataFrame({"level": ["x", "y"] * 200, "flag": [0.0, 1.0, 1.0, 0.0] * 100})
    assert exact_copies(few, few, few).passed


def test_the_nearest_row_votes_and_ties_share() -> None:
    # Two learned rows, two held out; three synthetic ones. The third is a tie.
    distances = np.array([[0, 1, 1], [2, 2, 2], [1, 0, 1], [2, 2, 2]], dtype=np.float32)
    found = closest_records(distances)
    assert found.value == 0.5
    # Votes 1.5 and 1.5: as good as two trials.
    assert found.counts["trials"] == 2


def test_membership_is_the_auroc_that_scikit_learn_gives() -> None:
    distances = np.random.default_rng(1).random((60, 25)).astype(np.float32)
    nearest = distances.min(axis=1)
    expected = roc_auc_score(np.arange(60) < 30, -nearest)
    assert membership(distances).value == pytest.approx(expected, abs=1e-4)


def test_a_copied_row_gives_its_sensitive_value_away() -> None:
    training, holdout = people(300, 1), people(300, 2)
    real = pd.concat([training, holdout], ignore_index=True)
    nearness = Nearness.of(real, training)
    found = attributes(nearness, nearness.distances(), ["level"])
    (guess,) = found.guesses
    assert guess.training == 1.0
    assert guess.holdout == pytest.approx(1 / 3, abs=0.1)
    assert guess.baseline == pytest.approx(1 / 3, abs=0.05)
    assert not found.passed


def test_without_sensitive_columns_there_is_nothing_to_guess() -> None:
    nearness = Nearness.of(people(20, 1), people(10, 2))
    assert attributes(nearness, nearness.distances(), []).passed


def test_fresh_rows_of_the_same_population_pass_every_check() -> None:
    found = checked(people(800, 3))
    assert found.failed == ()
    assert tuple(f.risk for f in found.findings) == RISKS


def test_rows_that_were_learned_from_fail_every_comparison() -> None:
    found = checked(people(400, 1))
    assert set(found.failed) == set(RISKS) - {"small-cells"}


def test_rows_of_the_other_half_are_no_leak() -> None:
    assert checked(people(400, 2)).failed == ()


@pytest.mark.parametrize("seed", range(3))
def test_a_tenth_of_blurred_copies_is_caught(seed: int) -> None:
    copies = people(400, 1).head(80)
    numbers = list("abcd")
    noise = np.random.default_rng(seed).normal(0, 0.02, (80, 4))
    copies[numbers] = (copies[numbers] + noise).round(3)
    found = checked(pd.concat([people(720, 10 + seed), copies], ignore_index=True))
    assert "membership" in found.failed


def test_the_same_generator_gives_the_same_findings() -> None:
    synthetic = people(500, 3)
    assert checked(synthetic) == checked(synthetic)


def test_findings_survive_json() -> None:
    found = checked(people(300, 3))
    assert Disclosure.model_validate_json(found.model_dump_json()) == found


def test_the_histogram_shows_no_small_count() -> None:
    found = checked(people(300, 3))
    assert {count % 5 for count in (*found.training, *found.holdout)} == {0}


def test_small_cells_are_found_singly_and_in_pairs() -> None:
    rows = pd.DataFrame(
        {
            "town": ["A"] * 50 + ["B"] * 12 + ["C"] * 3,
            "origin": ["x"] * 46 + ["y"] * 4 + ["x"] * 12 + ["x"] * 3,
        }
    )
    found = small_cells(rows, ["town", "origin"])
    assert found.to_dict() == {
        "town=C": 3,
        "origin=y": 4,
        "town=A, origin=y": 4,
        "town=C, origin=x": 3,
    }


def test_blanking_leaves_no_small_cell_and_little_else_gone() -> None:
    generator = np.random.default_rng(4)
    rows = pd.DataFrame(
        {
            "town": generator.choice(
                list("ABCDE"), 600, p=[0.6, 0.3, 0.06, 0.03, 0.01]
            ),
            "origin": generator.choice(list("xyz"), 600, p=[0.8, 0.15, 0.05]),
            "flag": (generator.random(600) < 0.03).astype(float),
        }
    ).astype({"town": object, "origin": object})
    names = list(rows)
    left = without_small_cells(rows, names)
    assert small_cells(left, names).empty
    assert left.isna().to_numpy().mean() < 0.06
    assert left.where(left.notna(), rows).equals(rows)


def test_the_share_of_nearest_rows_agrees_with_sdmetrics() -> None:
    from sdmetrics.single_table import DCROverfittingProtection

    training, holdout = people(150, 1).dropna(), people(150, 2).dropna()
    size = min(len(training), len(holdout))
    training, holdout = training.head(size), holdout.head(size)
    synthetic = pd.concat([training.head(60), people(90, 3).dropna()])
    real = pd.concat([training, holdout], ignore_index=True)
    kinds = {name: {"sdtype": "numerical"} for name in "abcd"}
    kinds |= {name: {"sdtype": "categorical"} for name in ("level", "flag")}

    ours = closest_records(Nearness.of(real, synthetic).distances()).value
    metadata = {"tables": {"rows": {"columns": kinds}}, "relationships": []}
    theirs = DCROverfittingProtection.compute(
        training, synthetic, holdout, metadata, table_name="rows"
    )

    assert theirs == pytest.approx(min(1, 2 * (1 - ours)), abs=0.1)
