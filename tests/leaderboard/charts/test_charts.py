from __future__ import annotations

import math
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard import Estimate
from leaderboard.charts import (
    Mark,
    axis_header,
    mark_row,
    names_column,
    panel,
    plain_row,
)
from leaderboard.charts.axes import Axis, axis_over

AXIS = Axis(0.0, 0.2, 0.05)
WORDS = "suppressed: fewer than 10"


def drawing(mark: Mark) -> ElementTree.Element:
    return ElementTree.fromstring(mark_row(AXIS, mark, height=54, words=WORDS))


def marks(picture: ElementTree.Element, kind: str) -> list[dict[str, str]]:
    return [e.attrib for e in picture.iter() if kind in e.get("class", "").split()]


@dataclass(frozen=True)
class Team:
    name: str
    own: bool = False


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0.092, 0.135], (0.09, 0.1, 0.11, 0.12, 0.13, 0.14)),
        ([0.0, 0.113], (0.0, 0.05, 0.1, 0.15)),
        ([37, 82], (30, 40, 50, 60, 70, 80, 90)),
        ([-3.0, 4.0], (-4, -2, 0, 2, 4)),
    ],
)
def test_ticks_are_round_and_cover_the_values(
    values: list[float], ticks: tuple[float, ...]
) -> None:
    assert axis_over(values, steps=6 if values[0] == 37 else 5).ticks == ticks


def test_an_axis_without_values_runs_from_nought_to_one() -> None:
    axis = axis_over([math.nan])

    assert (axis.low, axis.high) == (0.0, 1.0)


def test_one_value_alone_gets_room_on_both_sides() -> None:
    axis = axis_over([0.3])

    assert axis.low < 0.3 < axis.high


def test_a_wild_value_does_not_flatten_the_others() -> None:
    assert axis_over([-40.0, 0.1], within=(-0.05, 1.0)).low >= -0.1


@pytest.mark.parametrize("values", [[1e308, -1e308], [1e300] * 2, [1e15, 1e15 + 1]])
def test_an_axis_survives_extreme_values(values: list[float]) -> None:
    axis = axis_over(values)

    assert axis.low < axis.high
    assert 2 <= len(axis.ticks) <= 6
    assert all(0 <= axis.share(value) <= 1 for value in values)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.integers(1, 8))
def test_every_axis_holds_its_values_in_few_steps(
    values: list[float], steps: int
) -> None:
    axis = axis_over(values, steps=steps)

    assert all(axis.holds(value) for value in values)
    assert 1 <= len(axis.ticks) - 1 <= steps


@pytest.mark.parametrize(
    ("value", "place"), [(0.0, "0.00%"), (0.05, "25.00%"), (0.2, "100.00%")]
)
def test_places_are_shares_of_the_width(value: float, place: str) -> None:
    assert AXIS.at(value) == place


def test_a_dot_stands_at_its_value_and_the_whisker_at_its_ends() -> None:
    picture = drawing(Mark("Grutto", Estimate(0.1, 0.05, 0.15)))

    (dot,) = marks(picture, "dot")
    whisker = marks(picture, "ci")[0]
    assert dot["cx"] == "50.00%"
    assert (whisker["x1"], whisker["x2"]) == ("25.00%", "75.00%")


def test_an_estimate_without_interval_has_a_dot_only() -> None:
    picture = drawing(Mark("Grutto", Estimate(0.1)))

    assert marks(picture, "dot")
    assert not marks(picture, "ci")


def test_an_estimate_beyond_the_axis_is_an_arrow_at_the_edge() -> None:
    picture = drawing(Mark("Grutto", Estimate(-4.0, -5.0, -3.0)))

    assert not list(picture.iter("circle"))
    (inner,) = picture.findall("svg")
    assert inner.get("x") == "0.00%"
    assert "L-9 0" in inner[0].get("d", "")


def test_a_suppressed_cell_is_hatched_and_says_so() -> None:
    picture = drawing(Mark("Grutto: suppressed", None))

    (hatch,) = marks(picture, "hatch")
    assert hatch["fill"] == "url(#hatch)"
    assert [e.text for e in picture.iter("text")] == [WORDS]
    assert not marks(picture, "dot")


def test_the_own_team_has_a_ring_and_an_outsider_is_grey() -> None:
    assert marks(drawing(Mark("x", Estimate(0.1), own=True)), "ring")
    assert marks(drawing(Mark("x", Estimate(0.1), muted=True)), "off")


def test_expected_is_a_black_rule_and_others_are_grey() -> None:
    picture = drawing(Mark("Goirle", Estimate(0.1), 0.05, (0.15, 0.2)))

    assert [line["x1"] for line in marks(picture, "ref")] == ["25.00%"]
    assert [line["x1"] for line in marks(picture, "alt")] == ["75.00%", "100.00%"]


def test_a_picture_is_an_image_with_a_title() -> None:
    picture = drawing(Mark("Grutto: 0.100", Estimate(0.1)))

    assert picture.get("role") == "img"
    assert picture.findtext("title") == "Grutto: 0.100"


def test_a_header_writes_each_tick_as_asked() -> None:
    header = axis_header(AXIS, title="Score", label="{:.2f}".format)

    texts = [e.text for e in ElementTree.fromstring(header).iter("text")]
    assert texts == ["0.00", "0.05", "0.10", "0.15", "0.20"]


def test_grid_and_reference_run_on_through_an_empty_row() -> None:
    picture = ElementTree.fromstring(plain_row(AXIS, height=38, reference=0.1))

    assert picture.get("aria-hidden") == "true"
    assert len(marks(picture, "g")) == len(AXIS.ticks)
    assert [line["x1"] for line in marks(picture, "ref")] == ["50.00%"]


def test_a_panel_has_a_line_per_team_in_their_order() -> None:
    teams = [Mark("a", Estimate(0.05)), Mark("b", None), Mark("c", Estimate(0.2))]
    text = panel(AXIS, teams, title="Group", words=WORDS, label=str)

    picture = ElementTree.fromstring(text)
    assert [(d["cx"], d["cy"]) for d in marks(picture, "dot")] == [
        ("25.00%", "15.0"),
        ("100.00%", "75.0"),
    ]
    assert len(marks(picture, "hatch")) == 1


def test_names_are_escaped_and_the_own_one_is_bold() -> None:
    text = names_column([Team("<script>"), Team("Grutto", own=True)])

    assert "<script>" not in text
    kinds = [e.get("class") for e in ElementTree.fromstring(text).iter("text")]
    assert kinds == ["t", "tb"]


def test_equal_input_gives_equal_bytes() -> None:
    mark = Mark("Grutto", Estimate(1 / 3 / 10, 0.01, 0.05))

    first = mark_row(AXIS, mark, height=54, words=WORDS, reference=0)
    assert first == mark_row(AXIS, mark, height=54, words=WORDS, reference=0)
    assert "e-" not in first
