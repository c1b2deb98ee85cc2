from __future__ import annotations

import json

import numpy as np
import pytest

from leaderboard import FairnessPolicy, GroupMeasure, Scorecard
from leaderboard.errors import ScorecardUnreadableError


@pytest.fixture
def card(households) -> Scorecard:
    rows = households(1500)
    return rows.score(
        rows.noisy,
        policy=FairnessPolicy(
            gate=("home",), report=("single",), intersections=(("single", "home"),)
        ),
        reference=rows.truth,
    )


def test_json_brings_back_every_bit(card: Scorecard) -> None:
    back = Scorecard.from_json(card.to_json())

    assert back == card
    assert hash(back) == hash(card)
    assert back.policy == card.policy
    assert back.policy.guard is not None
    assert back.groups == card.groups
    assert back.areas == card.areas
    np.testing.assert_array_equal(back.replicates, card.replicates)


def test_a_scorecard_from_before_the_reference_model_is_still_read(
    card: Scorecard,
) -> None:
    plain = json.loads(card.to_json())
    for group in plain["groups"]:
        for name in ("brier", "bpsn", "bnsp"):
            del group[name]
    del plain["policy"]["guard"]
    for name in ("limit_gap", "intersections"):
        del plain["policy"]["policy"][name]
    for finding in plain["policy"]["findings"]:
        for name in ("excess", "excess_low", "excess_high", "merged"):
            del finding[name]

    old = Scorecard.from_json(json.dumps(plain))

    assert old.metrics == card.metrics
    assert old.policy.state == card.policy.state
    assert old.policy.guard is None
    assert old.policy.findings[0].excess is None
    assert old.policy.findings[0].low == card.policy.findings[0].low
    assert old.groups[0].brier is None
    assert old.policy.sentences("nl")


def test_a_group_with_fewer_than_50_positives_is_imprecise() -> None:
    assert GroupMeasure("home", "x", 900, 49).imprecise
    assert not GroupMeasure("home", "x", 900, 50).imprecise
    assert not GroupMeasure("home", "x", None, None, suppressed=True).imprecise


def test_what_is_undefined_stands_as_null_and_comes_back(households) -> None:
    rows = households(1500)
    card = rows.score(np.full(1500, 0.2))

    text = card.to_json()

    assert json.loads(text)["metrics"]["calibration_slope"]["value"] is None
    assert np.isnan(Scorecard.from_json(text).metrics["calibration_slope"].value)
    assert Scorecard.from_json(text) == card


def test_undefined_replicates_come_back(card: Scorecard) -> None:
    plain = json.loads(card.to_json())
    plain["replicates"] = [None, 0.25]

    back = Scorecard.from_json(json.dumps(plain))

    np.testing.assert_array_equal(back.replicates, [np.nan, 0.25])


def test_what_is_secret_can_be_left_out(card: Scorecard) -> None:
    bare = card.without_replicates()

    assert bare.replicates.size == 0
    assert bare.pairing == ""
    assert bare.metrics == card.metrics
    assert bare != card
    assert card != "a scorecard"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 2}',
        '{"version": 1}',
        '{"version": 1, "metrics": 3}',
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ScorecardUnreadableError, match="not a scorecard"):
        Scorecard.from_json(text)


def test_a_part_that_is_no_record_is_refused(card: Scorecard) -> None:
    plain = json.loads(card.to_json())
    plain["groups"][0]["colour"] = "blue"

    with pytest.raises(ScorecardUnreadableError, match="colour"):
        Scorecard.from_json(json.dumps(plain))
