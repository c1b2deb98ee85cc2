"""What the jury's room draws, read back from its strokes."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from challenge.web.pictures import weights_strip
from leaderboard.jury import weigh
from leaderboard.language import language

# Shares of the others that each is above: on the board a 1, b 1/2, c 0; for the jury
# a 0, b 1, c 1/2. So with weight w, b has 1 - w/2 and a has w: they cross at 2/3.
MODEL = {"a": 3.0, "b": 2.0, "c": 1.0}
JURY = {"a": 1.0, "b": 3.0, "c": 2.0}


def strip(
    model: dict[str, float], jury: dict[str, float], weight: float
) -> ElementTree.Element:
    drawn = weights_strip(weigh(model, jury, weight=weight), language("nl"))
    return ElementTree.fromstring(str(drawn))


def share(value: str | None) -> float:
    assert value
    return float(value.removesuffix("%")) / 100


def test_the_strip_changes_hands_where_two_weighted_scores_cross() -> None:
    drawn = strip(MODEL, JURY, 0.3)

    borders = [
        share(line.get("x1")) for line in drawn.iter("line") if line.get("class") == "g"
    ]
    names = {text.text: share(text.get("x")) for text in drawn.iter("text")}
    assert sorted(borders) == pytest.approx([0, 2 / 3], abs=1e-4)
    # Each name stands in the middle of the stretch that its team wins.
    assert names == pytest.approx({"b": 1 / 3, "a": 5 / 6}, abs=1e-4)


@pytest.mark.parametrize("weight", [0.3, 0.9])
def test_its_dot_is_the_weight_that_was_agreed(weight: float) -> None:
    [dot] = strip(MODEL, JURY, weight).iter("circle")

    assert share(dot.get("cx")) == weight


def test_one_name_stands_there_where_no_weight_changes_who_wins() -> None:
    drawn = strip(MODEL, MODEL, 0.5)

    assert [text.text for text in drawn.iter("text")] == ["a"]


def test_it_says_in_words_from_which_weight_on_who_wins() -> None:
    title = strip(MODEL, JURY, 0.3).findtext("title")

    assert title == "≥ 0%: b; ≥ 67%: a"
