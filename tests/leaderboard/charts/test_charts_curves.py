"""ROC, decision curve and calibration: what is drawn is what was given."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard import Estimate
from leaderboard.charts import (
    Bar,
    Bin,
    Frame,
    NetBenefit,
    RocCurve,
    calibration_plot,
    decision_curve,
    roc_curve,
)
from leaderboard.charts.axes import Axis
from leaderboard.charts.planes import Plane
from leaderboard.language import language

EN = Frame("plot", language("en"))
UNIT = Axis(0.0, 1.0, 0.2)
BOX = Plane(UNIT, UNIT)
STAIRS = [(0.0, 0.0), (0.0, 0.4), (0.5, 0.4), (0.5, 1.0), (1.0, 1.0)]


def tree(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html)


def marks(root: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    return [e for e in root.iter() if kind in e.get("class", "").split()]


def cells(root: ElementTree.Element) -> list[list[str]]:
    rows = root.findall(".//tbody/tr")
    return [["".join(cell.itertext()) for cell in row] for row in rows]


def head(root: ElementTree.Element) -> list[str]:
    return ["".join(cell.itertext()) for cell in root.findall(".//thead/tr/th")]


def numbers(path: str) -> list[tuple[float, float]]:
    found = [float(n) for n in re.findall(r"-?\d+\.\d+", path)]
    return list(zip(found[::2], found[1::2], strict=True))


def test_a_curve_goes_through_its_points() -> None:
    assert BOX.trace([(0, 0), (0.25, 0.5), (1, 1)]) == (
        "M0.00 100.00 25.00 50.00 100.00 0.00"
    )


@pytest.mark.parametrize(
    ("points", "path"),
    [
        ([(0, -1), (1, 1)], "M50.00 100.00 100.00 0.00"),
        ([(0, 0), (1, -1)], "M0.00 100.00 0.00 100.00"),
        ([(0, 0.5), (2, 0.5)], "M0.00 50.00 100.00 50.00"),
        ([(0, 2), (1, 2)], ""),
        ([(2, 0), (2, 1)], ""),
        ([(0.5, -1), (0.5, 2)], "M50.00 100.00 50.00 0.00"),
        (
            [(0, 0), (0.2, 2), (0.4, 0)],
            "M0.00 100.00 10.00 0.00M30.00 0.00 40.00 100.00",
        ),
        ([(0, 0), (math.nan, 0.5), (0.5, 0.5), (1, 1)], "M50.00 50.00 100.00 0.00"),
        ([(0, 0), (1, -math.inf)], ""),
        ([(0.3, 0.3)], ""),
        ([], ""),
    ],
)
def test_a_curve_is_cut_at_the_edge_and_broken_where_unknown(
    points: list[tuple[float, float]], path: str
) -> None:
    assert BOX.trace(points) == path


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=2, max_size=30))
def test_no_curve_leaves_its_box(points: list[tuple[float, float]]) -> None:
    drawn = numbers(BOX.trace(points))

    assert all(0 <= x <= 100 and 0 <= y <= 100 for x, y in drawn)


def test_many_points_become_few_that_look_the_same() -> None:
    xs = np.linspace(0, 1, 100_001)
    ys = np.sin(xs * np.pi / 2)
    drawn = np.array(numbers(BOX.trace([*zip(xs, ys, strict=True)])))

    assert len(drawn) < 1000
    between = np.interp(100 * xs, drawn[:, 0], drawn[:, 1])
    assert np.abs(between - (100 - 100 * ys)).max() < 0.05


def test_roc_reads_its_curves_at_every_tenth() -> None:
    model = RocCurve("Grutto", STAIRS, Estimate(0.7, 0.6, 0.8))
    reference = RocCurve("Logistic", [(0, 0), (1, 1)], Estimate(0.5))
    root = tree(roc_curve(model, reference=reference, frame=EN))

    assert head(root)[1:] == ["Grutto", "Logistic"]
    expected = ["40.0%"] * 5 + ["100.0%"] * 6
    assert [row[1] for row in cells(root)] == expected
    assert [row[0] for row in cells(root)] == [f"{10 * k}%" for k in range(11)]
    assert [row[2] for row in cells(root)] == [f"{10 * k}.0%" for k in range(11)]


def test_roc_marks_the_capacity_with_ring_words_and_a_row() -> None:
    model = RocCurve("Grutto", STAIRS, Estimate(0.7, 0.6, 0.8), (0.25, 0.4))
    root = tree(roc_curve(model, frame=EN, capacity=0.05))

    (dot,), (ring,) = marks(root, "dot"), marks(root, "ring")
    assert (dot.get("cx"), dot.get("cy")) == ("25.00%", "180.0")
    assert (ring.get("cx"), ring.get("cy")) == ("25.00%", "180.0")
    assert "at 5%" in [e.text for e in marks(root, "t")]
    assert cells(root)[-1] == ["25.0% (at 5%)", "40.0%"]
    assert "40% of the families with the outcome are recognised" in root.findtext(
        ".//desc"
    )


def test_words_near_the_right_edge_stand_left_of_their_dot() -> None:
    model = RocCurve("Grutto", STAIRS, Estimate(0.7), (0.9, 1.0))
    (text,) = marks(tree(roc_curve(model, frame=EN)), "t")

    assert text.get("class") == "t e"
    assert float(text.get("dx")) < 0


def test_a_capacity_that_is_unknown_is_not_drawn() -> None:
    model = RocCurve("Grutto", STAIRS, Estimate(math.nan), (math.nan, 0.4))
    root = tree(roc_curve(model, frame=EN))

    assert not marks(root, "dot")
    assert "do not say whether it is right" in root.findtext(".//desc")


def test_lines_differ_in_width_or_dash_and_the_key_names_each() -> None:
    model = RocCurve("Grutto", STAIRS, Estimate(0.7, 0.6, 0.8))
    reference = RocCurve("Logistic", STAIRS, Estimate(0.5, 0.4, 0.6))
    root = tree(roc_curve(model, reference=reference, frame=EN))

    key = ["".join(item.itertext()).strip() for item in root.findall("ul/li")]
    assert key == [
        "Grutto 0.700 (0.600–0.800)",
        "Logistic 0.500 (0.400–0.600)",
        "chance",
    ]
    samples = [item.find("svg/line").get("class") for item in root.findall("ul/li")]
    drawn = [p.get("class") for p in root.iter("path")]
    assert samples == ["curve", "alt", "alt d"]
    assert sorted(drawn) == sorted(samples)


BENEFITS = [
    NetBenefit(0.05, Estimate(0.04, 0.03, 0.05), 0.05, 0.045),
    NetBenefit(0.10, Estimate(0.03, 0.02, 0.04), 0.00, 0.025),
    NetBenefit(0.15, Estimate(0.02, 0.01, 0.03), -0.06, 0.018),
    NetBenefit(0.20, Estimate(-0.01, -0.02, 0.00), -0.13, 0.004),
    NetBenefit(0.25, Estimate(0.01, 0.00, 0.02), -0.20, 0.001),
]


def test_the_decision_curve_has_a_row_per_threshold_with_the_same_numbers() -> None:
    root = tree(decision_curve(BENEFITS, name="Grutto", frame=EN))

    assert head(root)[1:] == ["Grutto", "offer for everyone", "reference model"]
    assert cells(root)[1] == ["10.0%", "0.030 (0.020–0.040)", "0.000", "0.025"]
    assert cells(root)[3][1] == "−0.010 (−0.020 to 0.000)"
    assert [row[2] for row in cells(root)] == [
        *("0.050", "0.000", "−0.060", "−0.130", "−0.200")
    ]


def test_it_says_where_the_model_adds_something() -> None:
    text = tree(decision_curve(BENEFITS, name="Grutto", frame=EN)).findtext(".//desc")

    assert "At a threshold from 10% to 15% and of 25%, Grutto adds something" in text


def test_it_says_when_the_model_adds_nothing() -> None:
    points = [NetBenefit(0.1, Estimate(math.nan), 0.0), BENEFITS[0]]
    root = tree(decision_curve(points, name="Grutto", frame=EN))

    assert "At none of these thresholds" in root.findtext(".//desc")


def test_net_benefit_stands_where_its_axes_put_it() -> None:
    root = tree(decision_curve(BENEFITS, name="Grutto", frame=EN))

    ticks = {e.text: float(e.get("y")) - 5 for e in marks(root, "e") if e.get("dx")}
    ((_, curve),) = [
        (e, numbers(e.get("d"))) for e in root.iter("path") if e.get("class") == "curve"
    ]
    zero, top = ticks["0.00"], ticks["0.04"]
    for point, (_, y) in zip(BENEFITS, curve, strict=True):
        expected = zero + (top - zero) * point.model.value / 0.04
        assert 3 * y == pytest.approx(expected, abs=0.6)


def test_an_offer_for_everyone_does_not_stretch_the_axis() -> None:
    root = tree(decision_curve(BENEFITS, name="Grutto", frame=EN))

    ticks = [float(e.text.replace("−", "-")) for e in marks(root, "e") if e.get("dx")]
    assert min(ticks) >= -0.02


def test_the_band_is_drawn_only_where_every_interval_is_known() -> None:
    part = [*BENEFITS, NetBenefit(0.3, Estimate(0.01), -0.3)]

    assert marks(tree(decision_curve(BENEFITS, name="x", frame=EN)), "band")
    assert not marks(tree(decision_curve(part, name="x", frame=EN)), "band")
    key = tree(decision_curve(BENEFITS, name="x", frame=EN)).find("ul")
    assert "95% interval" in "".join(key.itertext())


@pytest.mark.parametrize("lowest", [0.0, -0.02])
def test_no_offer_is_said_beside_its_line_and_over_no_tick(lowest: float) -> None:
    points = [
        NetBenefit(0.1, Estimate(0.05), 0.05),
        NetBenefit(0.2, Estimate(lowest), lowest),
    ]
    root = tree(decision_curve(points, name="x", frame=EN))

    (text,) = (e for e in root.iter("text") if e.text == "no offer")
    assert float(text.get("y")) < 300


def test_without_a_reference_there_is_no_line_and_no_column_for_it() -> None:
    points = [NetBenefit(0.1, Estimate(0.05), 0.05), NetBenefit(0.2, Estimate(0), 0)]
    root = tree(decision_curve(points, name="x", frame=EN))

    assert len(head(root)) == 3
    assert len(root.findall("ul/li")) == 2
    assert not [p for p in root.iter("path") if p.get("class") == "alt"]


def test_one_threshold_is_a_dot_since_it_is_no_line() -> None:
    one = [NetBenefit(0.1, Estimate(0.05), 0.0)]
    unknown = [NetBenefit(0.1, Estimate(math.nan), 0.0)]

    assert marks(tree(decision_curve(one, name="x", frame=EN)), "dot")
    assert not marks(tree(decision_curve(unknown, name="x", frame=EN)), "dot")


BINS = [
    Bin(0.05, Estimate(0.04, 0.02, 0.06), 400),
    Bin(0.10, Estimate(0.20, 0.15, 0.25), 400),
    Bin(0.40, Estimate(0.30), 200),
    Bin(0.15, None, None),
]
BARS = [Bar(0.0, 0.1, 800), Bar(0.1, 0.2, 200), Bar(0.2, 0.3, 0), Bar(0.3, 0.4, None)]


def test_calibration_has_the_same_numbers_in_picture_and_table() -> None:
    root = tree(calibration_plot(BINS, name="Grutto", frame=EN, bars=BARS))

    assert cells(root) == [
        ["5.0%", "4.0% (2.0–6.0)", "400"],
        ["10.0%", "20.0% (15.0–25.0)", "400"],
        ["40.0%", "30.0%", "200"],
        ["15.0%", "not shown: counts too small", "–"],
        ["0% to 10%", "–", "800"],
        ["10% to 20%", "–", "200"],
        ["20% to 30%", "–", "0"],
        ["30% to 40%", "–", "–"],
    ]
    dots = [e for e in marks(root, "dot") if e.get("r") == "4"]
    assert [(d.get("cx"), d.get("cy")) for d in dots] == [
        *(("12.50%", "270.0"), ("25.00%", "150.0"), ("100.00%", "75.0"))
    ]
    first = marks(root, "ci")[0]
    assert (first.get("x1"), first.get("y1"), first.get("y2")) == (
        *("12.50%", "255", "285"),
    )


def test_the_exact_line_is_the_diagonal_of_a_plane_with_equal_axes() -> None:
    root = tree(calibration_plot(BINS, name="Grutto", frame=EN))

    exact = [p.get("d") for p in root.iter("path") if p.get("class") == "alt d"]
    assert exact == ["M0.00 100.00 100.00 0.00"]
    labels = [e.text for e in root.iter("text")]
    assert sorted(labels[:5]) == sorted(labels[5:10])


def test_it_counts_the_bins_that_hold_their_expectation_and_the_hidden_ones() -> None:
    text = tree(calibration_plot(BINS, name="x", frame=EN)).findtext(".//desc")

    assert "In 1 of 2 sets of rows" in text
    assert "Not shown, counts too small: 1." in text


def test_bars_are_as_wide_as_their_stretch_and_as_high_as_their_count() -> None:
    root = tree(calibration_plot(BINS, name="x", frame=EN, bars=BARS))

    bars = marks(root, "bar")
    assert [float(b.get("height")) for b in bars] == [56.0, 14.0, 0.0]
    assert [float(b.get("y")) for b in bars] == [0.0, 42.0, 56.0]
    assert [float(b.get("x").rstrip("%")) for b in bars] == pytest.approx(
        [0, 25, 50], abs=0.4
    )
    assert all(24 < float(b.get("width").rstrip("%")) < 25 for b in bars)


def test_a_suppressed_bar_is_hatched_and_said() -> None:
    root = tree(calibration_plot(BINS, name="x", frame=EN, bars=BARS))

    (hatch,) = marks(root, "hatch")
    assert hatch.get("fill") == "url(#hatch)"
    assert "Hatched: not shown, counts too small." in [p.text for p in root.iter("p")]
    shown = calibration_plot(BINS, name="x", frame=EN, bars=BARS[:2])
    assert "Hatched" not in shown


def test_a_bar_with_few_rows_is_still_seen() -> None:
    bars = [Bar(0, 0.2, 1_000_000), Bar(0.2, 0.4, 5)]
    root = tree(calibration_plot(BINS, name="x", frame=EN, bars=bars))

    assert float(marks(root, "bar")[1].get("height")) >= 1


def test_a_wide_bar_is_as_large_as_its_rows_are_many() -> None:
    bars = [Bar(0.0, 0.1, 800), Bar(0.1, 0.4, 240)]
    root = tree(calibration_plot(BINS, name="x", frame=EN, bars=bars))

    narrow, wide = (float(b.get("height")) for b in marks(root, "bar"))
    assert (narrow, wide) == (56.0, pytest.approx(56 * 80 / 800))


def test_a_last_hundredth_far_away_does_not_stretch_the_axis_and_is_counted() -> None:
    bars = [Bar(0.0, 0.4, 4000), Bar(0.4, 0.95, 15)]
    root = tree(calibration_plot(BINS, name="x", frame=EN, bars=bars))

    assert "40%" in [e.text for e in root.iter("text")]
    assert "60%" not in [e.text for e in root.iter("text")]
    notes = [p.text for p in root.iter("p")]
    assert "15 rows with a probability above 40% stand in the table only." in notes
    assert cells(root)[-1] == ["40% to 95%", "–", "15"]


@pytest.mark.parametrize("rows", [0, None])
def test_a_distribution_without_a_known_row_is_said_to_be_empty(
    rows: int | None,
) -> None:
    bars = [Bar(0, 1, rows)]
    root = tree(calibration_plot(BINS, name="x", frame=EN, bars=bars))

    assert "nothing to draw" in [e.text for e in root.iter("desc")][-1]


def test_a_smooth_curve_is_drawn_and_named() -> None:
    smooth = [(0.0, 0.1), (0.4, 0.3)]
    root = tree(calibration_plot(BINS, name="x", frame=EN, curve=smooth))

    assert [p.get("d") for p in root.iter("path") if p.get("class") == "alt"] == [
        "M0.00 75.00 100.00 25.00"
    ]
    assert "smooth line through all rows" in "".join(root.find("ul").itertext())
