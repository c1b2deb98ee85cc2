"""Areas are fictional, nest, and tell nothing by their names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from challenge.brief import Brief, read_brief
from challenge.schema.partners import STANDING
from challenge.synthesis.drawing.areas import plan_areas, settle
from challenge.synthesis.secret import Secret
from challenge.synthesis.sets import partitions

from .conftest import FIRST_1000_DAYS

SIZES = {
    "train": 60_000,
    "practice": 4_000,
    "board": 20_000,
    "final": 30_000,
    "external": 20_000,
}


@pytest.fixture(scope="module")
def brief() -> Brief:
    """The brief of the first 1000 days."""
    return read_brief(FIRST_1000_DAYS)


@pytest.fixture(scope="module")
def places(brief: Brief) -> pd.DataFrame:
    """Every neighbourhood of a release."""
    plan = plan_areas(brief, partitions(SIZES), Secret.make(3))
    return plan.assign(set=plan["partition"].str.partition("-")[0])


def test_every_household_has_a_place(places: pd.DataFrame) -> None:
    assert places.groupby("set")["households"].sum().to_dict() == SIZES
    assert places["households"].quantile(0.01) >= 50
    assert places["households"].quantile(0.99) <= 150


def test_neighbourhoods_are_never_split(places: pd.DataFrame) -> None:
    assert places["neighbourhood"].is_unique


def test_areas_nest(places: pd.DataFrame) -> None:
    for inner, outer in (
        ("neighbourhood", "postcode4"),
        ("postcode4", "district"),
        ("district", "municipality"),
    ):
        assert (places.groupby(inner)[outer].nunique() == 1).all(), inner


def test_areas_have_about_the_declared_size(places: pd.DataFrame, brief: Brief) -> None:
    for name, size in (
        ("district", brief.areas.district_size),
        ("postcode4", brief.areas.postcode_size),
    ):
        assert places.groupby(name).size().median() == pytest.approx(size, rel=0.25)


def test_only_the_external_set_has_the_municipalities_held_out(
    places: pd.DataFrame, brief: Brief
) -> None:
    outside = places["municipality"].isin(brief.areas.held_out)

    assert (outside == (places["set"] == "external")).all()


def test_postcode_areas_exist_nowhere(places: pd.DataFrame) -> None:
    assert places["postcode4"].str.fullmatch("0[0-9]{3}").all()


def test_a_large_release_has_longer_postcodes_that_exist_nowhere(brief: Brief) -> None:
    plan = plan_areas(brief, partitions({"train": 1_000_000}), Secret.make(3))

    assert plan["postcode4"].nunique() > 1000
    assert plan["postcode4"].str.fullmatch("0[0-9]{4}").all()


@pytest.mark.parametrize(
    ("area", "number"), [("district", r"Wijk (\d+)"), ("neighbourhood", r"-(\d+)$")]
)
def test_numbers_tell_neither_set_nor_standing(
    places: pd.DataFrame, area: str, number: str
) -> None:
    inside = places[places["municipality"] == "Tilburg"]
    numbers = inside[area].str.extract(number)[0].astype(int)

    by_set = [numbers[inside["set"] == name] for name in inside["set"].unique()]
    assert stats.spearmanr(numbers, inside[STANDING]).pvalue > 0.001
    assert stats.kruskal(*by_set).pvalue > 0.001


def test_postcodes_tell_neither_set_nor_standing(places: pd.DataFrame) -> None:
    numbers = places["postcode4"].astype(int)

    by_set = [numbers[places["set"] == name] for name in places["set"].unique()]
    assert stats.spearmanr(numbers, places[STANDING]).pvalue > 0.001
    assert stats.kruskal(*by_set).pvalue > 0.001


def test_districts_hold_neighbourhoods_of_several_sets_and_like_standing(
    places: pd.DataFrame,
) -> None:
    inside = places[places["set"] != "external"]
    districts = inside.groupby("district")

    assert districts["set"].nunique().median() >= 3
    within = districts[STANDING].std().median()
    assert within < 0.6 * inside[STANDING].std()


def test_households_of_like_standing_live_together(
    places: pd.DataFrame, brief: Brief
) -> None:
    mine = places[places["partition"] == "final-0000"].reset_index(drop=True)
    generator = np.random.default_rng(1)
    standing = generator.standard_normal(mine["households"].sum())

    home = settle(standing, mine, brief, generator)

    np.testing.assert_array_equal(np.bincount(home), mine["households"])
    means = pd.Series(standing).groupby(home).mean()
    between = means[home].var() / standing.var()
    # Only what neighbours differ by is lost: 1/k^2-like for k neighbourhoods a town.
    assert between > 0.95
    assert stats.pearsonr(means, mine[STANDING]).statistic > 0.95
