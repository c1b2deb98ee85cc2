"""Generated rows are as declared: marginals, associations, coverage, the shift."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats

from challenge.brief import read_mechanism
from challenge.schema import Column
from challenge.schema.curves import Curve
from challenge.schema.partners import Association
from challenge.synthesis.areas import plan_areas
from challenge.synthesis.complete import Complete
from challenge.synthesis.partition import Recipe, draw
from challenge.synthesis.secret import Secret
from challenge.synthesis.sets import partitions

from .conftest import FIRST_1000_DAYS
from .estimates import Estimate, odds_ratio, share
from .whole_tables import LARGE, LARGE_SEED, SMALL, linked, whole

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
    held_back = {
        rule.column: rule.only
        for partner in table.brief.partners
        for rule in partner.rules
        if rule.only is not None
    }
    for name, column in table.brief.household_columns.items():
        if column.marginal is not None and not column.shifts:
            only = held_back.get(name)
            held = only.holds(table.rows) if only else slice(None)
            yield column, table.rows.loc[held, name]


def marginal_error(column: Column, got: pd.Series) -> float:
    """Largest gap between declared and got shares."""
    marginal = column.marginal
    assert marginal is not None
    if isinstance(marginal, Curve):
        grid = stats.norm.ppf((np.arange(50_000) + 0.5) / 50_000)
        return float(stats.ks_2samp(got, marginal.values(grid)).statistic)
    return max(abs(np.mean(got == v) - s) for v, s in marginal.shares.items())


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
    values = table.rows[name]
    if values.dtype != object:
        return values.to_numpy()
    return values.map(list(table.brief.levels[name]).index).to_numpy(dtype=np.float64)


@SIZES
def test_marginals_are_as_declared(table: Complete) -> None:
    errors = {
        # Few rows have arrears: their months wander by chance alone.
        column.name: marginal_error(column, values) - 2 / np.sqrt(len(values))
        for column, values in drawn_values(table)
    }

    assert max(errors.values()) <= 0.01, max(errors, key=lambda name: errors[name])


@SIZES
def test_rank_correlations_are_as_declared(table: Complete) -> None:
    errors = {
        a.names: abs(
            stats.spearmanr(*(codes(table, name) for name in a.names)).statistic
            - a.spearman
        )
        for a in associations(table)
        if a.spearman is not None
    }

    assert len(errors) > 80
    assert max(errors.values()) <= 0.05, max(errors, key=lambda pair: errors[pair])


@SIZES
def test_odds_ratios_are_as_declared(table: Complete) -> None:
    found = {
        a.names: (odds_ratio(*(table.rows[name] for name in a.names)), a.odds_ratio)
        for a in associations(table)
        if a.odds_ratio is not None
    }

    assert len(found) > 10
    assert all(got.within(0.9 * told, told / 0.9) for got, told in found.values())


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
        ("food_bank", 1.0),
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
