from __future__ import annotations

from leaderboard import Estimate
from leaderboard.language import language
from leaderboard.pages.figures import ends, missed_mark, ratio_mark

EN = language("en")


def test_an_axis_covers_values_and_ends_but_nothing_that_is_absent() -> None:
    assert ends([Estimate(0.2, 0.1, 0.3), None, Estimate(0.4)]) == [0.2, 0.1, 0.3, 0.4]


def test_a_mark_says_its_group_its_value_and_its_interval() -> None:
    missed = missed_mark("Single", Estimate(0.44, 0.37, 0.51), EN)
    ratio = ratio_mark("Single", Estimate(0.97, 0.83, 1.13), EN)

    assert missed.title == "Single: 44%, 95% interval 37 to 51"
    assert ratio.title == "Single: 0.97, 95% interval 0.83 to 1.13"


def test_a_mark_that_may_not_be_shown_says_why() -> None:
    for mark in (missed_mark("Single", None, EN), ratio_mark("Single", None, EN)):
        assert mark.estimate is None
        assert mark.title == f"Single: {EN.texts['suppressed']}"
