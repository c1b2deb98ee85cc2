"""Generated rows are as declared: marginals, associations, coverage, the shift."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats

from challenge.brief import Brief, read_mechanism
from challenge.schema import Column, PartnerSchema
from challenge.schema.chances import Chance
from challenge.schema.curves import Curve
from challenge.schema.partners import STANDING, Association
from challenge.synthesis.drawing.areas import plan_areas
from challenge.synthesis.drawing.complete import Complete
from challenge.synthesis.drawing.partition import Recipe, draw
from challenge.synthesis.secret import Secret
from challenge.synthesis.sets import partitions
from challenge.synthesis.tables.repeated import repeated_extract, within

from .conftest import FIRST_1000_DAYS
from .estimates import (
    Estimate,
    odds_ratio,
    rank_correlation_error,
    share,
    share_between,
    slope,
)
from .whole_tables import (
    LARGE,
    LARGE_SEED,
    SMALL,
    linked,
    neighbourhoods,
    whole,
    whole_block,
)

SIZES = pytest.mark.parametrize(
    "table",
    [(SMALL, 1), pytest.param((LARGE, LARGE_SEED), marks=pytest.mark.full)],
    indirect=True,
    ids=str,
)


@pytest.fixture
def table(request: pytest.FixtureRequest) -> Complete:
    """A complete table of a size and a seed."""
    return whole(*request.param)


def drawn_values(table: Complete) -> Iterator[tuple[Column, pd.Series]]:
    """Each drawn household column where its declared marginal holds.

    A value that a rule holds back elsewhere, or a district shifts, is left out.
    """
    rules = [rule for partner in table.brief.partners for rule in partner.rules]
    for name, column in table.brief.household_columns.items():
        if column.marginal is not None and not column.shifts:
            held = np.ones(len(table.rows), dtype=np.bool_)
            for rule in rules:
                if rule.column == name and rule.only is not None:
                    held &= rule.only.holds(table.rows)
            yield column, table.rows.loc[held, name]


def marginal_error(column: Column, got: pd.Series) -> float:
    """Largest gap between declared and got shares, in standard errors.

    Of a curve: the statistic of Kolmogorov and Smirnov, of which 2.2 is as rare as
    four standard errors.
    """
    marginal, size = column.marginal, len(got)
    assert marginal is not None
    if isinstance(marginal, Curve):
        grid = stats.norm.ppf((np.arange(50_000) + 0.5) / 50_000)
        gap = stats.ks_2samp(got, marginal.values(grid)).statistic
        return float(gap * np.sqrt(size) * 4 / 2.2)
    shares = np.array(list(marginal.shares.values()))
    counts = np.array([(got == level).sum() for level in marginal.shares])
    rare = shares * size < 10  # too few for a normal error: counted together
    if rare.any():
        shares = np.append(shares[~rare], shares[rare].sum())
        counts = np.append(counts[~rare], counts[rare].sum())
    errors = np.sqrt(np.maximum(shares * (1 - shares), 10 / size) / size)
    return float(np.max(np.abs(counts / size - shares) / errors))


def associations(table: Complete) -> Iterator[Association]:
    """Declared associations between household columns that no rule holds back."""
    whole_columns = {
        column.name
        for column, values in drawn_values(table)
        if len(values) == len(table.rows)
    }
    for partner in table.brief.partners:
        for association in partner.associations:
            if whole_columns.issuperset(association.names):
                yield association


def codes(table: Complete, name: str) -> NDArray[np.float64]:
    """A column as numbers; categories by their declared order."""
    return ordered(table.rows[name], table.brief)


def ordered(values: pd.Series, brief: Brief) -> NDArray[np.float64]:
    """Values as numbers; categories by their declared order."""
    if values.dtype != object:
        return values.to_numpy(dtype=np.float64)
    columns = {c.name: c for partner in brief.partners for c in partner.columns}
    marginal = columns[str(values.name)].marginal
    assert marginal is not None
    levels = list(marginal.levels)
    return values.map(levels.index).to_numpy(dtype=np.float64)


@SIZES
def test_marginals_are_as_declared(table: Complete) -> None:
    errors = {
        column.name: round(marginal_error(column, values), 2)
        for column, values in drawn_values(table)
    }

    assert len(errors) > 50
    assert not {name: error for name, error in errors.items() if error > 4}


def require_as_declared(found: dict[tuple[str, str], tuple[Estimate, float]]) -> None:
    """Hold estimates against what was declared: one by one, and all together."""
    z = {pair: (got.value - told) / got.error for pair, (got, told) in found.items()}
    assert not {pair: round(far, 2) for pair, far in z.items() if abs(far) > 4.5}
    # Of independent rows the mean square is 1; pairs share columns and ties, so that
    # it varies.
    assert np.sqrt(np.mean(np.square(list(z.values())))) < 1.35
    for low, high in ((0, 0.13), (0.13, 1)):
        part = [pair for pair in found.values() if low < abs(pair[1]) <= high]
        got = slope([estimate for estimate, _ in part], [told for _, told in part])
        assert got.value == pytest.approx(1, abs=4.5 * got.error)


def ranked(first: NDArray[Any], second: NDArray[Any]) -> Estimate:
    """Rank correlation."""
    found = float(stats.spearmanr(first, second).statistic)
    return Estimate(found, rank_correlation_error(found, len(first)))


@SIZES
def test_rank_correlations_are_as_declared(table: Complete) -> None:
    found = {
        a.names: (ranked(*(codes(table, name) for name in a.names)), a.spearman)
        for a in associations(table)
        if a.spearman is not None
    }

    assert len(found) > 80
    require_as_declared(found)


@SIZES
def test_columns_lie_between_neighbourhoods_as_declared(table: Complete) -> None:
    drawn = {column.name: column for column, _ in drawn_values(table)}
    pairs = [
        (next(name for name in a.names if name != STANDING), a.correlation)
        for partner in table.brief.partners
        for a in partner.associations
        if STANDING in a.names and a.correlation is not None
    ]
    found, told = [], []
    for name, correlation in pairs:
        marginal = drawn[name].marginal if name in drawn else None
        if marginal is not None and len(table.rows) == table.rows[name].count():
            ranks = stats.rankdata(codes(table, name))
            found.append(share_between(ranks, neighbourhoods(table)))
            told.append(rank_share(drawn[name], correlation))

    assert len(found) >= 5
    z = [(got.value - t) / got.error for got, t in zip(found, told, strict=True)]
    assert max(np.abs(z)) < 4.5
    # Cutting households into neighbourhoods loses a little of the standing.
    together = slope(found, told)
    assert together.within(0.95, 1)
    assert together.error < 0.1


def rank_share(column: Column, correlation: float) -> float:
    """Share of the variance of ranks between levels of a standing, by quadrature."""
    marginal = column.marginal
    assert marginal is not None
    z = stats.norm.ppf((np.arange(400) + 0.5) / 400)
    scores = correlation * z[:, None] + np.sqrt(1 - correlation**2) * z
    values = pd.Series(marginal.values(scores.ravel()))
    if values.dtype == object:
        values = values.map(list(marginal.levels).index)
    ranks = stats.rankdata(values).reshape(scores.shape)
    return float(ranks.mean(axis=1).var() / ranks.var())


@SIZES
def test_rank_correlations_of_repeated_columns_are_as_declared(table: Complete) -> None:
    brief, block = table.brief, whole_block(len(table.rows), 1)
    household = {c.name for c, v in drawn_values(table) if len(v) == len(table.rows)}
    found = {}
    for partner in (p for p in brief.partners if p.is_repeated):
        extract = repeated_extract(block, complete(partner), brief)
        first = np.flatnonzero(within(extract.household) == 0)
        rows = extract.rows.iloc[first].reset_index(drop=True)
        made = {rule.column for rule in partner.rules}
        here = table.rows.iloc[extract.household[first]].reset_index(drop=True)
        for a in partner.associations:
            known = household | (set(rows) - made)
            if a.spearman is not None and known.issuperset(a.names):
                both = (
                    ordered((rows if n in rows else here)[n], brief) for n in a.names
                )
                found[a.names] = ranked(*both), a.spearman

    assert len(found) >= 8
    require_as_declared(found)


def complete(partner: PartnerSchema) -> PartnerSchema:
    """The same table of everybody, without gaps."""
    everybody, never = Chance(share=1), Chance(share=0)
    columns = tuple(
        c.model_copy(update={"missing": never}) for c in partner.table.columns
    )
    form = partner.rows
    assert form is not None
    if form.moments is not None:
        form = form.model_copy(update={"attended": everybody})
    table = partner.table.model_copy(update={"columns": columns})
    return partner.model_copy(
        update={"coverage": everybody, "table": table, "rows": form}
    )


@SIZES
def test_odds_ratios_are_as_declared(table: Complete) -> None:
    found = {
        a.names: (odds_ratio(*(table.rows[name] for name in a.names)), a.odds_ratio)
        for a in associations(table)
        if a.odds_ratio is not None
    }

    # Nine are declared; a rule or a shift touches a column of the other four.
    assert len(found) == 5
    # On the log scale odds ratios are about normal; five errors share rows.
    z = [
        np.log(got.value / told) * got.value / got.error for got, told in found.values()
    ]
    assert np.abs(z).max() < 4
    assert np.sqrt(np.mean(np.square(z))) < 2


def test_a_column_that_was_not_drawn_everywhere_is_empty_or_false_elsewhere() -> None:
    rows = whole(SMALL, 1).rows

    assert rows.loc[rows["premium_arrears_months"] < 6, "cak_registered"].eq(0).all()
    on_time = rows["premium_arrears_months"] == 0
    assert rows.loc[on_time, "first_arrears_month"].isna().all()
    assert rows.loc[on_time, "payment_arrangement"].eq(0).all()


@pytest.mark.parametrize(
    ("column", "declared"),
    [
        ("household_type", 1.0),
        ("social_support", 0.08),
        ("gp_contacts_12m", 0.35),
        ("contacts_ggd", 0.97),
        ("affluence_index", 1.0),
        ("overcrowded", 1.0),
    ],
)
def test_partners_cover_the_declared_share(column: str, declared: float) -> None:
    assert share(linked(SMALL, 1).flat[column].notna()).within(declared, declared)


def test_a_family_whose_help_starts_later_is_not_known_at_the_prediction_moment() -> (
    None
):
    table = linked(SMALL, 1).tables["sterkhuis_trajectory"]
    first = table.groupby("hh_id")["start_month"].min()
    known = linked(SMALL, 1).flat["trajectories"].notna()

    assert Estimate(len(first) / SMALL, 0.0016).within(0.03, 0.03)
    assert known.sum() == (first <= 6).sum() < len(first)


@pytest.mark.parametrize(
    ("column", "circumstance"),
    [
        ("gp_contacts_12m", "debt_problem"),
        ("contacts_ggd", "debt_problem"),
        ("contacts_ggd", "first_visit_after_12w"),
    ],
)
def test_who_has_debts_or_avoids_help_is_in_fewer_registers(
    column: str, circumstance: str
) -> None:
    inside = linked(SMALL, 1).flat[column].notna()
    there = whole(SMALL, 1).rows[circumstance] == 1

    assert inside[there].mean() < inside[~there].mean()


def test_groups_come_from_rows_before_coverage() -> None:
    groups = linked(SMALL, 1).groups

    assert share(groups["home_language"] == "other").within(0.16, 0.16)
    assert share(groups["interpreter"] == "with").within(0.05, 0.05)
    assert share(groups["mother_age"] == "under_23").within(0.03, 0.04)
    assert set(groups["origin"]) == {"NL", "Europe", "outside_Europe"}


def test_nothing_protected_and_no_area_code_is_a_feature() -> None:
    names = set(linked(SMALL, 1).flat)

    assert not names & {
        "origin",
        "home_language_other",
        "interpreter_used",
        "postcode4",
        "municipality",
        "district",
        "neighbourhood",
        "survey_weight",
    }


def test_external_rows_differ_as_the_brief_says() -> None:
    whole_brief = whole(SMALL, 1).brief
    mechanism = read_mechanism(FIRST_1000_DAYS / "mechanism.toml", whole_brief)
    secret = Secret.make(1)
    recipe = Recipe.make(whole_brief, mechanism, secret)
    cut = partitions({"external": 4000})
    outside = draw(recipe, cut[0], plan_areas(whole_brief, cut, secret)).block.rows
    inside = whole(SMALL, 1).rows

    assert outside["income_std"].median() < inside["income_std"].median()
    rented = share(outside["tenure"] == "social_rent")
    assert rented.value > share(inside["tenure"] == "social_rent").value + 0.02
    assert set(outside["municipality"]) == {"Waalwijk", "Oisterwijk", "Goirle"}
    assert "Tilburg" in set(inside["municipality"])
    assert not set(outside["municipality"]) & set(inside["municipality"])
