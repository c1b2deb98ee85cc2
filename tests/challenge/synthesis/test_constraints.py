"""Rows that contradict a rule are refused, by SDV's own constraints."""

from __future__ import annotations

import pandas as pd
import pytest

from challenge.brief import Brief, read_brief
from challenge.errors import ContentRefusedError
from challenge.synthesis.drawing.constraints import require_consistent

from .conftest import FIRST_1000_DAYS

BIRTHS = pd.DataFrame(
    {
        "preterm": [0.0, 1.0, 0.0, 1.0],
        "sga_p10": [0.0, 0.0, 1.0, 1.0],
        "big2": [0.0, 1.0, 1.0, 1.0],
    }
)
TRAJECTORIES = pd.DataFrame(
    {
        "start_month": [3.0, 5.0, None],
        "duration_months": [2.0, 6.0, 4.0],
        "end_month": [5.0, 11.0, None],
    }
)


@pytest.fixture(scope="module")
def brief() -> Brief:
    """The brief of the first 1000 days."""
    return read_brief(FIRST_1000_DAYS)


def test_rows_that_follow_the_rules_pass(brief: Brief) -> None:
    require_consistent(BIRTHS, {"sterkhuis_trajectory": TRAJECTORIES}, brief)


@pytest.mark.parametrize("row", range(4))
def test_an_impossible_combination_is_refused(brief: Brief, row: int) -> None:
    rows = BIRTHS.copy()
    rows.loc[row, "big2"] = 1 - rows.loc[row, "big2"]

    with pytest.raises(ContentRefusedError, match="big2 contradicts") as refused:
        require_consistent(rows, {}, brief)

    assert [fault.slug for fault in refused.value.faults] == ["constraint-broken"]
    assert refused.value.faults[0].file == "partners/perined_birth.yaml"


def test_a_sum_below_one_of_its_parts_is_refused(brief: Brief) -> None:
    rows = TRAJECTORIES.assign(end_month=[2.0, 11.0, None])

    with pytest.raises(ContentRefusedError, match="end_month contradicts"):
        require_consistent(BIRTHS, {"sterkhuis_trajectory": rows}, brief)
