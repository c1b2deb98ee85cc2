"""Partitions: the same bytes on any number of workers, and rows as declared."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from challenge.brief import read_brief, read_mechanism
from challenge.engine import open_processes
from challenge.schema.conditions import Tilt
from challenge.schema.partners import STANDING
from challenge.synthesis import build
from challenge.synthesis.drawing.areas import plan_areas
from challenge.synthesis.drawing.complete import complete_table
from challenge.synthesis.drawing.declare import Declaration, declare, seed_scores
from challenge.synthesis.drawing.generate import sample
from challenge.synthesis.drawing.partition import KEPT, Drawn, Recipe, acceptance, draw
from challenge.synthesis.drawing.rotation import GROUP, bartlett, independent, rotated
from challenge.synthesis.secret import Secret
from challenge.synthesis.sets import LARGEST, SETS, partitions

from ...factories import QUICKSTART
from .conftest import FIRST_1000_DAYS, digests
from .estimates import logistic

SIZES = {"train": 8_000, "external": 8_000}


@pytest.fixture(scope="module")
def workers() -> Iterator[Executor]:
    """Two processes."""
    with open_processes(2) as executor:
        yield executor


@pytest.fixture(scope="module")
def declaration() -> Declaration:
    """What the first 1000 days declare."""
    return declare(read_brief(FIRST_1000_DAYS))


@pytest.fixture(scope="module")
def drawn() -> dict[str, Drawn]:
    """An internal and an external partition of the first 1000 days."""
    brief, secret = read_brief(FIRST_1000_DAYS), Secret.make(3)
    mechanism = read_mechanism(FIRST_1000_DAYS / "mechanism.toml", brief)
    recipe, cut = Recipe.make(brief, mechanism, secret), partitions(SIZES)
    places = dict(iter(plan_areas(brief, cut, secret).groupby("partition")))
    return {p.set: draw(recipe, p, places[p.name]) for p in cut}


def test_two_workers_give_the_same_bytes_as_one(
    workers: Executor, tmp_path: Path
) -> None:
    alone = build(QUICKSTART, tmp_path, seed=1)
    together = build(QUICKSTART, tmp_path, seed=1, executor=workers)

    assert digests(alone) == digests(together)


def test_a_complete_table_is_the_same_on_two_workers(workers: Executor) -> None:
    alone = complete_table(QUICKSTART, 2_000, 5)
    together = complete_table(QUICKSTART, 2_000, 5, workers)

    pd.testing.assert_frame_equal(alone.rows, together.rows)
    assert (alone.labels == together.labels).all()
    assert alone.labels.mean() == pytest.approx(alone.risk.mean(), abs=0.03)


def test_partitions_are_small_enough_and_number_every_household() -> None:
    cut = partitions({"train": 2 * LARGEST + 1, "board": 60, "external": LARGEST})

    assert [p.name for p in cut] == [
        "train-0000",
        "train-0001",
        "train-0002",
        "board-0000",
        "external-0000",
    ]
    assert max(p.rows for p in cut) <= LARGEST
    assert [p.first for p in cut] == np.cumsum([0, *(p.rows for p in cut)])[
        :-1
    ].tolist()
    assert list(dict.fromkeys(p.set for p in cut)) == [
        s for s in SETS if s in {"train", "board", "external"}
    ]


def test_the_seed_frame_has_exactly_the_declared_correlations(
    declaration: Declaration,
) -> None:
    scores = seed_scores(declaration)

    got = np.corrcoef(scores.to_numpy().T)
    np.testing.assert_allclose(got, declaration.correlation, atol=1e-9)
    np.testing.assert_allclose(scores.mean(), 0, atol=1e-9)


def test_a_rotation_keeps_the_distribution_and_hides_the_rows() -> None:
    generator = np.random.default_rng(1)
    scores = generator.standard_normal((200 * GROUP, 3))
    scores[:, 1] += scores[:, 0]

    turned = rotated(scores, generator)

    # A rotation of rows keeps every sum of products.
    np.testing.assert_allclose(turned.T @ turned, scores.T @ scores)
    assert stats.kstest(turned[:, 2], "norm").pvalue > 0.001
    nearest = np.abs(turned[:100, None] - scores[None]).max(axis=2).min(axis=1)
    assert np.median(nearest) > 0.01


def test_a_rotation_leans_to_no_side() -> None:
    ones = np.ones((4_000 * GROUP, 1))

    turned = rotated(ones, np.random.default_rng(2)).reshape(-1, GROUP)

    # 5 standard errors; without its signs a QR decomposition leans by .11 here.
    np.testing.assert_allclose(turned.mean(axis=0), 0, atol=5 / np.sqrt(4_000))
    np.testing.assert_allclose((turned**2).mean(axis=0), 1, atol=0.12)


def test_mean_and_covariance_vary_as_those_of_independent_rows() -> None:
    """Two columns that correlate .5; whatever the constant rows are."""
    root = np.linalg.cholesky([[1, 0.5], [0.5, 1]])
    constant = np.random.default_rng(5).standard_normal((1_000, 2))
    constant[:, 1] *= 3
    drawn = [
        independent(constant, root, np.random.default_rng(seed)) for seed in range(400)
    ]

    found = np.array(
        [
            (y.mean(0)[1], y.var(0)[0], y.var(0)[1], np.corrcoef(y.T)[0, 1])
            for y in drawn
        ]
    )
    errors = np.sqrt(np.array([1, 2, 2, 0.75**2]) / 1_000)
    z = (found - [0, 1, 1, 0.5]) / errors
    # 4 standard errors of a mean and of a standard deviation over 400 draws.
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=0.2)
    np.testing.assert_allclose(z.std(axis=0), 1, atol=0.15)


def test_a_wishart_matrix_has_the_moments_of_a_scatter() -> None:
    generator = np.random.default_rng(3)
    roots = np.stack([bartlett(10, 3, generator) for _ in range(4_000)])
    drawn = roots @ roots.transpose(0, 2, 1)

    # Mean n I; variance 2 n on the diagonal, n beside it (Wishart 1928).
    np.testing.assert_allclose(drawn.mean(axis=0), 10 * np.eye(3), atol=0.3)
    expected = 10 * (np.ones((3, 3)) + np.eye(3))
    np.testing.assert_allclose(drawn.var(axis=0), expected, rtol=0.15)


def test_two_secrets_give_rows_that_have_nothing_in_common(
    declaration: Declaration,
) -> None:
    one, other = (
        sample(declaration, 20_000, np.random.default_rng([5, seed]))[
            list(declaration.scored)
        ].to_numpy()
        for seed in (0, 1)
    )

    width = one.shape[1]
    between = np.corrcoef(one.T, other.T)[:width, width:]
    # In the order in which SDV drew them: without the rotation .69 at the most. The
    # largest of so many correlations of 0 is about 4 standard errors.
    assert np.abs(between).max() < 5 / np.sqrt(20_000)


def test_errors_of_correlations_are_independent_between_partitions(
    declaration: Declaration,
) -> None:
    names, size, count = list(declaration.scored), 2_000, 25
    place = [declaration.names.index(name) for name in names]
    pairs = np.triu_indices(len(names), 1)
    expected = declaration.correlation[np.ix_(place, place)][pairs]
    parts = [
        sample(declaration, size, np.random.default_rng([6, part]))[names].to_numpy()
        for part in range(count)
    ]

    each = np.array([np.corrcoef(part.T)[pairs] for part in parts])
    z = (each - expected) / ((1 - expected**2) / np.sqrt(size))
    pooled = z.sum(axis=0) / np.sqrt(count)
    # If all parts had one error, the root mean square pooled would be 5.
    assert np.sqrt(np.mean(pooled**2)) == pytest.approx(1, abs=0.25)
    assert z.std(axis=0).mean() == pytest.approx(1, abs=0.1)
    squares = np.array([(part**2).sum(axis=0) for part in parts])
    # Of a chi-square with as many degrees of freedom as rows.
    assert squares.std(axis=0).mean() == pytest.approx(np.sqrt(2 * size), rel=0.15)


@pytest.mark.parametrize("rows", [1, 50, 20_001])
def test_any_number_of_rows_can_be_drawn(declaration: Declaration, rows: int) -> None:
    drawn = sample(declaration, rows, np.random.default_rng(1))

    assert list(drawn) == declaration.names
    assert len(drawn) == rows
    assert drawn.index.tolist() == list(range(rows))
    assert not drawn.isna().any(axis=None)


def test_normal_scores_are_correlated_as_declared(declaration: Declaration) -> None:
    names = list(declaration.scored)
    rows = sample(declaration, 40_000, np.random.default_rng(1))

    place = [declaration.names.index(name) for name in names]
    expected = declaration.correlation[np.ix_(place, place)]
    np.testing.assert_allclose(np.corrcoef(rows[names].T), expected, atol=0.025)


def test_blocks_hold_households_with_areas_and_scores_without_standing(
    drawn: dict[str, Drawn], declaration: Declaration
) -> None:
    block = drawn["train"].block
    brief = read_brief(FIRST_1000_DAYS)

    missing = set(brief.household_columns) - set(block.rows)
    weights = {r.column for p in brief.partners for r in p.rules if r.weight}
    assert missing == weights
    assert {*brief.areas.columns, brief.areas.postcode} <= set(block.rows)
    assert set(block.scores) == {*declaration.scored} - {STANDING}
    assert STANDING not in block.rows
    assert len(block.scores) == len(block.rows) == SIZES["train"]


def test_external_rows_lean_on_circumstances_as_declared(
    drawn: dict[str, Drawn],
) -> None:
    tilts = read_brief(FIRST_1000_DAYS).external.shift.tilt
    inside, outside = (drawn[name].block.rows for name in ("train", "external"))
    both = pd.concat([inside, outside], ignore_index=True)
    # Log-odds of being outside, given the circumstances: declared is 1 of each.
    weights = np.column_stack([tilt.log_weight(both) for tilt in tilts])

    found = logistic(weights, both.index >= len(inside))
    z = (found.effects[1:] - 1) / found.errors[1:]
    assert len(tilts) == 2
    assert (np.abs(z) <= 3).all(), z
    assert (1 / found.errors[1:] > 6).all()


def test_rows_are_kept_in_proportion_to_their_odds() -> None:
    rows = pd.DataFrame({"poor": [1.0, 0.0, 1.0, 0.0]})
    tilt = Tilt.model_validate({"column": "poor", "equals": True, "odds": 4})

    assert acceptance(rows, [tilt]) == pytest.approx([1, 0.25, 1, 0.25])


def test_a_shift_beyond_measure_still_keeps_some_rows() -> None:
    income = np.random.default_rng(1).lognormal(10, 0.5, 5_000)
    rows = pd.DataFrame({"income": income})
    tilt = Tilt.model_validate({"column": "income", "per": 1_000, "odds": 3})

    kept = acceptance(rows, [tilt])
    assert kept.mean() == pytest.approx(KEPT)
    assert kept.max() == 1


def test_areas_held_out_are_in_the_external_set_alone(drawn: dict[str, Drawn]) -> None:
    held_out = set(read_brief(FIRST_1000_DAYS).areas.held_out)
    inside, outside = (drawn[name].block.rows for name in ("train", "external"))

    assert set(outside["municipality"]) <= held_out
    assert not set(inside["municipality"]) & held_out


def test_effects_outside_are_the_declared_part_of_those_inside(
    drawn: dict[str, Drawn],
) -> None:
    brief = read_brief(FIRST_1000_DAYS)
    mechanism = read_mechanism(FIRST_1000_DAYS / "mechanism.toml", brief)
    effects = Recipe.make(brief, mechanism, Secret.make(3)).effects

    for name, part in (("train", 1.0), ("external", brief.external.shift.strength)):
        terms = mechanism.log_odds(drawn[name].block.rows, effects)
        alone = drawn[name].log_odds - drawn[name].area_effects
        np.testing.assert_allclose(alone, part * terms, atol=1e-9)
    assert brief.external.shift.strength == 0.75


def test_the_order_of_external_rows_tells_nothing(drawn: dict[str, Drawn]) -> None:
    external = drawn["external"]
    place = np.arange(len(external.log_odds))

    assert stats.spearmanr(place, external.log_odds).pvalue > 0.001


def test_the_declared_share_of_variance_lies_between_neighbourhoods(
    drawn: dict[str, Drawn], declaration: Declaration
) -> None:
    block, names = drawn["train"].block, declaration.names
    standing = declaration.correlation[names.index(STANDING)]
    # Incomes have few ties, so their ranks give the normal scores back.
    income = stats.norm.ppf(block.rows["income_std"].rank() / (SIZES["train"] + 1))
    scores = block.scores.assign(income_std=income)

    for name in scores:
        expected = standing[names.index(name)] ** 2
        got = _share_between(scores[name], block.rows["neighbourhood"])
        # 4 standard errors; sorting households keeps almost all of the standing.
        assert got == pytest.approx(expected, abs=0.025), name
    assert standing[names.index("income_std")] ** 2 > 0.05


def _share_between(values: pd.Series, groups: pd.Series) -> float:
    """Variance between groups by one-way analysis of variance, chance taken out."""
    grouped = values.groupby(groups)
    size, count = grouped.size(), grouped.ngroups
    within = ((values - grouped.transform("mean")) ** 2).sum() / (len(values) - count)
    among = (size * (grouped.mean() - values.mean()) ** 2).sum() / (count - 1)
    average = (len(values) - (size**2).sum() / len(values)) / (count - 1)
    return float((among - within) / average / (within + (among - within) / average))
