"""Score against gap: who is beaten, and names that do not hide each other."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard import Estimate
from leaderboard.charts import Contender, Frame, pareto_plot
from leaderboard.charts.axes import Axis
from leaderboard.charts.contenders import beaten
from leaderboard.charts.planes import Plane
from leaderboard.charts.spreading import spread
from leaderboard.language import language

EN = Frame("plot", language("en"))
NAMES = ("Zwaluw", "Grutto", "Kievit", "Scholekster", "Ooievaar", "Merel")
SCORES = (0.101, 0.106, 0.097, 0.082, 0.077, 0.112)
GAPS = (0.012, 0.03, 0.006, 0.022, -0.009, 0.08)
TEAMS = [
    Contender(
        name,
        Estimate(score, score - 0.02, score + 0.02),
        Estimate(gap, gap - 0.03, gap + 0.03),
        own=name == "Grutto",
    )
    for name, score, gap in zip(NAMES, SCORES, GAPS, strict=True)
]


def tree(
    teams: list[Contender], limit: float | None = None, *, excess: bool = True
) -> ElementTree.Element:
    html = pareto_plot(teams, frame=EN, limit=limit, excess=excess)
    return ElementTree.fromstring(html)


def marks(root: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    (plot,) = root.findall("div/svg")
    return [e for e in plot.iter() if kind in e.get("class", "").split()]


def cells(root: ElementTree.Element) -> list[list[str]]:
    rows = root.findall(".//tbody/tr")
    return [["".join(cell.itertext()) for cell in row] for row in rows]


def team(name: str, score: float, gap: float) -> Contender:
    return Contender(name, Estimate(score), Estimate(gap))


def test_the_table_has_every_number_and_says_who_is_beaten() -> None:
    rows = cells(tree(TEAMS))

    assert [row[0] for row in rows] == list(NAMES)
    assert rows[0] == [
        *("Zwaluw", "0.101 (0.081–0.121)", "1.2 (−1.8 to 4.2)"),
        "no other team is better on both",
    ]
    assert [row[0] for row in rows if row[3].startswith("another")] == ["Scholekster"]


def test_a_beaten_team_is_hollow_and_the_own_one_has_a_ring() -> None:
    root = tree(TEAMS)

    assert len(marks(root, "dot")) == 5
    assert len(marks(root, "hol")) == 1
    (ring,) = marks(root, "ring")
    places = [(d.get("cx"), d.get("cy")) for d in marks(root, "dot")]
    assert (ring.get("cx"), ring.get("cy")) == places[1]
    assert "Grutto (you)" in [e.text for e in marks(root, "tb")]


def test_dots_follow_both_axes() -> None:
    root = tree(TEAMS)

    ticks = [e for e in root.iter("text") if e.get("class") == "c"]
    across = {e.text: float(e.get("x").rstrip("%")) for e in ticks}
    up = {
        e.text: float(e.get("y")) - 5 for e in marks(root, "e") if e.get("dx") == "-10"
    }
    dots = [e for e in root.find("div/svg").iter("circle") if e.get("r") == "5"]
    for dot, score, gap in zip(dots, SCORES, GAPS, strict=True):
        x = across["0"] + (across["+5"] - across["0"]) * gap / 0.05
        y = up["0.10"] + (up["0.12"] - up["0.10"]) * (score - 0.1) / 0.02
        assert float(dot.get("cx").rstrip("%")) == pytest.approx(x, abs=0.02)
        assert float(dot.get("cy")) == pytest.approx(y, abs=1)


def test_the_staircase_joins_the_front_from_left_to_right() -> None:
    steps = marks(tree(TEAMS), "step")

    assert len(steps) == 2 * (5 - 1)
    lefts = [float(step.get("x1").rstrip("%")) for step in steps]
    assert lefts == sorted(lefts)


def test_the_limit_is_dashed_and_said() -> None:
    root = tree(TEAMS, 0.05)

    (rule,) = marks(root, "req")
    (tick,) = [e for e in root.iter("text") if e.text == "+5"]
    assert rule.get("x1") == tick.get("x")
    assert "policy: at most 5" in [e.text for e in root.iter("text")]
    assert "More than 5 percentage points of extra gap: Merel." in root.findtext(
        ".//desc"
    )
    assert not marks(tree(TEAMS), "req")


def test_a_limit_beyond_the_axis_is_not_drawn() -> None:
    assert not marks(tree(TEAMS, 7.0), "req")


def test_equal_teams_do_not_beat_each_other() -> None:
    twins = [team("a", 0.1, 0.0), team("b", 0.1, 0.0)]

    assert not any(beaten(twin, twins) for twin in twins)
    assert len(marks(tree(twins), "dot")) == 2


def test_a_team_without_a_number_stands_in_the_table_only() -> None:
    teams = [team("a", 0.1, 0.0), team("b", math.nan, 0.1), team("c", 0.9, math.nan)]
    root = tree(teams)

    assert len(marks(root, "dot")) == 1
    assert [row[3] for row in cells(root)[1:]] == ["cannot be determined"] * 2


def test_a_team_far_beyond_the_axes_is_an_arrow_that_points_out() -> None:
    root = tree([team("a", 0.1, 0.0), team("b", -40.0, 5.0), team("c", 0.2, -5.0)])

    (beaten_one,) = [e for e in marks(root, "hol") if e.tag == "path"]
    (unbeaten,) = [e for e in marks(root, "dot") if e.tag == "path"]
    assert "L9 9" in beaten_one.get("d")
    assert "L-9 0" in unbeaten.get("d")


points = st.tuples(st.floats(-1, 1), st.floats(-1, 1))


@given(st.lists(points, min_size=1, max_size=15))
def test_the_front_is_what_pairwise_comparison_says(
    values: list[tuple[float, float]],
) -> None:
    teams = [team(str(k), s, g) for k, (s, g) in enumerate(values)]

    for mine in teams:
        s, g = mine.score.value, mine.gap.value
        worse = any(a >= s and b <= g and (a, b) != (s, g) for a, b in values)
        assert beaten(mine, teams) is worse
    assert not all(beaten(mine, teams) for mine in teams)


@given(st.lists(points, min_size=1, max_size=15), st.randoms())
def test_who_is_beaten_does_not_depend_on_the_order(
    values: list[tuple[float, float]], chance: object
) -> None:
    teams = [team(str(k), s, g) for k, (s, g) in enumerate(values)]
    shuffled = sorted(teams, key=lambda _: chance.random())

    assert {t.name for t in teams if beaten(t, teams)} == {
        t.name for t in shuffled if beaten(t, shuffled)
    }


@given(
    st.lists(st.floats(0, 400), max_size=20),
    st.sampled_from([0.0, 12.0]),
    st.sampled_from([300.0, 600.0]),
)
def test_no_text_lies_on_another(places: list[float], low: float, high: float) -> None:
    moved = spread(places, room=17, low=low, high=high)

    assert len(moved) == len(places)
    assert all(b - a >= 17 - 1e-6 for a, b in itertools.pairwise(sorted(moved)))
    assert all(place >= low - 1e-9 for place in moved)
    if 17 * (len(places) - 1) <= high - low:
        assert all(place <= high + 1e-9 for place in moved)


@given(st.lists(st.floats(0, 400), max_size=12))
def test_texts_keep_the_order_of_their_places(places: list[float]) -> None:
    moved = spread(places, room=17, low=-1e6, high=1e6)

    for a, b in itertools.combinations(range(len(places)), 2):
        if places[a] < places[b]:
            assert moved[a] < moved[b]
    assert sum(moved) == pytest.approx(sum(places), abs=1e-6)


def test_texts_that_have_room_do_not_move() -> None:
    assert spread([50, 10, 90], room=17, low=0, high=100) == [50, 10, 90]


def test_a_moved_name_is_tied_to_its_dot() -> None:
    wide = Estimate(0.3, 0.1, 0.5)
    alone = [Contender("a", wide, wide)]

    assert not marks(tree(alone), "alt")
    assert len(marks(tree(alone * 2), "alt")) == 2


def test_a_long_name_is_cut_in_the_picture_and_whole_in_the_table() -> None:
    name = "Consultatiebureau Midden-Brabant"
    root = tree([team(name, 0.1, 0.0)])

    assert [e.text for e in marks(root, "t")][-1] == "Consultatiebure…"
    assert cells(root)[0][0] == name


@pytest.mark.parametrize(("gap", "kind"), [(-0.4, "t"), (0.4, "t e")])
def test_a_name_stands_on_the_side_that_has_room(gap: float, kind: str) -> None:
    teams = [team("a long name", 0.2, gap), team("b", 0.1, -0.5), team("c", 0.3, 0.5)]
    root = tree(teams)

    (text,) = [e for e in marks(root, "t") if e.text == "a long name"]
    assert text.get("class") == kind


def test_more_teams_make_a_taller_picture() -> None:
    many = [team(f"team {k}", 0.1 + k / 1000, k / 1000) for k in range(40)]

    few, tall = (int(tree(t).find("div/svg").get("height")) for t in (TEAMS, many))
    assert few == 320
    assert tall > 40 * 17


def test_a_plane_holds_neither_nan_nor_what_lies_beyond() -> None:
    plane = Plane(Axis(0, 1, 0.5), Axis(0, 1, 0.5))

    assert plane.holds(0.5, 1.0)
    assert not plane.holds(math.nan, 0.5)
    assert not plane.holds(0.5, 1.2)


def test_ticks_of_the_gap_carry_their_sign() -> None:
    texts = [e.text for e in tree(TEAMS).iter("text") if e.text]

    assert {"−5", "0", "+5"} <= set(texts)
    assert not re.search(r"\+0|\+−", " ".join(texts))


def test_raw_gaps_have_their_own_words_and_no_zero_of_a_reference() -> None:
    root = tree(TEAMS, excess=False)
    words = ["".join(e.itertext()) for e in root.iter()]

    assert not [text for text in words if text == "equal to the reference"]
    assert any("Largest difference in share not recognised" in text for text in words)
    assert not [e.text for e in root.iter("text") if (e.text or "").startswith("+")]


def test_the_table_names_the_group_where_the_gap_is() -> None:
    one, *rest = TEAMS
    root = tree([replace(one, where="Home: rent"), *rest])

    assert [row[3] for row in cells(root)][:2] == ["Home: rent", "–"]
