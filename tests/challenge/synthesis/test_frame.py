"""The flat frame: what is known at the prediction moment, and nothing later."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from challenge.schema.repetition import Aggregate
from challenge.synthesis.tables.extracts import Extract
from challenge.synthesis.tables.frame import aggregated, feature_frame, visible
from challenge.synthesis.tables.frame_dictionary import frame_dictionary
from challenge.synthesis.tables.linking import extract_tables
from challenge.synthesis.tables.postcodes import area_tables
from challenge.synthesis.tables.streams import arrow_table

from .blocks import (
    SECRET,
    a_block,
    altered,
    cases,
    feature,
    places_of,
    small_brief,
    visits,
    with_sources,
)

BRIEF = small_brief()
MONTH = BRIEF.target.prediction_month
BLOCK = a_block(BRIEF)
AREAS = area_tables(places_of(BLOCK), BRIEF, SECRET)
EXTRACTS = extract_tables(BLOCK, BRIEF, AREAS)
FRAME = feature_frame(EXTRACTS, BRIEF)

# Household 0 has rows at 1, 3, 6 and 9 months, 1 has one at 9, 2 is in the table
# without a row, 3 is not in it.
HAND = Extract(
    inside=np.array([True, True, True, False]),
    household=np.array([0, 0, 0, 0, 1]),
    rows=pd.DataFrame(
        {
            "age": [6.0, 1.0, 3.0, 9.0, 9.0],
            "growth": [0.5, -2.0, np.nan, 9.0, 9.0],
            "mood": np.array(["middle", "high", None, "low", "low"], dtype=object),
            "thin": [0.0, 1.0, 0.0, 1.0, 1.0],
        }
    ),
)


def digest(frame: pd.DataFrame) -> str:
    """Hash of every value and type of a frame."""
    table = arrow_table(frame)
    whole = b"".join(
        buffer.to_pybytes()
        for name in table.column_names
        for chunk in table[name].chunks
        for buffer in chunk.buffers()
        if buffer is not None
    )
    return hashlib.sha256(str(table.schema).encode() + whole).hexdigest()


@pytest.mark.parametrize(
    ("take", "of", "more", "expected"),
    [
        ("count", "", {}, [3, 0, 0, None]),
        ("count", "growth", {"below": 1.0}, [2, 0, 0, None]),
        ("count", "growth", {"at_least": 0.0, "below": 1.0}, [1, 0, 0, None]),
        ("any", "", {}, [1, 0, 0, None]),
        ("any", "mood", {"equals": "low"}, [0, 0, 0, None]),
        ("any", "mood", {"in": ["high", "low"]}, [1, 0, 0, None]),
        ("sum", "growth", {}, [-1.5, 0, 0, None]),
        ("mean", "growth", {}, [-0.75, None, None, None]),
        ("min", "growth", {}, [-2.0, None, None, None]),
        ("max", "growth", {}, [0.5, None, None, None]),
        ("first", "growth", {}, [-2.0, None, None, None]),
        ("last", "growth", {}, [0.5, None, None, None]),
        ("first", "mood", {}, ["high", None, None, None]),
        ("last", "mood", {}, ["middle", None, None, None]),
        ("min", "mood", {}, ["middle", None, None, None]),
        ("max", "mood", {}, ["high", None, None, None]),
        ("sum", "thin", {}, [1, 0, 0, None]),
    ],
)
def test_rows_become_one_value_as_counted_by_hand(
    take: str, of: str, more: dict[str, object], expected: list[object]
) -> None:
    made = Aggregate.model_validate(feature("made", take, of, **more))

    found = aggregated(HAND, visits(), made, month=6)

    told = [None if pd.isna(value) else value for value in found]
    assert told == expected
    assert found.dtype == (object if isinstance(expected[0], str) else np.float64)


def test_a_value_may_be_known_later_than_its_row() -> None:
    rows = pd.DataFrame({"start": [1.0, 2.0], "end": [5.0, 7.0], "goal": [2.0, 3.0]})
    extract = Extract(np.array([True]), np.array([0, 0]), rows)

    def made(take: str, of: str = "") -> list[float]:
        asked = Aggregate.model_validate(feature("made", take, of))
        return aggregated(extract, cases(), asked, month=6).tolist()

    assert made("count") == [2.0]
    assert made("sum", "goal") == [2.0]
    assert made("last", "goal") == [2.0]


def test_a_value_is_not_known_before_its_column_is() -> None:
    made = Aggregate.model_validate(feature("made", "count", "thin", equals=True))
    late = altered(visits(), "thin", available_from=8)

    assert aggregated(HAND, late, made, month=6).tolist()[:3] == [0.0, 0.0, 0.0]
    assert aggregated(HAND, late, made, month=9).tolist()[:3] == [2.0, 1.0, 0.0]


def test_the_frame_can_be_made_again_from_the_tables_with_pandas() -> None:
    rows = EXTRACTS["visits"].rows.assign(h=EXTRACTS["visits"].household)
    rows = rows[rows["age"] <= MONTH].sort_values("age", kind="stable")
    grouped = rows.groupby("h")
    inside = EXTRACTS["visits"].inside

    again = pd.DataFrame(
        {
            "visits_made": grouped.size(),
            "ever_thin": grouped["thin"].max(),
            "growth_mean": grouped["growth"].mean(),
            "mood_last": grouped["mood"].last(),
        }
    ).reindex(range(len(inside)))
    for name in ("visits_made", "ever_thin"):
        again[name] = again[name].fillna(0).where(inside)
    again.index.name = None
    last = again["mood_last"].astype(object)
    again["mood_last"] = last.where(last.notna(), None)
    pd.testing.assert_frame_equal(FRAME[list(again)], again, check_dtype=False)


def test_the_frame_has_the_briefs_columns_in_order_as_floats_or_texts() -> None:
    assert tuple(FRAME.columns) == BRIEF.feature_names
    texts = {f.name for f in BRIEF.features if f.is_text}
    assert texts == {"work", "segment", "mood_last", "mood_best"}
    for name in FRAME:
        assert FRAME[name].dtype == (object if name in texts else np.float64)
        assert not any(isinstance(v, float) for v in FRAME[name] if name in texts)
    assert not {"vaccinated", "origin", "postcode", "age", "start"} & set(FRAME)


def test_who_is_in_a_table_has_its_features_in_the_frame() -> None:
    for table, name in (("survey", "contacts"), ("visits", "visits_made")):
        assert (FRAME[name].notna() == EXTRACTS[table].inside).all()


def test_every_household_has_the_values_of_its_postcode_area() -> None:
    areas = AREAS["streets"].set_index("postcode")

    expected = BLOCK.rows["postcode"].map(areas["affluence"])
    assert FRAME["affluence"].tolist() == expected.tolist()
    assert (
        FRAME["segment"].tolist()
        == BLOCK.rows["postcode"].map(areas["segment"]).tolist()
    )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), month=st.sampled_from([0.0, 1.0, 6.0, 13.9]))
def test_no_row_after_the_prediction_moment_reaches_the_frame(
    seed: int, month: float
) -> None:
    generator = np.random.default_rng(seed)
    target = BRIEF.target.model_copy(update={"prediction_month": month})
    brief = BRIEF.model_copy(update={"target": target})
    altered = dict(EXTRACTS)
    # Whatever comes later is put in another order or lost; `goal` is known at `end`.
    for table, moments in {
        "visits": {"age": ["growth", "worry", "mood", "thin"]},
        "cases": {"start": ["length"], "end": ["goal"]},
    }.items():
        rows = EXTRACTS[table].rows.copy()
        for moment, names in moments.items():
            later = np.flatnonzero(rows[moment] > month)
            for name in names:
                place = rows.columns.get_loc(name)
                rows.iloc[later, place] = rows[name].to_numpy()[
                    generator.permutation(later)
                ]
                gone = later[generator.random(len(later)) < 0.3]
                rows.iloc[gone, place] = None if rows[name].dtype == object else np.nan
        altered[table] = dataclasses.replace(EXTRACTS[table], rows=rows)

    assert digest(feature_frame(altered, brief)) == digest(
        feature_frame(EXTRACTS, brief)
    )


@pytest.mark.parametrize(("table", "moment"), [("visits", "age"), ("cases", "start")])
def test_a_table_cut_off_at_the_prediction_moment_gives_the_same_frame(
    table: str, moment: str
) -> None:
    whole = EXTRACTS[table]
    known = (whole.rows[moment] <= MONTH).to_numpy()
    household = whole.household[known]
    # Nobody knows at this moment whose first case is still to come.
    inside = (
        np.isin(np.arange(len(whole.inside)), household)
        if table == "cases"
        else whole.inside
    )
    cut = Extract(inside, household, whole.rows[known].reset_index(drop=True))

    assert known.mean() < 0.7
    assert digest(feature_frame({**EXTRACTS, table: cut}, BRIEF)) == digest(FRAME)


def test_a_household_whose_first_case_comes_later_looks_like_one_without() -> None:
    rows = pd.DataFrame({"start": [7.0, 2.0], "end": [8.0, 9.0], "goal": [2.0, 3.0]})
    extract = Extract(np.array([True, True, False]), np.array([0, 1]), rows)
    names = ("cases_open", "goal_first", "goal_sum")

    told = [
        aggregated(extract, cases(), made, month=6)
        for made in cases().aggregates
        if made.name in names
    ]

    assert [values[1] for values in told if not np.isnan(values[1])] == [1.0, 0.0]
    for values in told:
        assert np.isnan(values[0])
        assert np.isnan(values[2])


def test_a_source_set_sees_its_own_tables_alone() -> None:
    brief = with_sources(BRIEF)
    seen = visible(FRAME, "survey-only", brief)

    assert list(seen) == list(FRAME)
    assert (seen.dtypes == FRAME.dtypes).all()
    for entry in brief.features:
        if entry.table in {"parents", "survey"}:
            pd.testing.assert_series_equal(seen[entry.name], FRAME[entry.name])
        else:
            assert seen[entry.name].isna().all()
            assert not entry.is_text or set(seen[entry.name]) == {None}
    pd.testing.assert_frame_equal(visible(FRAME, "all", brief), FRAME)


def test_the_frame_is_documented_column_by_column() -> None:
    told = {entry["name"]: entry for entry in frame_dictionary(with_sources(BRIEF))}

    assert list(told) == list(BRIEF.feature_names)
    json.dumps(told)
    thin, goal, plain = told["ever_thin"], told["goal_first"], told["affluence"]
    assert thin["type"] == "boolean"
    assert thin["take"] == "any"
    assert thin["where"] == {"equals": True}
    assert thin["moment"] == "age"
    assert thin["without_rows"] == 0
    assert thin["available_from"] == MONTH
    assert thin["rows"] == "repeated"
    assert thin["sources"] == ["all", "everything-else"]
    assert (goal["moment"], goal["without_rows"], goal["type"]) == (
        "end",
        None,
        "integer",
    )
    assert (plain["rows"], plain["take"], plain["moment"]) == ("postcode", None, None)
    assert told["growth_mean"]["type"] == "number"
    assert told["visits_made"]["type"] == "integer"
    assert told["mood_last"]["type"] == "string"
    assert told["poor"]["sources"] == ["all", "survey-only", "everything-else"]
