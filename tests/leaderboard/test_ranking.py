from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from leaderboard import (
    FairnessPolicy,
    PolicyState,
    Scorecard,
    Verdict,
    compare,
    rank,
    score,
)
from leaderboard.errors import NotPairedError, PolicyMismatchError
from leaderboard.records import Estimate, GroupMeasure

POLICY = FairnessPolicy(gate=("home",))
SHARED = np.random.default_rng(0).normal(0, 0.02, 500)


def made(value: float, *, own: float = 0.002, seed: int = 1, **changes) -> Scorecard:
    """Make a scorecard whose replicates move together with those of others."""
    noise = np.random.default_rng(seed).normal(0, own, 500)
    return Scorecard(
        rows=1000,
        positives=200,
        clusters=50,
        capacity=0.1,
        metrics={"scaled_brier": Estimate(value, value - 0.04, value + 0.04)},
        pairing="rows",
        replicates=value + SHARED + noise,
        **changes,
    )


def worst(level_recall: float, positives: int = 80) -> tuple[GroupMeasure, ...]:
    return (
        GroupMeasure(
            "home",
            "x",
            500,
            positives,
            false_negative_rate=Estimate(1 - level_recall),
        ),
        GroupMeasure("home", "y", 9, 3, false_negative_rate=Estimate(1.0)),
        GroupMeasure("home", "z", 9, 0),
    )


def verdict(state: PolicyState) -> Verdict:
    return Verdict(POLICY, state, ())


def test_clearly_different_submissions_take_their_own_places() -> None:
    board = rank(
        {
            "b": made(0.2, seed=1),
            "a": made(0.1, seed=2),
            "c": made(0.3, seed=3),
        }
    )

    assert [(row.key, row.place_low, row.place_high) for row in board.rows] == [
        ("c", 1, 1),
        ("b", 2, 2),
        ("a", 3, 3),
    ]
    assert [row.leading for row in board.rows] == [True, False, False]


def test_pairing_tells_apart_what_separate_intervals_cannot() -> None:
    first, second = made(0.21, seed=1), made(0.2, seed=2)

    board = rank({"first": first, "second": second})

    assert first.metrics["scaled_brier"].low < second.metrics["scaled_brier"].high
    assert [row.place_high for row in board.rows] == [1, 2]


def test_those_who_cannot_be_told_apart_share_the_lead() -> None:
    board = rank(
        {
            "a": made(0.200, seed=1),
            "b": made(0.201, seed=2),
            "c": made(0.1, seed=3),
        }
    )

    assert [(row.key, row.place_low, row.place_high) for row in board.rows] == [
        ("b", 1, 2),
        ("a", 1, 2),
        ("c", 3, 3),
    ]
    assert [row.leading for row in board.rows] == [True, True, False]


def test_the_lead_is_listed_by_the_worst_group_that_is_large_enough() -> None:
    board = rank(
        {
            "a": made(0.202, seed=1, groups=worst(0.2)),
            "b": made(0.201, seed=2, groups=worst(0.4)),
            "c": made(0.1, seed=3, groups=worst(0.9)),
        }
    )

    assert [row.key for row in board.rows] == ["b", "a", "c"]
    assert [row.leading for row in board.rows] == [True, True, False]


def test_without_a_large_group_the_lead_is_listed_by_score() -> None:
    board = rank(
        {
            "a": made(0.202, seed=1, groups=worst(0.2, positives=49)),
            "b": made(0.201, seed=2, groups=worst(0.4)),
        }
    )

    assert [row.key for row in board.rows] == ["a", "b"]


def test_whoever_is_certainly_beaten_does_not_share_the_lead() -> None:
    # The noisy leader is not certainly above c, but b, its near twin, is.
    board = rank(
        {
            "a": made(0.210, own=0.03, seed=1),
            "b": made(0.205, own=0.0005, seed=2),
            "c": made(0.200, own=0.0005, seed=3),
        }
    )

    assert {row.key: row.leading for row in board.rows} == {
        "a": True,
        "b": True,
        "c": False,
    }


def test_a_submission_that_violates_the_policy_stands_outside_with_its_reason() -> None:
    board = rank(
        {
            "best": made(0.3, seed=1, policy=verdict(PolicyState.VIOLATES)),
            "meets": made(0.1, seed=2, policy=verdict(PolicyState.MEETS)),
            "doubt": made(0.2, seed=3, policy=verdict(PolicyState.UNDETERMINED)),
        },
        policy=POLICY,
    )

    assert [(row.key, row.place_low, row.outside) for row in board.rows] == [
        ("doubt", 1, None),
        ("meets", 2, None),
        ("best", None, "violates-policy"),
    ]


def test_a_constant_model_stands_outside_the_ranking() -> None:
    board = rank({"flat": made(0.3, degenerate="constant"), "low": made(-0.2)})

    assert [(row.key, row.place_high, row.outside) for row in board.rows] == [
        ("low", 1, None),
        ("flat", None, "constant"),
    ]
    assert not board.rows[1].leading


def test_the_order_in_which_scorecards_come_does_not_matter() -> None:
    cards = {
        "a": made(0.2, seed=1),
        "b": made(0.2, seed=1),
        "c": made(0.201, seed=2),
        "d": made(0.3, degenerate="near-constant"),
    }

    boards = {
        json.dumps(rank({key: cards[key] for key in order}).to_dict())
        for order in permutations(cards)
    }

    assert len(boards) == 1


def test_identical_submissions_get_the_same_place() -> None:
    board = rank({"a": made(0.2), "b": made(0.2), "c": made(0.1, seed=2)})

    first, second, third = board.rows
    assert (first.place_low, first.place_high) == (1, 2)
    assert (second.place_low, second.place_high) == (1, 2)
    assert (third.place_low, third.place_high) == (3, 3)


def test_every_submission_is_listed_once_and_ranges_hold_its_position() -> None:
    random = np.random.default_rng(5)
    cards = {
        str(i): made(v, seed=i) for i, v in enumerate(random.normal(0.2, 0.01, 30))
    }

    board = rank(cards)

    assert sorted(row.key for row in board.rows) == sorted(cards)
    by_score = sorted(board.rows, key=lambda row: -row.score.value)
    for position, row in enumerate(by_score, start=1):
        assert row.place_low <= position <= row.place_high


def test_a_board_may_be_empty_or_hold_one() -> None:
    assert rank({}).rows == ()
    (row,) = rank({"only": made(0.2)}).rows
    assert (row.place_low, row.place_high, row.leading) == (1, 1, True)


def test_a_difference_comes_with_its_paired_interval() -> None:
    first, second = made(0.25, seed=1), made(0.2, seed=2)

    difference = compare(first, second)

    assert difference.value == pytest.approx(0.05)
    assert 0.04 < difference.low < 0.05 < difference.high < 0.06
    back = compare(second, first)
    assert (back.value, back.low, back.high) == pytest.approx(
        (-difference.value, -difference.high, -difference.low)
    )


@pytest.mark.parametrize(
    "stranger",
    [
        replace(made(0.1), pairing="other rows"),
        replace(made(0.1), replicates=np.zeros(3)),
        made(0.1).without_replicates(),
    ],
    ids=["other rows", "fewer replicates", "published"],
)
def test_scorecards_that_share_nothing_are_not_compared(stranger: Scorecard) -> None:
    with pytest.raises(NotPairedError, match="stranger"):
        rank({"a": made(0.2), "stranger": stranger})
    with pytest.raises(NotPairedError, match="other"):
        compare(made(0.2), stranger)


def test_a_board_has_one_policy() -> None:
    with pytest.raises(PolicyMismatchError, match="Scorecard a "):
        rank({"a": made(0.2)}, policy=POLICY)
    with pytest.raises(PolicyMismatchError, match="Scorecard b "):
        rank(
            {"b": made(0.2, policy=verdict(PolicyState.MEETS))},
            policy=FairnessPolicy(gate=("home",), limit_ratio=1.5),
        )


def test_a_real_board_lists_the_better_model_first(households) -> None:
    rows = households(4000)
    policy = FairnessPolicy(gate=("home",), limit_ratio=2)
    cards = {
        "noisy": rows.score(rows.noisy, policy=policy),
        "truth": rows.score(rows.truth, policy=policy),
    }

    board = rank(cards, policy=policy)

    assert [row.key for row in board.rows] == ["truth", "noisy"]
    assert compare(cards["truth"], cards["noisy"]).low > 0
    assert pd.DataFrame(board.to_dict()["rows"])["place_low"].tolist() == [1, 2]


def test_whoever_nobody_is_certainly_above_shares_the_lead() -> None:
    """A place "from 1" outside the leaders' band contradicted itself."""
    rng = np.random.default_rng(11)
    labels = rng.random(4000) < 0.15
    clusters = rng.integers(0, 80, 4000).astype(str)
    groups = pd.DataFrame({"group": ["all"] * 4000})
    cards = {
        f"team {number}": score(
            labels,
            np.clip(0.1 + 0.2 * labels + rng.normal(0, 0.08, 4000), 0.01, 0.99),
            groups=groups,
            clusters=clusters,
            replicates=128,
        )
        for number in range(12)
    }
    assert all(row.leading == (row.place_low == 1) for row in rank(cards).rows)
