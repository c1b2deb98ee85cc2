"""What holds for every chart, whatever it is given."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest

from leaderboard import AreaMeasure, Estimate
from leaderboard.charts import (
    Bar,
    Bin,
    Contender,
    Frame,
    Group,
    Measure,
    Move,
    NetBenefit,
    RocCurve,
    Site,
    Summary,
    area_table,
    calibration_plot,
    decision_curve,
    forest_plot,
    pareto_plot,
    roc_curve,
    slope_chart,
    small_multiples,
)
from leaderboard.language import language

NAN, INF = math.nan, math.inf
LONG = 'Consultatiebureau Midden-Brabant & <script>alert("x")</script> ' * 4
RATIO = Measure("Observed / expected", 2)


@dataclass(frozen=True)
class Team:
    name: str
    own: bool = False


def roc(names: list[str], values: list[Estimate], frame: Frame) -> str:
    points = [(0.0, 0.0), *((v.value / 2, v.value) for v in values), (1.0, 1.0)]
    area = values[0] if values else Estimate(NAN)
    model = RocCurve([*names, "x"][0], points if values else [], area, (0.1, 0.3))
    return roc_curve(model, frame=frame, reference=RocCurve("r", points, area))


def calibration(names: list[str], values: list[Estimate], frame: Frame) -> str:
    bins = [Bin(v.value, v, 400) for v in values]
    bars = [Bar(k / 4, (k + 1) / 4, 100 * k) for k, _ in enumerate(values[:4])]
    smooth = [(v.value, v.value) for v in values]
    return calibration_plot(
        bins, name=[*names, "x"][0], frame=frame, curve=smooth, bars=bars
    )


def decision(names: list[str], values: list[Estimate], frame: Frame) -> str:
    points = [
        NetBenefit((k + 1) / (len(values) + 1), v, v.value - 0.1, v.value)
        for k, v in enumerate(values)
    ]
    return decision_curve(points, name=[*names, "x"][0], frame=frame)


def pareto(names: list[str], values: list[Estimate], frame: Frame) -> str:
    teams = [
        Contender(n, v, v, own=n == names[0])
        for n, v in zip(names, values, strict=True)
    ]
    return pareto_plot(teams, frame=frame, limit=0.05)


def multiples(names: list[str], values: list[Estimate], frame: Frame) -> str:
    teams = [Team(name, own=name == names[0]) for name in names]
    group = Group(LONG, "95 with, 240 without", [*values], 0.4)
    hidden = Group("Hidden", "", [None] * len(values))
    return small_multiples([group, hidden] if values else [], teams, frame=frame)


def areas(names: list[str], values: list[Estimate], frame: Frame) -> str:
    places = [
        AreaMeasure(n, 1000, 100, v.value, v)
        for n, v in zip(names, values, strict=True)
    ]
    hidden = [AreaMeasure("Hidden", *[None] * 4)] if values else []
    return area_table([*places, *hidden], name="Grutto", frame=frame)


def forest(names: list[str], values: list[Estimate], frame: Frame) -> str:
    sites = [Site(n, v, 12) for n, v in zip(names, values, strict=True)]
    hidden = [Site("Hidden", None)] if values else []
    whole = Summary(values[0], 1, 12, values[-1]) if values else None
    return forest_plot(
        [*sites, *hidden],
        measure=RATIO,
        frame=frame,
        summary=whole,
        reference=1,
        within=(0.0, 3.0),
    )


def slope(names: list[str], values: list[Estimate], frame: Frame) -> str:
    places = [int(v.value * 10) if math.isfinite(v.value) else None for v in values]
    moves = [
        Move(name, place, after, own=name == names[0])
        for name, place, after in zip(names, places, reversed(places), strict=True)
    ]
    return slope_chart(moves, before="Board", after="Final", frame=frame)


CHARTS: list[Callable[[list[str], list[Estimate], Frame], str]] = [
    *(roc, calibration, decision, pareto, multiples, areas, forest, slope)
]
CASES = {
    "empty": [],
    "one point": [Estimate(0.3, 0.2, 0.4)],
    "equal points": [Estimate(0.3, 0.2, 0.4)] * 4,
    "points alone": [Estimate(0.1), Estimate(0.2), Estimate(0.4)],
    "extreme": [
        *(Estimate(1e300, -1e300, 1e308), Estimate(-1e300), Estimate(1e-300)),
        *(Estimate(INF, 1.0, INF), Estimate(-INF, -INF, INF), Estimate(0.5, 0, 1)),
    ],
    "not a number": [
        *(Estimate(NAN), Estimate(NAN, NAN, NAN), Estimate(0.2, NAN, NAN)),
        Estimate(0.1, 0.0, 0.2),
    ],
    "all unknown": [Estimate(NAN), Estimate(NAN)],
    "many": [Estimate(0.1 + k / 400, 0.1, 0.2 + k / 400) for k in range(60)],
}


def draw(chart: Callable, case: str, slug: str = "en", name: str = "Team") -> str:
    values = CASES[case]
    names = [f"{name} {k}" for k in range(len(values))]
    return chart(names, values, Frame("plot", language(slug), practice=True))


def tree(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(re.sub(r"<br>", "<br/>", html))


def pictures(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    yield from (e for e in root.iter("svg") if e.get("role") == "img")


def words(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


EVERY = [
    pytest.param(chart, case, id=f"{chart.__name__}, {case}")
    for chart in CHARTS
    for case in CASES
]
FULL = [
    pytest.param(chart, case, id=f"{chart.__name__}, {case}")
    for chart in CHARTS
    for case in CASES
    if case != "empty"
]
# Where no team has both numbers, an empty plane would say that something is wrong.
DRAWN = [one for one in FULL if one.values != (pareto, "all unknown")]


@pytest.mark.parametrize(("chart", "case"), EVERY)
@pytest.mark.parametrize("slug", ["nl", "en"])
def test_a_chart_is_well_formed_and_the_same_every_time(
    chart: Callable, case: str, slug: str
) -> None:
    html = draw(chart, case, slug)

    assert tree(html).tag == "figure"
    assert html == draw(chart, case, slug)


@pytest.mark.parametrize(("chart", "case"), EVERY)
def test_no_number_is_written_as_nan_infinity_or_none(
    chart: Callable, case: str
) -> None:
    html = draw(chart, case)

    assert not re.search(r"\b(nan|inf|None)\b|\{\w*\}|\d[eE][+-]?\d", html)
    assert "-0.00%" not in html


@pytest.mark.parametrize("chart", CHARTS)
def test_without_data_a_sentence_stands_instead_of_a_picture(chart: Callable) -> None:
    root = tree(draw(chart, "empty"))

    assert "There is nothing to draw yet." in words(root)
    assert not list(root.iter("svg"))
    assert not list(root.iter("table"))


def test_teams_of_whom_nothing_is_known_stand_in_the_table_alone() -> None:
    root = tree(draw(pareto, "all unknown"))

    assert "There is nothing to draw yet." in words(root)
    assert not list(pictures(root))
    assert list(root.iter("table"))


@pytest.mark.parametrize(("chart", "case"), DRAWN)
def test_every_picture_has_a_title_and_every_chart_a_description(
    chart: Callable, case: str
) -> None:
    root = tree(draw(chart, case))

    drawn = list(pictures(root))
    assert drawn
    assert all(picture.findtext("title") for picture in drawn)
    assert any(picture.findtext("desc") for picture in drawn)
    ids = {e.get("id"): e for e in root.iter() if e.get("id")}
    for picture in drawn:
        for name, kind in (("labelledby", "title"), ("describedby", "desc")):
            if target := picture.get(f"aria-{name}"):
                assert ids[target] is picture.find(kind)


@pytest.mark.parametrize("chart", CHARTS)
def test_every_id_starts_with_the_key_of_the_frame_and_occurs_once(
    chart: Callable,
) -> None:
    ids = re.findall(r' id="([^"]*)"', draw(chart, "points alone"))

    assert ids[0] == "plot"
    assert all(name.split("-")[0] == "plot" for name in ids)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("chart", CHARTS)
def test_a_picture_that_is_not_read_aloud_is_hidden(chart: Callable) -> None:
    root = tree(draw(chart, "points alone"))

    inner = {id(e) for p in pictures(root) for e in p.iter("svg") if e is not p}
    for svg in root.iter("svg"):
        is_read = svg.get("role") == "img"
        assert is_read or svg.get("aria-hidden") == "true" or id(svg) in inner


@pytest.mark.parametrize(("chart", "case"), FULL)
def test_the_numbers_stand_in_a_table_with_caption_and_scopes(
    chart: Callable, case: str
) -> None:
    root = tree(draw(chart, case))

    (table,) = root.iter("table")
    assert words(table.find("caption"))
    widths = {len(list(row)) for row in table.iter("tr")}
    assert len(widths) == 1
    assert all(e.get("scope") in ("col", "row") for e in table.iter("th"))
    assert len(table.findall("tbody/tr")) >= 1


@pytest.mark.parametrize(("chart", "case"), FULL)
def test_nothing_is_fetched_styled_or_run(chart: Callable, case: str) -> None:
    html = draw(chart, case, name=LONG)
    root = tree(html)

    assert not {e.tag for e in root.iter()} & {"script", "style", "image", "use", "a"}
    found = {name for e in root.iter() for name in e.attrib}
    assert not {n for n in found if n.startswith("on")} & found
    assert not found & {"href", "src", "style"}
    assert set(re.findall(r"url\((.*?)\)", html)) <= {"#hatch"}


@pytest.mark.parametrize(("chart", "case"), FULL)
def test_names_are_escaped_and_stand_whole_in_words(chart: Callable, case: str) -> None:
    html = draw(chart, case, name=LONG)

    assert "<script" not in html
    if chart is not multiples or CASES[case]:
        assert LONG.split()[0] in words(tree(html))
        assert " ".join(LONG.split()) in words(tree(html))


@pytest.mark.parametrize(("chart", "case"), FULL)
def test_places_are_percentages_within_the_picture(chart: Callable, case: str) -> None:
    root = tree(draw(chart, case))

    for picture in pictures(root):
        places = re.findall(
            r'\b(?:x|x1|x2|cx)="(-?[\d.]+)%"', ElementTree.tostring(picture).decode()
        )
        # A tenth of a step may stand beyond the last tick.
        assert all(-10 <= float(place) <= 110 for place in places)
        assert picture.get("width") is None
        assert float(picture.get("height")) > 0


@pytest.mark.parametrize(("chart", "case"), FULL)
def test_texts_never_scale(chart: Callable, case: str) -> None:
    root = tree(draw(chart, case))

    for svg in root.iter("svg"):
        if svg.get("viewBox"):
            assert not list(svg.iter("text"))
            assert all(
                path.get("vector-effect") == "non-scaling-stroke"
                for path in svg.iter("path")
            )


@pytest.mark.parametrize("chart", CHARTS)
def test_the_tag_says_that_rows_may_have_been_trained_on(chart: Callable) -> None:
    values = CASES["points alone"]
    frame = Frame("plot", language("nl"))
    html = draw(chart, "points alone", "nl")

    assert "oefenrijen: kan op getraind zijn" in html
    assert "oefenrijen" not in chart(["a", "b", "c"], values, frame)


@pytest.mark.parametrize("chart", CHARTS)
def test_both_languages_say_their_own_words(chart: Callable) -> None:
    dutch, english = (draw(chart, "points alone", slug) for slug in ("nl", "en"))

    assert "Wat betekent dit?" in dutch
    assert "What does this mean?" in english
    assert words(tree(dutch)) != words(tree(english))
    assert re.findall(r'cx="[^"]*"', dutch) == re.findall(r'cx="[^"]*"', english)
