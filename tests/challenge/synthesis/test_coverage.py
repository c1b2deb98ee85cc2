"""Who is in a table and what is missing leans as declared, and weights mend it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from challenge.schema import PartnerSchema
from challenge.synthesis.tables.extracts import household_extract

from .blocks import a_block, column, parents, partner, small_brief, streams, survey

BRIEF = small_brief()
BLOCK = a_block(BRIEF, 40_000)


def debts() -> PartnerSchema:
    """A table whose rules tell of a number that is missing for a quarter."""
    months = {"column": "months", "at_least": 1}
    yes, month = {"share": 0.5}, {"quantiles": {0: -12, 1: 5}}
    return partner(
        "debts",
        [
            column(
                "months",
                "integer",
                x_missing=0.25,
                x_marginal={"quantiles": {0: 0, 0.5: 0, 1: 12}},
            ),
            column("other", "integer", x_marginal={"quantiles": {0: 0, 1: 5}}),
            column("start", "integer", x_missing=0.2, x_marginal=month),
            column("agreed", "boolean", x_marginal=yes),
            column("long", "boolean"),
            column("long_or_agreed", "boolean"),
            column("early", "boolean"),
            column("total", "number"),
        ],
        x_constraints=[
            {"column": "long_or_agreed", "any": ["long", "agreed"]},
            {"column": "long", "when": {"column": "months", "at_least": 6}},
            {"column": "start", "only": months},
            {"column": "agreed", "only": months},
            {"column": "early", "when": {"column": "other", "below": 2}},
            {"column": "total", "sum": ["months", "other"]},
        ],
    )


def odds(share: float) -> float:
    return share / (1 - share)


def test_a_table_covers_its_share_and_leans_as_declared() -> None:
    inside = household_extract(BLOCK, survey()).inside
    poor = BLOCK.rows["poor"] == 1

    # 4 standard errors of a share of 0.3 over 40,000 households.
    assert inside.mean() == pytest.approx(0.3, abs=0.0092)
    ratio = odds(inside[poor].mean()) / odds(inside[~poor].mean())
    # 4 standard errors of a log odds ratio between 8,000 and 32,000 households.
    assert np.log(ratio) == pytest.approx(np.log(0.3), abs=0.15)


def test_values_are_missing_for_their_share_and_lean_as_declared() -> None:
    missing = household_extract(BLOCK, parents()).rows["income"].isna()
    poor = BLOCK.rows["poor"] == 1

    assert missing.mean() == pytest.approx(0.1, abs=0.006)
    ratio = odds(missing[poor].mean()) / odds(missing[~poor].mean())
    assert np.log(ratio) == pytest.approx(np.log(3), abs=0.15)


def test_what_a_rule_tells_of_a_missing_value_is_missing_too() -> None:
    table, child = debts(), small_brief().partners[1]
    brief = small_brief(table, child)
    block = a_block(brief, 4_000)
    whole, rows = block.rows, household_extract(block, table).rows
    gone = rows["months"].isna()

    assert 500 < gone.sum() < 1_500
    for told in ("long", "start", "agreed", "long_or_agreed", "total"):
        assert rows.loc[gone, told].isna().all(), told
    known = ~gone & (whole["months"] >= 1)
    for told in ("long", "agreed", "long_or_agreed", "total"):
        pd.testing.assert_series_equal(
            rows.loc[~gone, told], whole.loc[~gone, told], check_dtype=False
        )
    # A value of its own may be missing, or not be there, without a consequence.
    assert rows.loc[known, "start"].isna().mean() == pytest.approx(0.2, abs=0.06)
    assert rows.loc[known, "early"].notna().all()


def test_survey_weights_have_mean_1_and_remove_the_bias_of_coverage() -> None:
    extract = household_extract(BLOCK, survey())
    weights = extract.rows["weight"].to_numpy()
    poor = BLOCK.rows["poor"].to_numpy()[extract.household]

    assert weights.mean() == pytest.approx(1, abs=1e-12)
    assert (weights > 0).all()
    truth = BLOCK.rows["poor"].mean()
    assert poor.mean() < 0.6 * truth
    # 4 standard errors of a weighted share over 12,000 households.
    assert np.average(poor, weights=weights) == pytest.approx(truth, abs=0.025)


def test_what_is_drawn_in_one_stream_changes_nothing_in_another() -> None:
    table = parents()
    before = household_extract(BLOCK, table).rows
    other = dataclasses.replace(BLOCK, stream=streams(1, missing_income=2))

    after = household_extract(other, table).rows

    assert not before["income"].equals(after["income"])
    pd.testing.assert_frame_equal(
        before.drop(columns="income"), after.drop(columns="income")
    )


def test_who_is_covered_changes_no_value_of_the_others() -> None:
    table = survey()
    other = dataclasses.replace(BLOCK, stream=streams(1, coverage_survey=2))
    before, after = household_extract(BLOCK, table), household_extract(other, table)

    one = before.rows["contacts"].set_axis(before.household)
    two = after.rows["contacts"].set_axis(after.household)
    both = one.index.intersection(two.index)
    assert 0 < len(both) < len(one)
    pd.testing.assert_series_equal(one[both], two[both])
