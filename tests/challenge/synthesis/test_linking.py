"""Keys link the tables of a release, and nothing else does."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from challenge.schema.chances import Chance
from challenge.synthesis.secret import Secret
from challenge.synthesis.tables.linking import Linked, link
from challenge.synthesis.tables.postcodes import area_tables

from .blocks import SECRET, a_block, places_of, small_brief

BRIEF = small_brief()
BLOCK = a_block(BRIEF, first=1_000)
AREAS = area_tables(places_of(BLOCK), BRIEF, SECRET)
LINKED = link(BLOCK, BRIEF, SECRET, AREAS)


def linked(**facts: object) -> Linked:
    return link(dataclasses.replace(BLOCK, **facts), BRIEF, SECRET, AREAS)


def test_every_key_leads_to_one_household() -> None:
    parents = LINKED.tables["parents"]

    assert parents["hh_id"].is_unique
    assert parents["child_id"].is_unique
    assert set(parents["child_id"]) == set(LINKED.flat["child_id"])
    assert not set(parents["hh_id"]) & set(parents["child_id"])
    for name in ("cases", "survey", "visits"):
        assert set(LINKED.tables[name]["hh_id"]) < set(parents["hh_id"])
    assert set(parents["postcode"]) == set(AREAS["streets"]["postcode"])


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("cases", "case_id"),
        ("parents", "hh_id"),
        ("survey", "hh_id"),
        ("visits", "visit_id"),
    ],
)
def test_a_table_is_sorted_by_its_own_key(name: str, key: str) -> None:
    table = LINKED.tables[name]

    assert table[key].is_unique
    assert table[key].is_monotonic_increasing
    assert table[key].str.fullmatch("[0-9a-f]{16}").all()


def test_tables_have_keys_then_features_in_the_order_of_the_schema() -> None:
    assert {name: list(table) for name, table in LINKED.tables.items()} == {
        "cases": ["hh_id", "case_id", "start", "length", "end", "goal"],
        "parents": [
            *("hh_id", "child_id", "postcode"),
            *("poor", "income", "work", "vaccinated"),
        ],
        "survey": ["hh_id", "contacts", "weight"],
        "visits": ["hh_id", "visit_id", "age", "growth", "worry", "mood", "thin"],
    }


def test_numbers_are_floats_and_texts_are_texts() -> None:
    for table in LINKED.tables.values():
        assert set(table.dtypes) <= {np.dtype(np.float64), np.dtype(object)}


def test_tables_and_frame_agree_about_every_household() -> None:
    parents = LINKED.tables["parents"]
    child = parents.set_index("hh_id")["child_id"]
    flat = LINKED.flat.set_index("child_id")

    joined = flat.loc[parents["child_id"]]
    for name in ("poor", "income", "work"):
        assert joined[name].tolist() == pytest.approx(
            parents[name].tolist(), nan_ok=True
        ) or joined[name].equals(parents[name].set_axis(joined.index))
    survey = LINKED.tables["survey"]
    answered = flat[flat["contacts"].notna()]
    assert set(child[survey["hh_id"]]) == set(answered.index)
    told = flat.loc[child[survey["hh_id"]].to_numpy(), "contacts"]
    assert told.tolist() == survey["contacts"].tolist()


def test_aggregates_can_be_made_again_from_the_public_table() -> None:
    visits = LINKED.tables["visits"]
    child = LINKED.tables["parents"].set_index("hh_id")["child_id"]
    known = visits[visits["age"] <= BRIEF.target.prediction_month]

    counted = known.groupby(child[known["hh_id"]].to_numpy()).size()
    mean = known.groupby(child[known["hh_id"]].to_numpy())["growth"].mean()
    flat = LINKED.flat.set_index("child_id")
    seen = flat[flat["visits_made"] > 0]
    assert seen["visits_made"].equals(
        counted[seen.index].astype(float).rename("visits_made")
    )
    # The order of addition differs.
    assert np.allclose(seen["growth_mean"], mean[seen.index], rtol=0, atol=1e-12)


def test_groups_come_from_complete_rows() -> None:
    groups = LINKED.groups

    assert list(groups) == [
        *("child_id", "set", "origin"),
        *("municipality", "district", "neighbourhood"),
    ]
    assert groups["child_id"].equals(LINKED.flat["child_id"])
    assert groups["origin"].tolist() == BLOCK.rows["origin"].tolist()
    assert set(groups["set"]) == {"train"}


@pytest.mark.parametrize("name", ["board", "final", "external"])
def test_hidden_households_are_in_no_table(name: str) -> None:
    hidden = linked(set=name)

    assert hidden.tables == {}
    assert len(hidden.flat) == len(BLOCK.rows)


def test_a_block_elsewhere_in_the_release_has_other_keys() -> None:
    after = linked(first=1_000 + len(BLOCK.rows))

    for name, table in LINKED.tables.items():
        keys = ["visit_id"] if name == "visits" else ["hh_id"]
        keys += ["case_id"] if name == "cases" else []
        for key in keys:
            assert not set(table[key]) & set(after.tables[name][key])
    pd.testing.assert_frame_equal(
        after.flat.drop(columns="child_id"), LINKED.flat.drop(columns="child_id")
    )


def test_another_secret_gives_other_keys_and_the_same_rows() -> None:
    other = link(BLOCK, BRIEF, Secret.make(2), AREAS)

    assert not set(other.flat["child_id"]) & set(LINKED.flat["child_id"])
    pd.testing.assert_frame_equal(
        other.flat.drop(columns="child_id"), LINKED.flat.drop(columns="child_id")
    )


def test_tables_without_a_household_are_empty_and_so_are_their_features() -> None:
    nobody = Chance(share=1e-12)
    tables = [
        table.model_copy(update={"coverage": nobody})
        if table.name != "parents"
        else table
        for table in BRIEF.partners
    ]
    brief = small_brief(*tables)
    block = a_block(brief, 40)

    empty = link(block, brief, SECRET, area_tables(places_of(block), brief, SECRET))

    assert list(empty.flat.dtypes) == list(LINKED.flat.dtypes)
    for name, table in empty.tables.items():
        assert list(table) == list(LINKED.tables[name])
        assert list(table.dtypes) == list(LINKED.tables[name].dtypes)
        assert len(table) == (40 if name == "parents" else 0)
    elsewhere = [f.name for f in brief.features if f.table != "parents"]
    assert empty.flat[elsewhere].isna().all(axis=None)


def test_linking_twice_gives_the_same() -> None:
    again = linked()

    pd.testing.assert_frame_equal(again.flat, LINKED.flat)
    for name, table in LINKED.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table)
