"""Area tables: one row per postcode area, associated with how well off it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from challenge.schema.chances import Chance
from challenge.schema.columns import Shift
from challenge.schema.partners import STANDING
from challenge.synthesis.extracts import area_extract
from challenge.synthesis.postcodes import area_tables
from challenge.synthesis.secret import Secret

from .blocks import ASSUMED, SECRET, a_block, altered, parents, small_brief, streets

BRIEF = small_brief()


def many_places(areas: int) -> pd.DataFrame:
    """Two neighbourhoods in every postcode area, out of order."""
    generator = np.random.default_rng(5)
    standing = generator.standard_normal(areas)
    places = pd.DataFrame(
        {
            "postcode": np.repeat([f"0{n:04d}" for n in range(areas)], 2),
            "district": np.repeat([f"Wijk {n // 10}" for n in range(areas)], 2),
            STANDING: np.repeat(standing, 2) + np.tile([-0.1, 0.1], areas),
        }
    )
    return places.sample(frac=1, random_state=1)


PLACES = many_places(5_000)
TABLE = area_tables(PLACES, BRIEF, SECRET)["streets"]
MEANS = PLACES.groupby("postcode")[STANDING].mean()


def test_an_area_table_has_one_sorted_row_per_postcode_area() -> None:
    assert TABLE["postcode"].tolist() == sorted(set(PLACES["postcode"]))
    assert list(TABLE) == ["postcode", "affluence", "segment"]


def test_columns_go_with_the_standing_of_the_area_as_declared() -> None:
    standing = MEANS[TABLE["postcode"]].to_numpy()

    # 4 standard errors of a correlation of 0.7 over 5,000 areas.
    found = np.corrcoef(standing, TABLE["affluence"])[0, 1]
    assert found == pytest.approx(0.7, abs=0.03)


def test_marginals_hold_over_areas() -> None:
    assert TABLE["affluence"].mean() == pytest.approx(50, abs=0.9)
    assert TABLE["affluence"].std() == pytest.approx(15, abs=0.7)
    assert TABLE["affluence"].between(0, 100).all()
    assert (TABLE["segment"] == "a").mean() == pytest.approx(0.4, abs=0.028)


def test_areas_that_are_all_alike_still_get_a_table() -> None:
    same = PLACES.assign(**{STANDING: 0.0})

    assert area_tables(same, BRIEF, SECRET)["streets"]["affluence"].std() < 15


def test_a_brief_without_area_tables_gives_none() -> None:
    assert area_tables(PLACES, small_brief(parents()), SECRET) == {}


def test_shifts_gaps_and_coverage_hold_per_area() -> None:
    shift = {"district": "Wijk 0", "add": 7, "x-source": ASSUMED}
    sparse = altered(streets(), "segment", missing=Chance(share=0.2))
    sparse = altered(sparse, "affluence", shifts=(Shift.model_validate(shift),))
    brief = small_brief(sparse.model_copy(update={"coverage": Chance(share=0.8)}))

    table = area_tables(PLACES, brief, SECRET)["streets"]

    assert len(table) == pytest.approx(4_000, abs=115)
    assert table["segment"].isna().mean() == pytest.approx(0.2, abs=0.026)
    before = TABLE.set_index("postcode")["affluence"][table["postcode"]]
    moved = table["affluence"].to_numpy() - before.to_numpy()
    there = table["postcode"] < "00010"
    assert 0 < there.sum() <= 10
    assert set(moved[there]) == {7.0}
    assert set(moved[~there]) == {0.0}


def test_a_household_in_an_area_without_a_row_has_no_values() -> None:
    block = a_block(BRIEF)
    areas = TABLE.assign(postcode=[f"0{n:03d}" for n in range(len(TABLE))])
    extract = area_extract(block, "postcode", areas[areas["postcode"] != "0003"])

    assert (extract.inside == (block.rows["postcode"] != "0003")).all()
    assert 0 < (~extract.inside).sum() < len(block.rows)
    assert len(extract.rows) == extract.inside.sum() == len(extract.household)


def test_another_secret_gives_other_areas() -> None:
    other = area_tables(PLACES, BRIEF, Secret.make(2))["streets"]

    assert not other["affluence"].equals(TABLE["affluence"])
    assert area_tables(PLACES, BRIEF, SECRET)["streets"].equals(TABLE)
