from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from leaderboard import FairnessPolicy, Scorecard, publish, score
from leaderboard.estimates import Estimate
from leaderboard.records import AreaMeasure, GroupMeasure


def card_of(*groups: GroupMeasure, **changes: object) -> Scorecard:
    return Scorecard(
        rows=203,
        positives=67,
        clusters=40,
        capacity=0.25,
        metrics={
            "scaled_brier": Estimate(0.123456, 0.1119, 0.1351),
            "recall_at_capacity": Estimate(22 / 67, 0.2251, 0.4339),
        },
        groups=groups,
        replicates=np.arange(3.0),
        pairing="secret",
        **changes,  # type: ignore[arg-type]
    )


def close(value: float, low: float, high: float) -> Estimate:
    """Ends of intervals leave with twelve decimals."""
    return Estimate(value, round(low, 12), round(high, 12))


def group(
    level: str, rows: int, positives: int, *, missed: float, selected: float
) -> GroupMeasure:
    return GroupMeasure(
        "home",
        level,
        rows,
        positives,
        selection_rate=Estimate(selected / rows, 0.0, 1.0),
        false_negative_rate=Estimate(missed / positives, 0.3333, 0.9111)
        if positives
        else None,
        observed_expected=Estimate(1.1, 0.911, 1.219),
        auroc=Estimate(0.7654, 0.7123, 0.8123),
    )


def test_rates_are_computed_again_from_rounded_counts() -> None:
    exact = card_of(
        group("x", 103, 33, missed=22, selected=21),
        group("y", 100, 34, missed=21, selected=23),
    )

    card = publish(exact)

    x = card.groups[0]
    assert (card.rows, card.positives) == (205, 65)
    assert (x.rows, x.positives) == (105, 35)
    # 22 of 33 becomes 20 of 35; 21 of 103 becomes 20 of 105; 33 of 30, 35 of 30.
    # Ends go outwards to steps of 5 / 35, 5 / 105 and 5 / 30.
    assert x.false_negative_rate == close(20 / 35, 10 / 35, 1.0)
    assert x.selection_rate == Estimate(20 / 105, 0.0, 1.0)
    assert x.observed_expected == close(35 / 30, 25 / 30, 40 / 30)
    assert x.auroc == Estimate(0.77, 0.71, 0.82)
    assert card.metrics["scaled_brier"] == Estimate(0.123, 0.112, 0.135)
    assert card.metrics["recall_at_capacity"] == close(20 / 65, 10 / 65, 30 / 65)


def test_replicates_do_not_leave() -> None:
    card = publish(card_of())

    assert card.replicates.size == 0
    assert card.pairing == ""


def test_a_small_group_takes_the_next_smallest_along() -> None:
    card = publish(
        card_of(
            group("x", 103, 33, missed=15, selected=30),
            group("y", 60, 25, missed=12, selected=30),
            group("z", 40, 9, missed=5, selected=20),
        )
    )

    x, y, z = card.groups
    assert not x.suppressed
    assert y == GroupMeasure("home", "y", None, None, suppressed=True)
    assert z == GroupMeasure("home", "z", None, None, suppressed=True)


def test_a_rate_is_hidden_on_its_own_where_only_it_is_small() -> None:
    card = publish(
        card_of(
            group("x", 103, 33, missed=20, selected=30),
            group("y", 60, 25, missed=20, selected=30),
            group("z", 45, 22, missed=11, selected=22),
        )
    )

    # y found 5 only; x is not touched, z goes along as the next smallest.
    x, y, z = card.groups
    assert x.false_negative_rate is not None
    assert y.false_negative_rate is None
    assert z.false_negative_rate is None
    assert y.rows == 60
    assert y.selection_rate is not None
    assert z.selection_rate is not None


def test_attributes_are_margins_of_their_own() -> None:
    small = replace(group("z", 40, 9, missed=5, selected=20), attribute="single")
    card = publish(
        card_of(
            group("x", 103, 33, missed=20, selected=30),
            group("y", 60, 25, missed=12, selected=30),
            small,
        )
    )

    assert [group.suppressed for group in card.groups] == [False, False, True]


def test_a_group_without_positives_is_suppressed() -> None:
    card = publish(
        card_of(
            group("x", 103, 0, missed=0, selected=30),
            group("y", 60, 25, missed=12, selected=30),
        )
    )

    assert all(group.suppressed for group in card.groups)


def test_a_ratio_that_is_not_there_or_expects_nobody_does_not_leave() -> None:
    without = replace(
        group("x", 103, 33, missed=20, selected=30), observed_expected=None, auroc=None
    )
    nobody = replace(
        group("y", 60, 25, missed=12, selected=30), observed_expected=Estimate(500.0)
    )

    x, y = publish(card_of(without, nobody)).groups

    assert x.observed_expected is None
    assert x.auroc is None
    assert y.observed_expected is None


def test_a_gap_leaves_only_with_all_rates_it_was_taken_from() -> None:
    x = group("x", 103, 33, missed=20, selected=30)
    y = group("y", 60, 25, missed=12, selected=30)
    z = group("z", 60, 26, missed=17, selected=30)
    gap = {"home": Estimate(0.126, 0.0, 0.3111)}

    shown = publish(card_of(x, y, gaps=gap))
    # z found 9: hidden, and y goes along as the next smallest.
    hidden = publish(card_of(x, y, z, gaps=gap))

    assert shown.gaps["home"].value == pytest.approx(20 / 35 - 10 / 25)
    assert shown.gaps["home"].high == 0.4
    assert hidden.gaps == {}


def test_small_areas_and_what_gives_them_away_are_emptied() -> None:
    areas = (
        AreaMeasure("m", 200, 40, 0.2123, Estimate(0.2, 0.1511, 0.2511)),
        AreaMeasure("n", 90, 12, 0.1, Estimate(12 / 90, 0.1, 0.2)),
        AreaMeasure("o", 90, 5, 0.1, Estimate(5 / 90, 0.0, 0.1)),
    )

    m, n, o = publish(card_of(areas=areas)).areas

    assert m == AreaMeasure("m", 200, 40, 0.212, close(0.2, 0.15, 0.275))
    assert n == AreaMeasure("n", None, None, None, None, suppressed=True)
    assert o == AreaMeasure("o", None, None, None, None, suppressed=True)


@pytest.mark.parametrize(("found", "shown"), [(9, False), (10, True), (58, False)])
def test_overall_recalls_follow_the_same_rule(found: int, shown: bool) -> None:
    recall = Estimate(found / 67, 0.0, 1.0)
    exact = card_of(area_recall=recall)
    exact = replace(exact, metrics={**exact.metrics, "recall_at_capacity": recall})

    card = publish(exact)

    assert (card.area_recall is not None) == shown
    assert math.isnan(card.metrics["recall_at_capacity"].value) != shown


def test_values_without_interval_or_value_stay_so() -> None:
    exact = card_of(area_recall=Estimate(22 / 67))
    exact = replace(
        exact,
        metrics={**exact.metrics, "calibration_slope": Estimate(math.nan)},
    )

    card = publish(exact)

    assert card.area_recall == Estimate(20 / 65)
    assert math.isnan(card.metrics["calibration_slope"].value)


def test_a_verdict_keeps_its_state_and_loses_hidden_groups(households) -> None:
    rows = households(1500)
    rare = pd.DataFrame({"home": ["x"] * 700 + ["y"] * 760 + ["z"] * 30 + ["w"] * 10})
    exact = score(
        rows.labels,
        rows.noisy,
        groups=rare,
        clusters=rows.clusters,
        policy=FairnessPolicy(gate=("home",)),
        replicates=64,
    )

    verdict = publish(exact).policy

    assert verdict.state == exact.policy.state
    assert {finding.level for finding in exact.policy.findings} == {*"wxyz"}
    assert "w" not in {finding.level for finding in verdict.findings}
    for finding in verdict.findings:
        assert finding.positives % 5 == 0
        assert finding.low <= finding.value <= finding.high
    assert verdict.sentences("nl")


def test_publishing_twice_changes_nothing_more(households) -> None:
    rows = households(1500)
    policy = FairnessPolicy(gate=("home",))

    once = publish(rows.score(rows.noisy, policy=policy))
    twice = publish(once)

    assert once.groups[0].rows == twice.groups[0].rows
    assert [group.suppressed for group in once.groups] == [
        group.suppressed for group in twice.groups
    ]
    assert Scorecard.from_json(once.to_json()) == once


def test_publishing_a_table_with_intersections_twice_hides_the_same() -> None:
    population = [
        group("x", 300, 120, missed=70, selected=90),
        group("y", 300, 120, missed=70, selected=90),
    ]
    crossed = [
        replace(one, attribute="home × age", level=f"{one.level} × {age}")
        for one, age in zip(
            (
                group("x", 285, 115, missed=66, selected=85),
                group("x", 15, 5, missed=4, selected=5),
                group("y", 150, 60, missed=35, selected=45),
                group("y", 150, 60, missed=35, selected=45),
            ),
            ("old", "young", "old", "young"),
            strict=True,
        )
    ]
    ages = [
        replace(group("old", 435, 175, missed=101, selected=130), attribute="age"),
        replace(group("young", 165, 65, missed=39, selected=50), attribute="age"),
    ]
    exact = replace(
        card_of(*population, *ages, *crossed),
        rows=600,
        positives=240,
        capacity=0.3,
        metrics={"recall_at_capacity": Estimate(100 / 240)},
    )

    once = publish(exact)

    assert [group.suppressed for group in once.groups] == [False] * 4 + [True] * 4
    assert publish(once) == once


def test_a_combination_that_nobody_has_is_suppressed_too() -> None:
    levels = [group(level, 300, 120, missed=70, selected=90) for level in "xy"]
    ages = [replace(one, attribute="age") for one in levels]
    cells = [
        replace(group(level, 300, 120, missed=70, selected=90), attribute="home × age")
        for level in ("x × x", "y × y")
    ]
    exact = replace(card_of(*levels, *ages, *cells), rows=600, positives=240)

    card = publish(exact)

    assert [one.level for one in card.groups[4:]] == [
        "x × x",
        "y × y",
        "x × y",
        "y × x",
    ]
    assert all(one.suppressed for one in card.groups[4:])


def test_no_number_leaves_as_it_was_measured(households) -> None:
    rows = households(3000)
    policy = FairnessPolicy(gate=("home", "single"))
    exact = rows.score(rows.noisy, policy=policy)

    card = publish(exact)

    numbers = {value for value in numbers_in(exact) if value != round(value, 3)}
    assert len(numbers) > 50
    assert not numbers & set(numbers_in(card))


def numbers_in(card: Scorecard) -> list[float]:
    def walk(value: object) -> list[float]:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            return [number for item in value for number in walk(item)]
        return [value] if isinstance(value, float) else []

    return walk(json.loads(card.to_json()))


def test_log_loss_waits_until_a_challenge_is_closed() -> None:
    exact = card_of()
    exact = replace(
        exact, metrics={**exact.metrics, "log_loss": Estimate(0.31234, 0.3, 0.33)}
    )

    assert "log_loss" not in publish(exact).metrics
    assert publish(exact, live=False).metrics["log_loss"] == Estimate(0.312, 0.3, 0.33)


def test_net_benefit_counts_whole_fives() -> None:
    exact = card_of()
    benefit = {"net_benefit": Estimate(4.6 / 203, 0.01234, 0.03456)}

    card = publish(replace(exact, metrics={**exact.metrics, **benefit}), live=False)

    assert card.metrics["net_benefit"] == Estimate(round(5 / 205, 3), 0.012, 0.035)


def test_recall_and_precision_leave_together() -> None:
    # 22 are found: with 30 selected, 8 are selected in vain.
    rates = {
        "recall_at_capacity": Estimate(22 / 67, 0.2, 0.4),
        "precision_at_capacity": Estimate(22 / 30, 0.6, 0.9),
    }
    exact = replace(card_of(), metrics=rates, capacity=30 / 203)

    few = publish(exact, live=False)
    more = publish(replace(exact, capacity=0.25), live=False)

    assert math.isnan(few.metrics["recall_at_capacity"].value)
    assert math.isnan(few.metrics["precision_at_capacity"].value)
    assert more.metrics["recall_at_capacity"].value == 20 / 65
