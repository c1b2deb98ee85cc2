"""Charts whose rows are a table: forest, areas, groups; and the shake-up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest

from leaderboard import AreaMeasure, Estimate
from leaderboard.charts import (
    Frame,
    Group,
    Mark,
    Measure,
    Move,
    Site,
    Summary,
    area_table,
    axis_header,
    forest_plot,
    mark_row,
    names_column,
    panel,
    slope_chart,
    small_multiples,
)
from leaderboard.charts.axes import Axis
from leaderboard.language import language

EN = Frame("plot", language("en"))
RATIO = Measure("Observed divided by expected", 2)
SITES = [
    Site("Tilburg", Estimate(1.0, 0.8, 1.2), 98),
    Site("Waalwijk", Estimate(0.9, 0.6, 1.4), 40, imprecise=True),
    Site("Hilvarenbeek", None),
]
WHOLE = Summary(Estimate(1.0, 0.9, 1.2), 2, 138, Estimate(1.0, 0.7, 1.3))


@dataclass(frozen=True)
class Team:
    name: str
    own: bool = False


def tree(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html)


def marks(root: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    return [e for e in root.iter() if kind in e.get("class", "").split()]


def rows(root: ElementTree.Element) -> list[list[str]]:
    """Texts of each row, without those of its picture."""
    return [
        ["".join(cell.itertext()) for cell in row if cell.find("svg") is None]
        for row in root.findall(".//tbody/tr")
    ]


def forest(
    sites: list[Site] = SITES, whole: Summary | None = WHOLE, **more: object
) -> ElementTree.Element:
    html = forest_plot(
        sites, measure=RATIO, frame=EN, summary=whole, reference=1, **more
    )
    return tree(html)


def percent(text: str | None) -> float:
    return float((text or "").rstrip("%"))


def test_a_forest_has_a_row_per_place_then_mean_and_prediction() -> None:
    assert rows(forest()) == [
        ["Tilburg", "98", "1.00 (0.80–1.20)"],
        ["Waalwijk imprecise", "40", "0.90 (0.60–1.40)"],
        ["Hilvarenbeek", "–", "not shown: counts too small"],
        ["Mean over municipalities", "138", "1.00 (0.90–1.20)"],
        ["Prediction interval for a new municipality", "", "0.70 to 1.30"],
    ]


def test_the_mean_is_a_diamond_as_wide_as_its_interval() -> None:
    (box,) = [e for e in forest().iter("svg") if e.get("viewBox")]

    # The axis runs from 0.6 to 1.4.
    assert percent(box.get("x")) == pytest.approx(100 * 0.3 / 0.8, abs=0.01)
    assert percent(box.get("width")) == pytest.approx(100 * 0.3 / 0.8, abs=0.01)
    # A third of the way from 0.9 to 1.2 lies 1.0.
    assert box.find("path").get("d") == "M0 50L33.33 0L100 50L33.33 100Z"


def test_the_prediction_is_a_bar() -> None:
    (bar,) = marks(forest(), "bar")

    assert percent(bar.get("x")) == pytest.approx(12.5)
    assert percent(bar.get("width")) == pytest.approx(75.0)


def test_a_suppressed_place_is_hatched_and_the_reference_runs_through_all() -> None:
    root = forest()

    assert len(marks(root, "hatch")) == 1
    assert [line.get("x1") for line in marks(root, "ref")] == ["50.00%"] * 5


def test_a_forest_says_on_what_its_mean_rests_and_how_far_it_reaches() -> None:
    text = "".join(forest().find("figcaption").itertext())

    assert "2 municipalities with 138 neighbourhoods" in text
    assert (
        "95% prediction interval for a new municipality like these is 0.70 to 1.30"
        in text
    )
    assert "between these municipalities, not beyond" in text


def test_without_a_mean_a_forest_says_that_places_are_too_few() -> None:
    root = forest(whole=None)

    assert "too few municipalities" in "".join(root.find("figcaption").itertext())
    assert not marks(root, "diamond")
    assert len(rows(root)) == 3


@pytest.mark.parametrize("prediction", [None, Estimate(1.0), Estimate(1, 0, math.nan)])
def test_a_mean_may_stand_without_a_prediction(prediction: Estimate | None) -> None:
    root = forest(whole=Summary(WHOLE.mean, 2, 138, prediction))

    assert marks(root, "diamond")
    assert not marks(root, "bar")
    assert "prediction interval" not in "".join(root.find("figcaption").itertext())


@pytest.mark.parametrize("mean", [Estimate(1.0), Estimate(math.nan, 0.9, 1.1)])
def test_a_mean_without_numbers_has_no_diamond(mean: Estimate) -> None:
    assert not marks(forest(whole=Summary(mean, 2, 138)), "diamond")


def test_a_mean_without_width_is_still_a_shape() -> None:
    root = forest(whole=Summary(Estimate(1.0, 1.0, 1.0), 2, 138))

    assert marks(root, "diamond")


def test_a_wild_place_does_not_stretch_the_axis_beyond_its_bounds() -> None:
    root = forest([*SITES, Site("x", Estimate(40.0, 2.0, 900.0), 3)], within=(0, 3))

    ticks = [float(e.text) for e in root.find(".//thead").iter("text")]
    assert max(ticks) == 3


def test_a_forest_without_reference_has_no_black_rule() -> None:
    html = forest_plot(SITES, measure=RATIO, frame=EN)

    assert not marks(tree(html), "ref")


def test_a_note_is_said_aloud_too() -> None:
    titles = [e.text for e in forest().iter("title")]

    assert "Waalwijk: 0.90 (0.60–1.40), imprecise" in titles


AREAS = [
    AreaMeasure("Tilburg", 1640, 205, 0.116, Estimate(0.124, 0.108, 0.14)),
    AreaMeasure("Goirle", 330, 30, 0.15, Estimate(0.085, 0.054, 0.116)),
    AreaMeasure("Dongen", 80, 10, 0.1, Estimate(0.1)),
    AreaMeasure("Hilvarenbeek", None, None, None, None, suppressed=True),
]


WHY = "no interval: fewer than 5 neighbourhoods"


def test_areas_stand_per_hundred_with_expected_and_observed() -> None:
    root = tree(area_table(AREAS, name="Grutto", frame=EN))

    assert rows(root) == [
        ["Tilburg", "1,640", "11.6", "12.4 (10.8–14.0)"],
        ["Goirle", "330", "15.0", "8.5 (5.4–11.6)"],
        ["Dongen", "80", "10.0", f"10.0 ({WHY})"],
        ["Hilvarenbeek", "–", "–", "not shown: counts too small"],
    ]
    assert "In 1 of 2 municipalities" in "".join(root.find("figcaption").itertext())


def test_what_was_expected_is_a_black_rule_at_its_place() -> None:
    root = tree(area_table(AREAS, name="Grutto", frame=EN))

    found = [percent(line.get("x1")) for line in marks(root, "ref")]
    assert found == pytest.approx([100 * 11.6 / 15, 100, 100 * 10 / 15], abs=0.01)


def test_areas_without_intervals_promise_nothing() -> None:
    root = tree(area_table(AREAS[2:], name="Grutto", frame=EN))

    assert "no interval" in "".join(root.find("figcaption").itertext())


TEAMS = [Team("Zwaluw"), Team("Grutto", own=True), Team("Kievit")]
RATES = [Estimate(0.4, 0.3, 0.5), None, Estimate(0.6, 0.5, 0.7)]


def test_small_multiples_have_a_panel_per_group_and_a_row_per_team() -> None:
    groups = [Group(f"Group {k}", "size", RATES, 0.5) for k in range(5)]
    root = tree(small_multiples(groups, TEAMS, frame=EN))

    assert [len(batch.findall("figure")) for batch in root.findall("div")] == [4, 1]
    assert rows(root)[:3] == [
        ["Group 0: Zwaluw", "40% (30–50)", "50%"],
        ["Group 0: Grutto", "not shown: counts too small", "50%"],
        ["Group 0: Kievit", "60% (50–70)", "50%"],
    ]
    assert len(rows(root)) == 15
    assert len(marks(root, "hatch")) == 5
    assert len(marks(root, "ref")) == 5
    assert "heavy rule" in "".join(root.itertext())


def test_without_a_reference_model_there_is_no_column_for_it() -> None:
    root = tree(small_multiples([Group("g", "", RATES)], TEAMS, frame=EN))

    assert all(len(row) == 2 for row in rows(root))
    assert "heavy rule" not in "".join(root.itertext())
    assert not marks(root, "ref")


def test_only_the_last_tick_of_a_narrow_panel_carries_its_unit() -> None:
    root = tree(small_multiples([Group("g", "", RATES)], TEAMS, frame=EN))

    *ticks, last = (e.text for e in marks(root.find(".//figure"), "c"))
    assert last.endswith("%")
    assert not any(tick.endswith("%") for tick in ticks)


def test_a_panel_says_every_mark_and_draws_the_reference() -> None:
    teams = [Mark("Zwaluw: 40%", Estimate(0.4)), Mark("Grutto: not shown", None)]
    root = tree(
        panel(
            Axis(0.0, 1.0, 0.5), teams, title="g", words="-", label=str, reference=0.5
        )
    )

    assert root.findtext("desc") == "Zwaluw: 40%; Grutto: not shown"
    assert [line.get("x1") for line in marks(root, "ref")] == ["50.00%"]


def test_a_long_name_beside_panels_ends_in_an_ellipsis() -> None:
    (text,) = tree(names_column([Team("Consultatiebureau Midden-Brabant")])).iter(
        "text"
    )

    assert text.text == "Consultatieburea…"


def test_what_is_not_a_number_is_a_dash_and_no_dot() -> None:
    mark = Mark("x", Estimate(math.nan, 0.1, 0.2))
    root = tree(mark_row(Axis(0.0, 1.0, 0.5), mark, height=40, words="-"))

    assert [e.text for e in root.iter("text")] == ["–"]
    assert not marks(root, "dot")


def test_an_interval_that_is_not_a_number_is_not_drawn() -> None:
    mark = Mark("x", Estimate(0.5, math.nan, 0.6))
    root = tree(mark_row(Axis(0.0, 1.0, 0.5), mark, height=40, words="-"))

    assert marks(root, "dot")
    assert not marks(root, "ci")


def test_the_head_of_a_column_may_say_how_its_marks_read() -> None:
    axis = Axis(0.0, 1.0, 0.5)
    plain = tree(axis_header(axis, title="t", label=str))
    said = tree(axis_header(axis, title="t", label=str, description="Dot: estimate."))

    assert plain.find("desc") is None
    assert said.findtext("desc") == "Dot: estimate."


MOVES = [
    Move("Zwaluw", 1, 2),
    Move("Grutto", 1, 1, own=True),
    Move("Kievit", 3, 2),
    Move("Merel", None, 4),
    Move("Fuut", 4, None),
]


def slope(moves: list[Move] = MOVES) -> ElementTree.Element:
    return tree(slope_chart(moves, before="Board", after="Final", frame=EN))


def sides(root: ElementTree.Element) -> list[list[str]]:
    return [
        [" ".join("".join(item.itertext()).split()) for item in part.iter("li")]
        for part in root.findall("div/div")
        if part.find("ul") is not None
    ]


def test_the_shake_up_says_every_move_in_words() -> None:
    assert rows(slope()) == [
        ["Grutto", "1", "1", "same"],
        ["Zwaluw", "1", "2", "1 down"],
        ["Kievit", "3", "2", "1 up"],
        ["Fuut", "4", "–", "without a place on one of the two"],
        ["Merel", "–", "4", "without a place on one of the two"],
    ]
    assert "Risen: 1. Fallen: 1. Stayed: 1." in slope().findtext(".//desc")
    assert "Without a place on one of the two: 2." in slope().findtext(".//desc")


def test_each_side_lists_the_teams_by_place() -> None:
    left, right = sides(slope())

    assert left == ["Grutto 1", "Zwaluw 1", "Kievit 3", "Fuut 4", "Merel –"]
    assert right == ["Grutto 1", "Zwaluw 2", "Kievit 2", "Merel 4", "Fuut –"]


def test_a_line_joins_both_places_of_a_team() -> None:
    root = slope([Move("a", 1, 2), Move("b", 2, 3), Move("c", 3, 1)])

    lines = [
        (line.get("y1"), line.get("y2"))
        for line in root.iter("line")
        if line.get("class") == "alt"
    ]
    assert lines == [("13", "39"), ("39", "65"), ("65", "13")]


def test_who_stands_on_one_board_has_a_dot_there_and_no_line() -> None:
    root = slope([Move("a", 1, None), Move("b", None, 1), Move("c", None, None)])

    assert not list(root.iter("line"))
    assert len(marks(root, "dot")) == 2


def test_a_rule_joins_those_that_share_a_place() -> None:
    shared = [(r.get("x1"), r.get("y1"), r.get("y2")) for r in marks(slope(), "ref")]

    assert shared == [("8.00%", "13", "39"), ("92.00%", "39", "65")]


def test_the_own_team_has_rings_a_thick_line_and_a_bold_name() -> None:
    root = slope()

    assert len(marks(root, "ring")) == 2
    assert len(marks(root, "curve")) == 1
    assert [item.findtext("span") for item in marks(root, "own")] == ["Grutto"] * 2


def test_the_order_of_the_teams_given_does_not_matter() -> None:
    forward, back = (
        slope_chart(moves, before="a", after="b", frame=EN)
        for moves in (MOVES, MOVES[::-1])
    )

    assert forward == back


def test_a_chart_with_one_team_on_equal_places_is_still_a_line() -> None:
    assert len(list(slope([Move("a", 1, 1)]).iter("line"))) == 1


@pytest.mark.parametrize(
    ("measure", "value", "table", "sentence"),
    [
        (Measure("", 1, 100, "%"), 0.05, "5.0%", "5%"),
        (Measure("", 1, 100, "%"), 0.055, "5.5%", "5.5%"),
        (Measure("", 3), 0.1, "0.100", "0.1"),
        (Measure("", 3), math.nan, "–", "–"),
        (Measure("", 3), math.inf, "–", "–"),
    ],
)
def test_a_sentence_has_no_decimals_that_say_nothing(
    measure: Measure, value: float, table: str, sentence: str
) -> None:
    english = language("en")

    assert measure.write(value, english) == table
    assert measure.short(value, english) == sentence


def test_an_endless_interval_is_written_with_a_dash_for_its_end() -> None:
    written = RATIO.estimate(Estimate(1.0, -math.inf, 2.0), language("en"))

    assert written == "1.00 (– to 2.00)"


def test_no_number_is_a_dash_and_no_estimate_is_said_as_suppressed() -> None:
    english = language("en")

    assert RATIO.write(None, english) == "–"
    assert RATIO.estimate(None, english) == "not shown: counts too small"
    assert RATIO.estimate(Estimate(math.nan, 0.1, 0.2), english) == "–"


def test_a_group_that_no_team_shows_is_named_and_takes_no_room() -> None:
    teams = [Team("Grutto"), Team("Merel")]
    groups = [
        Group("Rent", "", [Estimate(0.4), None], kind="Home"),
        Group("Other", "", [None, None], kind="Language"),
    ]
    root = tree(small_multiples(groups, teams, frame=EN))

    assert len(root.findall(".//figure")) == 1
    notes = ["".join(p.itertext()) for p in root.iter("p")]
    assert "Shown for no team, counts too small: Language: Other." in notes
    assert len(rows(root)) == 4
    assert rows(root)[0][0] == "Home: Rent: Grutto"
