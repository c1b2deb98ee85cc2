"""What follows from drawn columns does so in every row, whoever wrote the rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from challenge.schema.rules import Rule
from challenge.synthesis.drawing.derive import apply_rules, derive, in_order, shift

from .blocks import ASSUMED, column, partner, small_brief

NORMAL = {"distribution": "normal", "mean": 40, "sd": 2, "high": 43}


def test_a_rule_waits_for_the_columns_of_another_partner() -> None:
    early = partner(
        "a_town",
        [column("late", "integer"), column("helped", "boolean")],
        x_constraints=[
            {"column": "helped", "when": {"column": "late", "at_least": 4}},
            {"column": "late", "sum": ["owed", "delay"]},
        ],
    )
    insurer = partner(
        "insurer",
        [
            column("owed", "integer", x_marginal={"proportions": {1: 0.5, 2: 0.5}}),
            column("delay", "integer", x_marginal={"proportions": {1: 0.5, 2: 0.5}}),
        ],
    )
    rows = pd.DataFrame({"owed": [1.0, 2.0, np.nan], "delay": [1.0, 2.0, 2.0]})

    made = derive(rows, small_brief(early, insurer))

    assert made["late"].tolist()[:2] == [2.0, 4.0]
    assert np.isnan(made["late"][2])
    assert made["helped"].tolist() == [0.0, 1.0, 0.0]
    assert list(rows) == ["owed", "delay"]


def test_deriving_twice_changes_nothing() -> None:
    table = partner(
        "town",
        [
            column("renting", "boolean", x_marginal={"share": 0.5}),
            column("arrears", "boolean", x_marginal={"share": 0.5}),
            column("kind", "string", x_marginal={"proportions": {"a": 0.5, "b": 0.5}}),
            column("month", "number", x_marginal=NORMAL),
        ],
        x_constraints=[
            {"column": name, "only": {"column": "renting", "equals": True}}
            for name in ("arrears", "kind", "month")
        ],
    )
    rows = pd.DataFrame(
        {
            "renting": [1.0, 0.0],
            "arrears": [1.0, 1.0],
            "kind": np.array(["a", "b"], dtype=object),
            "month": [3.0, 4.0],
        }
    )

    once = apply_rules(rows, [table])

    assert once["arrears"].tolist() == [1.0, 0.0]
    assert once["kind"].tolist() == ["a", None]
    assert once["month"][0] == 3.0
    assert np.isnan(once["month"][1])
    pd.testing.assert_frame_equal(apply_rules(once, [table]), once)


def test_a_number_goes_along_with_another_between_points() -> None:
    points = {28: 1000, 40: 3400}
    along = {"column": "weeks", "points": points, "times": "ratio", "decimals": -1}
    rule = Rule.model_validate({"column": "grams", "along": along})
    rows = pd.DataFrame(
        {
            "weeks": [24.0, 28.0, 34.0, 42.0, 34.0, np.nan],
            "ratio": [1.0, 0.5, 1.1, 1.0, np.nan, 1.0],
        }
    )

    made = rule.apply(rows, boolean=False)

    # Flat outside the points; half-way at 34 weeks: 2,200 times 1.1.
    assert made[:4].tolist() == [1000, 500, 2420, 3400]
    assert np.isnan(made[4:]).all()
    assert rule.sources == ("weeks", "ratio")


def test_points_must_rise() -> None:
    with pytest.raises(ValueError, match="do not rise"):
        Rule.model_validate(
            {"column": "x", "along": {"column": "y", "points": {2: 1, 1: 2}}}
        )


def test_rules_of_one_column_keep_their_order() -> None:
    asked = {"column": "total", "at_least": 2}
    summed = Rule.model_validate({"column": "total", "sum": ["one", "other"]})
    held = Rule.model_validate({"column": "total", "only": asked})
    first = Rule.model_validate({"column": "one", "any": ["seen"]})

    assert in_order([summed, held, first]) == [first, summed, held]


@pytest.mark.parametrize(
    ("add", "expected"),
    [(-1.0, [37.0, 40.0, 41.0]), (5.0, [43.0, 40.0, 43.0]), (0.4, [38.0, 40.0, 42.0])],
    ids=["lower", "held inside the bounds", "on the column's decimals"],
)
def test_a_district_shifts_a_number_in_that_district_alone(
    add: float, expected: list[float]
) -> None:
    entry = {"district": "Wijk 1", "add": add, "x-source": ASSUMED}
    table = partner(
        "births", [column("weeks", "integer", x_marginal=NORMAL, x_shifts=[entry])]
    )
    homes = ["Wijk 1", "Wijk 2", "Wijk 1"]
    rows = pd.DataFrame({"weeks": [38.0, 40.0, 42.0], "district": homes})

    assert shift(rows, small_brief(table))["weeks"].tolist() == expected


def test_levels_bound_a_shift() -> None:
    entry = {"district": "Wijk 1", "add": 1, "x-source": ASSUMED}
    drawn = {"proportions": {0: 0.5, 1: 0.3, 2: 0.2}}
    table = partner(
        "homes", [column("moves", "integer", x_marginal=drawn, x_shifts=[entry])]
    )
    rows = pd.DataFrame({"moves": [0.0, 2.0], "district": ["Wijk 1", "Wijk 1"]})

    assert shift(rows, small_brief(table))["moves"].tolist() == [1.0, 2.0]
