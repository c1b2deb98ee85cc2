"""What one column of real rows, or two, may tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from challenge.schema import Column
from challenge.schema.curves import Quantiles
from challenge.schema.levels import Proportions, Share
from challenge.synthesis.walls.figures import block_edges, safe_marginal, safe_share
from challenge.synthesis.walls.learned import learn, rank_correlations
from challenge.synthesis.walls.rows import read_rows

from .families import field, levels, real_rows, schema, write


def column(kind: str = "number", **more: Any) -> Column:
    """One column of a schema."""
    return Column.model_validate(field("column", kind, **more))


def texts(**counts: int) -> pd.Series:
    """A column with so many rows of each text."""
    return pd.Series(np.repeat(list(counts), list(counts.values())), dtype=object)


@pytest.mark.parametrize("rows", [10, 19, 20, 57, 100, 1_234, 100_000, 3_000_000])
def test_every_block_has_ten_rows(rows: int) -> None:
    edges = block_edges(rows)
    assert edges[0] == 0
    assert edges[-1] == rows
    assert np.diff(edges).min() >= 10
    assert len(edges) < 60


def test_a_level_with_few_rows_is_merged_with_its_neighbour() -> None:
    told = safe_marginal(
        texts(low=60, middle=4, high=86),
        column("string", x_marginal=levels("low", "middle", "high")),
    )
    assert told == Proportions(proportions={"low": 0.4, "middle": 0.0, "high": 0.6})


@pytest.mark.parametrize(
    ("true", "share"), [(0, 0.0), (9, 0.0), (10, 0.1), (12, 0.1), (91, 1.0), (50, 0.5)]
)
def test_a_share_tells_no_small_count_and_no_small_complement(
    true: int, share: float
) -> None:
    assert safe_share(true, 100) == share
    values = pd.Series([1.0] * true + [0.0] * (100 - true))
    assert safe_marginal(values, column("boolean")) == Share(share=share)


def test_a_large_whole_number_of_few_rows_is_not_told() -> None:
    values = pd.Series([0.0] * 50 + [1.0] * 40 + [2.0] * 8 + [17.0] * 2)
    told = safe_marginal(values, column("integer"))
    assert told == Proportions(proportions={0: 0.5, 1: 0.4, 2: 0.1})


def test_an_outlier_does_not_move_a_quantile_and_no_end_is_a_true_end() -> None:
    plain = pd.Series(np.exp(np.random.default_rng(1).normal(10, 0.7, 500))).round(2)
    wild = plain.where(plain < plain.max(), 9e9)
    told, other = (safe_marginal(v, column(x_marginal=None)) for v in (plain, wild))
    assert isinstance(told, Quantiles)
    assert told == other
    ends = {plain.min(), plain.max()}
    assert not ends & set(told.quantiles.values())
    assert max(told.quantiles.values()) < plain.max()


def test_every_inner_quantile_lies_where_the_rows_have_it() -> None:
    values = pd.Series(np.random.default_rng(2).gamma(2, 1_000, 4_000))
    told = safe_marginal(values, column())
    assert isinstance(told, Quantiles)
    p = np.linspace(0.05, 0.95, 19)
    assert told.quantile(p) == pytest.approx(np.quantile(values, p), rel=0.04)


def test_many_zeros_are_a_lump_of_their_own() -> None:
    values = pd.Series([0.0] * 400 + list(np.linspace(100, 5_000.5, 600)))
    told = safe_marginal(values, column())
    assert isinstance(told, Quantiles)
    assert told.zero == pytest.approx(0.4)
    assert told.quantiles[0.0] > 0


def test_a_declared_lump_at_zero_lies_outside_the_bounds_of_the_rest() -> None:
    declared = {"quantiles": {0: 1, 1: 180}, "low": 1, "zero": 0.8}
    values = pd.Series([0.0] * 20 + list(np.linspace(2, 170, 980).round()))
    told = safe_marginal(values, column(x_marginal=declared))
    assert isinstance(told, Quantiles)
    assert told.zero == pytest.approx(0.02)
    assert told.low == 1
    assert set(told.values(np.array([-3.0, 0.0])) > 1) == {False, True}


def test_figures_stay_inside_the_declared_bounds() -> None:
    declared = {"quantiles": {0: 0, 1: 10}, "low": 0, "high": 10, "decimals": 1}
    values = pd.Series(np.random.default_rng(3).uniform(0, 10, 500))
    told = safe_marginal(values, column(x_marginal=declared))
    assert isinstance(told, Quantiles)
    assert min(told.quantiles.values()) >= 0
    assert max(told.quantiles.values()) <= 10
    assert (told.low, told.high, told.decimals) == (0, 10, 1)


def test_nine_values_tell_nothing() -> None:
    assert safe_marginal(pd.Series([1.5] * 9 + [None] * 500), column()) is None


def test_a_rank_correlation_is_the_one_that_scipy_gives() -> None:
    generator = np.random.default_rng(4)
    x = generator.normal(size=500)
    codes = pd.DataFrame({"x": x, "y": np.round(x + generator.normal(size=500))})
    told = rank_correlations(codes).loc["x", "y"]
    assert told == pytest.approx(spearmanr(codes).statistic)


def test_two_columns_of_two_values_do_not_give_their_counts_away() -> None:
    one = pd.Series([1.0] * 40 + [0.0] * 60)
    both = {n: pd.Series([1.0] * n + [0.0] * (100 - n)) for n in (38, 41)}
    told = {
        rank_correlations(pd.DataFrame({"a": one, "b": b})).loc["a", "b"]
        for b in both.values()
    }
    assert len(told) == 1


def test_a_correlation_that_chance_gives_is_taken_as_none() -> None:
    noise = np.random.default_rng(5).normal(size=(300, 12))
    told = rank_correlations(pd.DataFrame(noise, columns=list("abcdefghijkl")))
    assert np.count_nonzero(told.to_numpy() - np.eye(12)) <= 4


def test_the_learned_correlation_can_be_drawn_from_and_is_rounded(
    tmp_path: Any,
) -> None:
    source, _ = write(tmp_path, real_rows(600, 6))
    learned = learn(read_rows(source, schema()), schema())
    matrix = learned.declaration.correlation
    assert np.linalg.eigvalsh(matrix).min() > 0
    assert np.array_equal(matrix, np.round(matrix, 3))
    assert ("sleep", "contacts") in learned.absent.values()


def test_an_almost_empty_column_stays_empty(tmp_path: Any) -> None:
    rows = real_rows(600, 7)
    rows["debt"] = rows["debt"].where(rows.index < 5)
    source, _ = write(tmp_path, rows)
    learned = learn(read_rows(source, schema()), schema())
    assert learned.empty == ("debt",)
    assert "debt" not in learned.declaration.names
