from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy.stats import percentileofscore

from leaderboard.errors import SettingRefusedError
from leaderboard.jury.weighting import Span, weigh

MODEL = {"a": 0.12, "b": 0.10, "c": 0.08, "d": 0.02}
JURY = {"a": 2.0, "b": 3.5, "c": 4.5, "d": 4.0}


def test_four_teams_by_hand() -> None:
    found = weigh(MODEL, JURY, weight=0.6)

    # Percentile ranks: 1, 2/3, 1/3, 0 of the model and 0, 1/3, 1, 2/3 of the jury.
    assert found.scores == pytest.approx(
        {"a": 0.6, "c": 0.6, "b": 0.5333333, "d": 0.2666667}
    )
    assert found.winners == ("a", "c")
    # a has w and c has 1 - 2w/3: they cross at 0.6, and only there both win.
    assert (found.low, found.high) == (0.6, 0.6)
    assert found.spans == (Span(0.0, 0.6, ("c",)), Span(0.6, 1.0, ("a",)))


@pytest.mark.parametrize(
    ("weight", "winner", "ends"), [(0.5, "c", (0, 0.6)), (0.7, "a", (0.6, 1))]
)
def test_it_says_over_which_weights_the_winner_stays(
    weight: float, winner: str, ends: tuple[float, float]
) -> None:
    found = weigh(MODEL, JURY, weight=weight)

    assert found.winners == (winner,)
    assert (found.low, found.high) == ends


def test_a_compromise_may_win_in_the_middle() -> None:
    found = weigh(
        {"a": 5, "b": 4, "c": 1, "d": 2, "e": 3},
        {"a": 1, "b": 4, "c": 5, "d": 2, "e": 3},
        weight=0.5,
    )

    # a has w, b has 3/4 and c has 1 - w.
    assert found.spans == (
        Span(0.0, 0.25, ("c",)),
        Span(0.25, 0.75, ("b",)),
        Span(0.75, 1.0, ("a",)),
    )


def test_the_same_team_first_on_both_sides_wins_at_every_weight() -> None:
    found = weigh({"a": 2, "b": 1}, {"a": 9, "b": 1}, weight=0.3)

    assert found.spans == (Span(0.0, 1.0, ("a",)),)
    assert (found.low, found.high) == (0, 1)


def test_teams_that_tie_on_both_sides_win_together() -> None:
    found = weigh({"a": 2, "b": 2, "c": 1}, {"a": 4, "b": 4, "c": 5}, weight=0.9)

    assert found.winners == ("a", "b")
    # Both have w 3/4 + (1 - w) / 4 and c has 1 - w.
    assert found.spans == (Span(0.0, 0.5, ("c",)), Span(0.5, 1.0, ("a", "b")))
    assert (found.low, found.high) == (0.5, 1)


@pytest.mark.parametrize("weight", [0, 1])
def test_a_weight_at_the_end_leaves_one_side_out(weight: int) -> None:
    found = weigh(MODEL, JURY, weight=weight)

    side = MODEL if weight else JURY
    assert list(found.scores) == sorted(side, key=lambda team: -side[team])


def test_percentile_ranks_do_not_depend_on_the_scale() -> None:
    bent = {name: math.exp(40 * score) for name, score in MODEL.items()}

    assert weigh(bent, JURY, weight=0.4) == weigh(MODEL, JURY, weight=0.4)


def test_a_score_is_the_share_of_others_that_a_team_is_above() -> None:
    scores = [3.0, 1.0, 3.0, 2.0]
    model = dict(zip("abcd", scores, strict=True))

    found = weigh(model, model, weight=0.5).scores

    for name, score in model.items():
        others = [other for key, other in model.items() if key != name]
        assert found[name] == pytest.approx(
            percentileofscore(others, score, "mean") / 100
        )


def test_scores_that_differ_by_rounding_alone_tie() -> None:
    noisy = {"a": 0.1 + 0.2, "b": 0.3, "c": 0.1}

    found = weigh(noisy, {"a": 1, "b": 1, "c": 1}, weight=1)

    assert found.winners == ("a", "b")


def test_teams_that_are_equal_everywhere_all_win() -> None:
    found = weigh({"a": 1, "b": 1}, {"a": 3, "b": 3}, weight=0.5)

    assert found.scores == {"a": 0.5, "b": 0.5}
    assert found.spans == (Span(0.0, 1.0, ("a", "b")),)


def test_the_order_of_teams_leaves_no_trace() -> None:
    turned = weigh(dict(reversed(MODEL.items())), JURY, weight=0.4)

    assert turned == weigh(MODEL, JURY, weight=0.4)
    assert list(turned.scores) == list(weigh(MODEL, JURY, weight=0.4).scores)


@pytest.mark.parametrize("seed", range(5))
def test_spans_agree_with_weighing_anew_at_any_weight(seed: int) -> None:
    random = np.random.default_rng(seed)
    names = [f"team {number}" for number in range(12)]
    model = dict(zip(names, random.normal(size=12), strict=True))
    jury = dict(zip(names, random.integers(1, 6, 12).astype(float), strict=True))

    spans = weigh(model, jury, weight=0.5).spans

    assert (spans[0].low, spans[-1].high) == (0, 1)
    assert [span.high for span in spans[:-1]] == [span.low for span in spans[1:]]
    for weight in random.random(50):
        span = next(span for span in spans if span.low <= weight <= span.high)
        found = weigh(model, jury, weight=weight)
        assert found.winners == span.winners
        assert (found.low, found.high) == (span.low, span.high)


def test_the_plain_data_are_strict_json() -> None:
    plain = json.loads(json.dumps(weigh(MODEL, JURY, weight=0.5).to_dict()))

    assert plain["spans"][0] == {"low": 0.0, "high": 0.6, "winners": ["c"]}


@pytest.mark.parametrize("weight", [-0.1, 1.1, math.nan])
def test_a_weight_outside_its_bounds_is_refused(weight: float) -> None:
    with pytest.raises(SettingRefusedError, match="weight"):
        weigh(MODEL, JURY, weight=weight)


@pytest.mark.parametrize(
    ("model", "jury"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "c": 2}),
        ({"a": 1}, {"a": 1}),
        ({"a": 1, "b": math.nan}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": 1, "b": math.inf}),
    ],
    ids=["other teams", "one team", "no model score", "infinite jury score"],
)
def test_scores_that_cannot_be_set_side_by_side_are_refused(
    model: dict[str, float], jury: dict[str, float]
) -> None:
    with pytest.raises(SettingRefusedError):
        weigh(model, jury, weight=0.5)
