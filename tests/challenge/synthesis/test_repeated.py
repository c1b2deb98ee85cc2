"""Rows of one household are alike as declared, and each row keeps its marginals."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal, norm, spearmanr

from challenge.schema.chances import Chance
from challenge.schema.columns import Shift
from challenge.synthesis.tables.repeated import most_rows, repeated_extract, within

from .blocks import (
    ASSUMED,
    a_block,
    altered,
    cases,
    counted,
    small_brief,
    streams,
    visits,
)

BRIEF = small_brief()
BLOCK = a_block(BRIEF, 20_000)
VISITS = repeated_extract(BLOCK, visits(), BRIEF)
CASES = repeated_extract(BLOCK, cases(), BRIEF)


def test_a_household_has_a_row_at_each_moment_that_it_attended() -> None:
    inside = VISITS.inside.sum()
    poor = BLOCK.rows["poor"].to_numpy() == 1
    rows = pd.Series(VISITS.household).value_counts()
    per = rows.reindex(np.flatnonzero(VISITS.inside), fill_value=0) / 5

    assert set(VISITS.rows["age"]) == {1.0, 3.0, 6.0, 9.0, 14.0}
    # 4 standard errors of a share of 0.8 over 90,000 moments.
    assert len(VISITS.rows) / (5 * inside) == pytest.approx(0.8, abs=0.006)
    here = poor[per.index]
    assert per[~here].mean() - per[here].mean() > 0.1
    assert (
        not pd.DataFrame({"h": VISITS.household, "a": VISITS.rows["age"]})
        .duplicated()
        .any()
    )


def test_a_household_has_as_many_rows_as_declared() -> None:
    shares = counted(pd.Series(CASES.household).value_counts())

    assert CASES.inside.mean() == pytest.approx(0.4, abs=0.014)
    # 4 standard errors of a share over 8,000 households.
    assert shares[1] == pytest.approx(0.6, abs=0.022)
    assert shares[2] == pytest.approx(0.3, abs=0.021)
    assert shares[4] == pytest.approx(0.1, abs=0.014)
    assert set(CASES.household) == set(np.flatnonzero(CASES.inside))


def test_marginals_of_repeated_columns_hold() -> None:
    growth, mood = VISITS.rows["growth"], counted(VISITS.rows["mood"])

    # Rows of one household are alike, so a mean rests on some 30,000 rows.
    assert growth.mean() == pytest.approx(0, abs=0.03)
    assert growth.std() == pytest.approx(1, abs=0.02)
    for level, share in {"low": 0.2, "middle": 0.5, "high": 0.3}.items():
        assert mood[level] == pytest.approx(share, abs=0.015)
    assert VISITS.rows["worry"].mean() == pytest.approx(0.2, abs=0.012)
    assert VISITS.rows["worry"].isna().mean() == pytest.approx(0.1, abs=0.005)


@pytest.mark.parametrize(
    ("of", "first", "second", "declared"),
    [("growth", 1.0, 9.0, 0.6), ("growth", 3.0, 6.0, 0.6)],
)
def test_two_rows_of_a_household_correlate_as_declared(
    of: str, first: float, second: float, declared: float
) -> None:
    wide = VISITS.rows.assign(h=VISITS.household).pivot(
        index="h", columns="age", values=of
    )
    both = wide[[first, second]].dropna()

    # 4 standard errors of a correlation of 0.6 over 11,000 households.
    assert both.corr().iloc[0, 1] == pytest.approx(declared, abs=0.026)


def test_a_column_may_be_more_alike_than_its_table() -> None:
    ranks = VISITS.rows["mood"].map({"low": 0, "middle": 1, "high": 2})
    wide = pd.DataFrame(
        {"h": VISITS.household, "age": VISITS.rows["age"], "mood": ranks}
    ).pivot(index="h", columns="age", values="mood")
    table = pd.crosstab(wide[1.0], wide[3.0], normalize=True)

    # Two normal scores that correlate 0.9 lie both in the lowest fifth this often.
    edge = norm.ppf(0.2)
    joint = multivariate_normal([0, 0], [[1, 0.9], [0.9, 1]]).cdf([edge, edge])
    assert table.loc[0, 0] == pytest.approx(joint, abs=0.015)


def test_associations_inside_a_table_hold_within_a_row() -> None:
    rows = VISITS.rows[VISITS.rows["age"] == 3.0].dropna(subset=["worry"])

    found = spearmanr(rows["growth"], rows["worry"]).statistic
    assert found == pytest.approx(-0.3, abs=0.04)


def test_associations_with_another_table_hold_within_a_row() -> None:
    at_3 = VISITS.rows["age"] == 3.0
    income = BLOCK.rows["income"].to_numpy()[VISITS.household[at_3]]

    found = spearmanr(VISITS.rows["growth"][at_3], income).statistic
    assert found == pytest.approx(0.25, abs=0.035)


def test_rules_work_in_each_row() -> None:
    rows = VISITS.rows

    assert ((rows["thin"] == 1) == (rows["growth"] < -1)).all()
    assert (CASES.rows["end"] == CASES.rows["start"] + CASES.rows["length"]).all()


def test_a_shift_holds_in_the_rows_of_its_district() -> None:
    shift = {"district": "Wijk 0", "add": 5, "x-source": ASSUMED}
    moved = altered(visits(), "growth", shifts=(Shift.model_validate(shift),))

    rows = repeated_extract(BLOCK, moved, BRIEF).rows
    there = (BLOCK.rows["district"] == "Wijk 0").to_numpy()[VISITS.household]
    difference = rows["growth"] - VISITS.rows["growth"]
    assert difference[there].round(3).eq(5).all()
    assert difference[~there].eq(0).all()
    assert ((rows["thin"] == 1) == (rows["growth"] < -1)).all()


def test_a_column_that_is_fully_alike_has_one_value_per_household() -> None:
    alike = altered(visits(), "mood", alike=1.0)

    extract = repeated_extract(BLOCK, alike, BRIEF)
    assert extract.rows["mood"].groupby(extract.household).nunique().max() == 1


@pytest.mark.parametrize("name", ["growth", "worry", "mood"])
def test_gaps_of_one_column_change_no_other(name: str) -> None:
    other = dataclasses.replace(BLOCK, stream=streams(1, **{f"missing_{name}": 2}))
    after = repeated_extract(other, visits(), BRIEF).rows.drop(columns=name)

    pd.testing.assert_frame_equal(after, VISITS.rows.drop(columns=name))


def test_what_a_rule_tells_of_a_missing_value_is_missing_too() -> None:
    gaps = Chance(share=0.3)
    rows = repeated_extract(BLOCK, altered(visits(), "growth", missing=gaps), BRIEF)

    gone = rows.rows["growth"].isna()
    assert gone.mean() == pytest.approx(0.3, abs=0.01)
    assert rows.rows["thin"].isna().equals(gone)


def test_rows_of_a_household_are_counted_from_0() -> None:
    assert most_rows(visits()) == 5
    assert most_rows(cases()) == 4
    number = within(CASES.household)
    assert (
        number == pd.Series(CASES.household).groupby(CASES.household).cumcount()
    ).all()
