"""Declared against got: each figure against another way to find it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from challenge.brief import Brief
from challenge.schema.associations import rank_correlation
from challenge.schema.curves import Normal
from challenge.schema.levels import Proportions, Share
from challenge.synthesis.audit import Audit
from challenge.synthesis.audit.areas import (
    intraclass_correlation,
    spread_findings,
    target_correlation,
)
from challenge.synthesis.audit.associations import (
    association_findings,
    paired,
    stray_correlation,
)
from challenge.synthesis.audit.marginals import (
    chance_error,
    distribution_error,
    marginal_findings,
)
from challenge.synthesis.audit.ranks import (
    correlation,
    standard_ranks,
    weighted_ranks,
)
from challenge.synthesis.audit.samples import (
    Sample,
    effective_size,
    profiles,
    samples,
)

from .cases import Case, normal_rows

NORMAL = Normal(distribution="normal", mean=0, sd=1, decimals=6)
ONES = np.ones(500)


def test_a_distribution_error_is_kolmogorovs_statistic() -> None:
    values = np.random.default_rng(0).normal(0.3, 1.2, 500)

    expected = stats.ks_1samp(values, stats.norm.cdf).statistic
    # The declared curve stands for itself on a grid of 20,000 points.
    assert distribution_error(values, ONES, NORMAL) == pytest.approx(expected, abs=2e-4)


def test_a_distribution_error_of_levels_is_that_of_their_cumulative_shares() -> None:
    declared = Proportions(proportions={"low": 0.5, "middle": 0.3, "high": 0.2})
    got = np.array([0.0, 0, 0, 0, 1, 1, 1, 2, 2, 2])

    # 0.4 against 0.5, then 0.7 against 0.8.
    assert distribution_error(got, np.ones(10), declared) == pytest.approx(0.1)


def test_a_weight_counts_as_so_many_rows() -> None:
    values, weights = np.array([-1.0, 0.2, 1.4]), np.array([1.0, 3.0, 2.0])
    repeated = np.repeat(values, weights.astype(int))

    assert distribution_error(values, weights, NORMAL) == pytest.approx(
        distribution_error(repeated, np.ones(6), NORMAL)
    )
    assert np.repeat(weighted_ranks(values, weights), [1, 3, 2]) == pytest.approx(
        stats.rankdata(repeated) - 0.5
    )


def test_chance_leaves_honest_columns_alone() -> None:
    generator = np.random.default_rng(1)
    errors = [
        distribution_error(generator.standard_normal(500), ONES, NORMAL)
        for _ in range(100)
    ]

    assert max(errors) < chance_error(500, 100)
    # And it is no wider than it must be: Bonferroni's share of the exact quantile.
    assert chance_error(500, 100) < 1.05 * stats.kstwo.isf(0.001 / 100, 500)


def test_rows_of_one_household_are_worth_less_than_rows_of_many() -> None:
    units = np.array([0, 0, 0, 1, 2])

    # (3 + 1 + 1) squared over 9 + 1 + 1.
    assert effective_size(units, np.ones(5)) == pytest.approx(25 / 11)
    assert effective_size(np.arange(5), np.ones(5)) == 5


def test_postcode_areas_that_share_a_profile_count_as_one(days: Case) -> None:
    postcode = days.brief.areas.postcode
    table = pd.DataFrame(
        {
            postcode: ["0001", "0002", "0003", "0004"],
            "segment": ["A", "A", None, None],
            "affluence": [1.0, 1.0, np.nan, 2.0],
        }
    )

    assert profiles(table, days.brief).tolist() == [0, 0, 2, 1]


@pytest.mark.parametrize("fixture", ["quick", "days"])
def test_an_honest_build_differs_no_more_than_chance_explains(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    audit: Audit = request.getfixturevalue(f"{fixture}_audit")

    assert [m.column for m in audit.marginals if m.gates and m.error > m.chance] == []
    assert [
        a.columns for a in audit.associations if a.gates and a.error > a.chance
    ] == []
    assert [
        g.column
        for g in audit.gaps
        if g.declared is not None and abs(g.got - g.declared) > g.chance
    ] == []
    assert [c.table for c in audit.coverage if abs(c.got - c.declared) > c.chance] == []


def test_every_declared_column_and_pair_is_looked_at(
    days: Case, days_audit: Audit
) -> None:
    drawn = {name for name, c in days.brief.columns.items() if c.marginal is not None}
    pairs = [
        a.names
        for partner in days.brief.partners
        for a in partner.associations
        if "neighbourhood_standing" not in a.names
    ]

    assert {m.column for m in days_audit.marginals} == drawn
    # So few areas share one profile, which says nothing about associations.
    areas = {c.name for p in days.brief.partners if p.is_area for c in p.columns}
    seen = {a.columns for a in days_audit.associations}
    assert seen == {pair for pair in pairs if not set(pair) & areas}


def test_shares_of_levels_are_those_of_the_rows(
    quick: Case, quick_audit: Audit
) -> None:
    found = next(m for m in quick_audit.marginals if m.column == "origin")
    column = quick.rows.rows["origin"][quick.rows.inside]

    got = column.value_counts(normalize=True)
    levels = quick.brief.columns["origin"].marginal.levels
    assert [p.got for p in found.points] == pytest.approx([got[v] for v in levels])


def test_a_rank_correlation_is_spearmans(quick: Case, quick_audit: Audit) -> None:
    inside = quick.rows.rows[quick.rows.inside]
    for found in quick_audit.associations:
        first, second = (
            inside[name].map(_order(quick.brief, name))
            if inside[name].dtype == object
            else inside[name]
            for name in found.columns
        )
        expected = stats.spearmanr(first, second).statistic
        assert found.got == pytest.approx(expected, abs=1e-9)


def _order(brief: Brief, name: str) -> dict[str, int]:
    levels = brief.columns[name].marginal.levels
    return {str(level): place for place, level in enumerate(levels)}


def test_a_correlation_of_scores_has_pearsons_rank_correlation() -> None:
    for rho in (-0.8, 0.0, 0.3, 0.9):
        expected = 6 / math.pi * math.asin(rho / 2)
        assert rank_correlation(rho, NORMAL, NORMAL) == pytest.approx(
            expected, abs=2e-3
        )
    assert rank_correlation(0.5, Share(share=0), NORMAL) == 0


def test_the_error_of_a_correlation_is_that_of_many_draws() -> None:
    generator, size = np.random.default_rng(4), 800
    found = []
    for _ in range(400):
        latent = generator.standard_normal((size, 2)) @ [[1, 0.7], [0, 0.714]]
        # Rare levels: 3 and 8 in a hundred.
        rare = [(latent[:, 0] > 1.88).astype(float), (latent[:, 1] > 1.4).astype(float)]
        ranks = [standard_ranks(values, np.ones(size)) for values in rare]
        found.append(correlation(*ranks, np.ones(size), size))

    values, errors = zip(*found, strict=True)
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.15)


def test_an_odds_ratio_is_the_cross_product(days: Case, days_audit: Audit) -> None:
    found = next(
        a
        for a in days_audit.associations
        if a.odds_got is not None and a.table == "municipality_support"
    )
    table = pd.crosstab(
        *(days.rows.rows[name][days.rows.inside] for name in found.columns)
    ).to_numpy(dtype=float)

    expected = table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0])
    assert found.odds_got == pytest.approx(expected)


def test_rows_of_two_tables_are_paired_each_with_each(quick: Case) -> None:
    one, other = (
        _sample(quick, [0, 0, 2], [1, 2, 3]),
        _sample(quick, [2, 0, 0, 5], [7, 8, np.nan, 9]),
    )

    pairs = paired(one, other)

    assert sorted(zip(pairs.first, pairs.second, strict=True)) == [
        (1, 8),
        (2, 8),
        (3, 7),
    ]
    assert sorted(pairs.units) == [0, 0, 2]


def _sample(case: Case, units: list[int], values: list[float]) -> Sample:
    column = next(iter(case.brief.columns.values()))
    return Sample(
        column=column,
        marginal=NORMAL,
        table=f"table {len(units)}",
        units=np.array(units),
        values=np.array(values, dtype=float),
        weights=np.ones(len(units)),
        per="row",
        is_held_back=False,
    )


def test_a_stray_correlation_is_found(quick: Case) -> None:
    before = stray_correlation(samples(quick.rows, quick.brief), quick.brief)
    values = quick.rows.rows["paid_work"].to_numpy()
    tied = quick.changed(vaccinated=values)

    assert before < 0.06
    found = samples(tied.rows, tied.brief)
    assert stray_correlation(found, tied.brief) == pytest.approx(1)


def test_what_a_rule_holds_back_is_not_judged(days_audit: Audit) -> None:
    held = [m.column for m in days_audit.marginals if not m.gates]

    assert "payment_arrangement" in held
    assert "income_std" not in held


def test_a_broken_column_is_seen(quick: Case) -> None:
    tilted = quick.changed(income=quick.rows.rows["income"] * 1.2)

    found = {m.column: m for m in marginal_findings(samples(tilted.rows, quick.brief))}
    assert found["income"].error > found["income"].chance + 0.02
    pairs = association_findings(samples(tilted.rows, quick.brief), quick.brief)
    # A rank does not change when everybody earns a fifth more.
    assert all(p.error <= p.chance for p in pairs if "income" in p.columns)


def test_an_intraclass_correlation_is_that_of_an_analysis_of_variance() -> None:
    values = np.array([1.0, 2, 3, 5, 6, 7])
    clusters = np.array([0, 0, 0, 1, 1, 1])

    # Mean squares 24 among and 1 inside, three values each: 23 / (23 + 3).
    assert intraclass_correlation(values, clusters) == pytest.approx(23 / 26)
    assert intraclass_correlation(values, np.zeros(6, dtype=int)) == 0


def test_an_intraclass_correlation_is_found_again_in_clusters_of_any_size() -> None:
    generator = np.random.default_rng(2)
    sizes = generator.integers(5, 40, 1_500)
    clusters = np.repeat(np.arange(1_500), sizes)
    own = generator.normal(0, math.sqrt(0.3), 1_500)[clusters]
    values = own + generator.normal(0, math.sqrt(0.7), len(clusters))

    assert intraclass_correlation(values, clusters) == pytest.approx(0.3, abs=0.02)


def test_what_lies_between_neighbourhoods_is_as_declared(days_audit: Audit) -> None:
    assert days_audit.between
    for found in days_audit.between:
        assert found.got == pytest.approx(found.declared, abs=0.03)


def test_spreads_of_areas_are_those_of_the_effects_that_were_drawn(
    days: Case,
) -> None:
    found = {f.level: f for f in spread_findings(days.rows, days.brief, days.mechanism)}
    areas = days.rows.rows.assign(effect=days.rows.area_effects)
    homes = areas.drop_duplicates("neighbourhood")
    within = homes["effect"] - homes.groupby("municipality")["effect"].transform("mean")

    near = found["neighbourhood"]
    assert near.areas == len(homes)
    free = len(homes) - homes["municipality"].nunique()
    assert near.got.value == pytest.approx(math.sqrt((within**2).sum() / free))
    assert near.got.low < near.declared < near.got.high


def test_the_target_differs_between_neighbourhoods(days: Case) -> None:
    assert 0 < target_correlation(days.rows, days.brief) < 0.15


def test_cells_are_counts_of_complete_rows(quick: Case, quick_audit: Audit) -> None:
    for cell in quick_audit.cells:
        attribute = next(a for a in quick.brief.attributes if a.name == cell.attribute)
        groups = attribute.of(quick.rows.rows[quick.rows.sets == cell.set])
        assert cell.rows == (groups == cell.level).sum()


def test_numbers_of_the_factory_correlate_as_they_should() -> None:
    rows = normal_rows(20_000, 3)

    assert rows.corr().iloc[0, 1] == pytest.approx(0.6, abs=0.02)
