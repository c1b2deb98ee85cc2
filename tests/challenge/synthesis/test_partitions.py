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
from challenge.schema.partners import STANDING
from challenge.synthesis import build
from challenge.synthesis.areas import plan_areas
from challenge.synthesis.complete import complete_table
from challenge.synthesis.declare import Declaration, declare, seed_scores
from challenge.synthesis.generate import LAYOUTS, sample
from challenge.synthesis.partition import Drawn, Recipe, draw
from challenge.synthesis.rotation import GROUP, rotated
from challenge.synthesis.secret import Secret
from challenge.synthesis.sets import LARGEST, SETS, partitions

from ...factories import QUICKSTART
from .conftest import FIRST_1000_DAYS, digests

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
    scores = seed_scores(declaration, blanks=3)

    size = len(declaration.names)
    got = np.corrcoef(scores.to_numpy().T)
    np.testing.assert_allclose(got[:size, :size], declaration.correlation, atol=1e-9)
    np.testing.assert_allclose(got[size:, size:], np.eye(3), atol=1e-9)
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


def test_two_secrets_give_rows_that_have_nothing_in_common(
    declaration: Declaration,
) -> None:
    one, other = (
        sample(declaration, 20_000, np.random.default_rng([5, seed]))[
            list(declaration.scored)
        ].to_numpy()
        for seed in _seeds_of_one_layout()
    )

    width = one.shape[1]
    between = np.corrcoef(one.T, other.T)[:width, width:]
    # In the order in which SDV drew them: without the rotation .69 at the most. The
    # largest of so many correlations of 0 is about 4 standard errors.
    assert np.abs(between).max() < 5 / np.sqrt(20_000)


def _seeds_of_one_layout() -> list[int]:
    """Two seeds for which SDV's random numbers are laid out the same way."""
    layouts = [np.random.default_rng([5, s]).integers(LAYOUTS) for s in range(50)]
    return [seed for seed, layout in enumerate(layouts) if layout == layouts[0]][:2]


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


def test_external_rows_differ_as_the_brief_says(drawn: dict[str, Drawn]) -> None:
    brief = read_brief(FIRST_1000_DAYS)
    inside, outside = (drawn[name].block.rows for name in ("train", "external"))

    assert brief.external.shift.tilt
    for tilt in brief.external.shift.tilt:
        leaning = [tilt.log_weight(pd.concat([inside, outside]))[: len(inside)].mean()]
        leaning += [tilt.log_weight(pd.concat([inside, outside]))[len(inside) :].mean()]
        assert leaning[1] > leaning[0]
    assert set(outside["municipality"]) <= set(brief.areas.held_out)
    assert not set(inside["municipality"]) & set(brief.areas.held_out)


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
