from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from leaderboard.errors import BallotsRefusedError, SettingRefusedError
from leaderboard.jury.ballots import COLUMNS, read_ballots


def frame(*rows: tuple[Any, Any, Any, Any]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))


def test_a_ballot_is_the_weighted_average_of_its_criteria() -> None:
    table = frame(("a", "x", "plan", 5), ("a", "x", "care", 2))

    assert read_ballots(table).totals.loc["a", "x"] == 3.5
    weighted = read_ballots(table, weights={"plan": 3, "care": 1, "unused": 9})
    assert weighted.totals.loc["a", "x"] == pytest.approx(17 / 4)
    assert weighted.shares.to_dict() == {"care": 0.25, "plan": 0.75}


def test_a_recusal_is_an_absent_row_or_absent_points() -> None:
    present = frame(("a", "x", "plan", 5), ("b", "x", "plan", 3), ("b", "y", "plan", 4))
    explicit = pd.concat([present, frame(("a", "y", "plan", None))])

    for table in (present, explicit):
        totals = read_ballots(table).totals
        assert math.isnan(totals.loc["a", "y"])
        assert totals.loc["b"].tolist() == [3.0, 4.0]


def test_leaving_out_an_easy_criterion_is_no_disadvantage() -> None:
    table = frame(
        *((team, "x", "easy", points) for team, points in (("a", 5), ("b", 5))),
        *((team, "x", "hard", points) for team, points in (("a", 2), ("b", 2))),
        ("c", "x", "hard", 2),
    )

    assert read_ballots(table).totals["x"].to_dict() == {"a": 3.5, "b": 3.5, "c": 3.5}


def test_every_criterion_has_a_table_of_teams_by_jurors() -> None:
    table = frame(("a", "x", "plan", 5), ("b", "x", "care", 3), ("b", "y", "care", 4))

    criteria = read_ballots(table).criteria

    assert list(criteria) == ["care", "plan"]
    np.testing.assert_array_equal(criteria["care"], [[np.nan, np.nan], [3, 4]])
    np.testing.assert_array_equal(criteria["plan"], [[5, np.nan], [np.nan, np.nan]])


def test_names_and_further_columns_may_be_anything() -> None:
    table = frame((2, 7, "plan", 5), (1, 7, "plan", 3)).assign(note="mooi")

    assert read_ballots(table).totals["7"].to_dict() == {"1": 3.0, "2": 5.0}


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ([("a", "x", "plan", 5)], "a list"),
        (frame(("a", "x", "plan", 5)).drop(columns="juror"), "no column juror"),
        (frame(("a", "x", "plan", None)), "no points"),
        (frame((None, "x", "plan", 5)), "points without a team"),
        (frame(("a", "x", "plan", "vijf")), "points that are not numbers"),
        (frame(("a", "x", "plan", math.inf)), "points that are not finite"),
        (frame(("a", "x", "plan", 5), ("a", "x", "plan", 4)), "plan of a by x twice"),
    ],
    ids=["list", "column", "empty", "nameless", "words", "infinite", "twice"],
)
def test_a_table_that_cannot_be_read_is_refused(table: Any, found: str) -> None:
    with pytest.raises(BallotsRefusedError, match=f"ballots hold {found}") as caught:
        read_ballots(table)

    assert caught.value.found.startswith(found)


@pytest.mark.parametrize("weight", [None, 0, -1, math.inf, math.nan])
def test_a_criterion_without_a_weight_is_refused(weight: float | None) -> None:
    weights = {} if weight is None else {"plan": weight}

    with pytest.raises(SettingRefusedError, match="each of plan"):
        read_ballots(frame(("a", "x", "plan", 5)), weights=weights)
