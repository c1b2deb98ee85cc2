"""Area tables: postcode areas share profiles, and a profile tells of no place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri
from sklearn.metrics import roc_auc_score

from challenge.brief import read_brief
from challenge.schema import PartnerSchema
from challenge.schema.chances import Chance
from challenge.schema.partners import STANDING
from challenge.synthesis.drawing.areas import plan_areas
from challenge.synthesis.secret import Secret
from challenge.synthesis.sets import partitions
from challenge.synthesis.tables.extracts import area_extract
from challenge.synthesis.tables.postcodes import SHARED_BY, area_tables

from .blocks import SECRET, a_block, altered, parents, small_brief, streets
from .conftest import FIRST_1000_DAYS

SIZES = {
    "train": 12_000,
    "practice": 4_000,
    "board": 20_000,
    "final": 30_000,
    "external": 20_000,
}


def many_places(areas: int, towns: int = 4) -> pd.DataFrame:
    """Two neighbourhoods in every postcode area, out of order."""
    generator = np.random.default_rng(5)
    standing = generator.standard_normal(areas)
    places = pd.DataFrame(
        {
            "postcode": np.repeat([f"0{n:05d}" for n in range(areas)], 2),
            "municipality": np.repeat([f"Dorp {n % towns}" for n in range(areas)], 2),
            STANDING: np.repeat(standing, 2) + np.tile([-0.1, 0.1], areas),
        }
    )
    return places.sample(frac=1, random_state=1)


def shared(table: pd.DataFrame, postcode: str = "postcode") -> pd.Series:
    """Number of the combination of values of each postcode area."""
    values = table.drop(columns=postcode)
    numbers = values.groupby(list(values), dropna=False).ngroup()
    return numbers.set_axis(table[postcode])


def gappy(table: PartnerSchema) -> PartnerSchema:
    """A table of streets of which some rows and some values are missing."""
    sparse = altered(table, "segment", missing=Chance(share=0.3))
    return sparse.model_copy(update={"coverage": Chance(share=0.8)})


def fine() -> PartnerSchema:
    """Streets in which no two profiles have the same values by rounding."""
    marginal = streets().columns[1].marginal
    assert marginal is not None
    exact = marginal.model_copy(update={"decimals": 9})
    return altered(streets(), "affluence", marginal=exact)


PLACES = many_places(40_000)
BRIEF = small_brief(parents(), fine())
TABLE = area_tables(PLACES, BRIEF, SECRET)["streets"]
MEANS = PLACES.groupby("postcode")[STANDING].mean()


def test_an_area_table_has_one_sorted_row_per_postcode_area() -> None:
    assert TABLE["postcode"].tolist() == sorted(set(PLACES["postcode"]))
    assert list(TABLE) == ["postcode", "affluence", "segment"]


@pytest.mark.parametrize("areas", [1, 9, 10, 19, 20, 57, 172, 1_000])
@pytest.mark.parametrize("table", [streets(), gappy(streets())], ids=["whole", "gaps"])
def test_ten_postcode_areas_or_all_share_each_combination_of_values(
    areas: int, table: PartnerSchema
) -> None:
    places, brief = many_places(areas), small_brief(parents(), table)

    found = shared(area_tables(places, brief, SECRET)["streets"])

    every = found.reindex(sorted(set(places["postcode"]))).fillna(-1)
    assert every.value_counts().min() >= min(areas, SHARED_BY)


def test_two_area_tables_deal_the_same_profiles() -> None:
    one = gappy(streets())
    key, *values = one.columns
    values = [c.model_copy(update={"name": f"{c.name}_2"}) for c in values]
    inner = one.table.model_copy(update={"columns": (key, *values)})
    facts = {"name": "lanes", "table": inner, "associations": ()}
    brief = small_brief(parents(), one, one.model_copy(update=facts))

    tables = area_tables(many_places(1_000), brief, SECRET)

    both = pd.merge(tables["streets"], tables["lanes"], on="postcode", how="outer")
    assert set(both) == {"postcode", "affluence", "segment", "affluence_2", "segment_2"}
    assert shared(both).value_counts().min() >= SHARED_BY


def test_each_profile_holds_its_part_of_every_municipality() -> None:
    found = shared(TABLE)
    town = PLACES.drop_duplicates("postcode").set_index("postcode")["municipality"]

    seats = pd.crosstab(found, town[found.index].to_numpy())

    assert seats.shape == (4_000, 4)
    assert seats.to_numpy().min() >= 1
    assert seats.to_numpy().max() <= 4


def test_a_profile_is_no_place() -> None:
    ten = many_places(200, towns=1)
    order = ten.groupby("postcode")[STANDING].mean().sort_values().index
    found = shared(area_tables(ten, BRIEF, SECRET)["streets"])

    neighbours = found[order].to_numpy().reshape(-1, SHARED_BY)

    assert all(len(set(run)) > 1 for run in neighbours)


def test_columns_go_with_the_standing_of_the_profile_as_declared() -> None:
    profiles = TABLE.assign(profile=shared(TABLE).to_numpy())
    profiles["standing"] = MEANS[TABLE["postcode"]].to_numpy()
    affluence = profiles.groupby("profile")["affluence"].first()
    standing = profiles.groupby("profile")["standing"].mean()

    # 4 standard errors of a correlation of 0.7 over 4,000 profiles.
    assert len(affluence) == pytest.approx(4_000, abs=20)
    found = np.corrcoef(affluence, ndtri((standing.rank() - 0.5) / len(standing)))
    assert found[0, 1] == pytest.approx(0.7, abs=0.033)


def test_marginals_hold_over_profiles() -> None:
    assert TABLE["affluence"].between(0, 100).all()
    # 4 standard errors of 4,000 profiles.
    assert TABLE["affluence"].mean() == pytest.approx(50, abs=1)
    assert TABLE["affluence"].std() == pytest.approx(15, abs=0.8)
    assert (TABLE["segment"] == "a").mean() == pytest.approx(0.4, abs=0.032)


def test_areas_that_are_all_alike_still_get_a_table() -> None:
    same = many_places(300).assign(**{STANDING: 0.0})

    assert area_tables(same, BRIEF, SECRET)["streets"]["affluence"].nunique() > 1


def test_a_brief_without_area_tables_gives_none() -> None:
    assert area_tables(PLACES, small_brief(parents()), SECRET) == {}


def test_gaps_and_coverage_belong_to_the_profile() -> None:
    brief = small_brief(parents(), gappy(fine()))

    table = area_tables(PLACES, brief, SECRET)["streets"]

    # 4 standard errors of 4,000 profiles.
    assert len(table) / 40_000 == pytest.approx(0.8, abs=0.026)
    assert table["segment"].isna().mean() == pytest.approx(0.3, abs=0.033)
    here = TABLE[TABLE["postcode"].isin(table["postcode"])]
    assert table["affluence"].tolist() == here["affluence"].tolist()


def test_a_household_in_an_area_without_a_row_has_no_values() -> None:
    block = a_block(small_brief())
    areas = TABLE.assign(postcode=[f"0{n:03d}" for n in range(len(TABLE))])
    extract = area_extract(block, "postcode", areas[areas["postcode"] != "0003"])

    assert (extract.inside == (block.rows["postcode"] != "0003")).all()
    assert 0 < (~extract.inside).sum() < len(block.rows)
    assert len(extract.rows) == extract.inside.sum() == len(extract.household)


def test_another_secret_gives_other_areas() -> None:
    other = area_tables(PLACES, BRIEF, Secret.make(2))["streets"]

    assert not other["affluence"].equals(TABLE["affluence"])
    assert area_tables(PLACES, BRIEF, SECRET)["streets"].equals(TABLE)


@pytest.mark.parametrize("seed", range(5))
def test_values_of_an_area_tell_neither_set_nor_municipality(seed: int) -> None:
    brief, secret = read_brief(FIRST_1000_DAYS), Secret.make(seed)
    places = plan_areas(brief, partitions(SIZES), secret)
    table = area_tables(places, brief, secret)["whooz_postcode"]
    profile = places["postcode4"].map(shared(table, "postcode4"))
    outside = places["municipality"].isin(brief.areas.held_out)
    shares = outside.groupby(profile).mean()

    assert len(shares) == places["postcode4"].nunique() // SHARED_BY
    assert (places["municipality"].groupby(profile).nunique() >= 3).all()
    # Two or three areas in ten are in municipalities held out: 23 % in all. If ten
    # areas were taken by chance, almost half the profiles would be outside.
    assert shares.between(0.15, 0.36).all()
    # What a team can see: which profiles are rarer in public than in hidden rows.
    # 0.49 on average over 60 plans, with a standard deviation of 0.03.
    sets = places["partition"].str.extract("([a-z]+)", expand=False)
    rows = places.groupby([profile, sets])["households"].sum().unstack(fill_value=0)
    hidden, public = rows[["board", "external"]], rows[["train", "practice"]]
    rarity = sets.index.map(profile).map(hidden.sum(axis=1) / public.sum(axis=1))
    asked = sets.isin(["board", "external"]).to_numpy()
    found = roc_auc_score(
        outside[asked], rarity[asked], sample_weight=places["households"][asked]
    )
    assert found == pytest.approx(0.5, abs=0.1)
