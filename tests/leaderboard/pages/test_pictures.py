from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree

import numpy as np
import pytest
from markupsafe import Markup

from leaderboard import (
    Estimate,
    FairnessPolicy,
    Finding,
    PolicyState,
    Scorecard,
    Verdict,
    publish,
    score,
)
from leaderboard.labels import Labels
from leaderboard.language import language
from leaderboard.pages import ScorecardView, scorecard_fragment
from leaderboard.pages.figures import Entry
from leaderboard.pages.pictures import draw_card, draw_groups, draw_teams, has_excess
from leaderboard.records import GroupMeasure

EN = language("en")
WORDS = {"home": "housing", "home.rent": "rented", "single.True": "one parent"}
LABELS = Labels(WORDS, EN)
TAG = "practice rows: may have been trained on"
CARD = Scorecard(4000, 400, 40, 0.1, {"scaled_brier": Estimate(0.1, 0.08, 0.12)})
POLICY = FairnessPolicy(gate=("home",))


def judged(*excess: float | None) -> Scorecard:
    meets = PolicyState.MEETS
    findings = tuple(
        Finding(
            *("home", f"level {place}", 60, True, meets, 1.0, 0.9, 1.1, 0.8),
            excess=value,
            excess_low=value and value - 0.05,
            excess_high=value and value + 0.05,
        )
        for place, value in enumerate(excess)
    )
    return replace(CARD, policy=Verdict(POLICY, meets, findings))


def cells(html: str) -> list[list[str]]:
    root = ElementTree.fromstring(html)
    rows = root.findall(".//details//tbody/tr")
    return [["".join(cell.itertext()) for cell in row] for row in rows]


@pytest.fixture
def card(households: Callable) -> Scorecard:
    return practised(households)


@cache
def practised(households: Callable) -> Scorecard:
    rows = households(2000, n_clusters=40)
    exact = score(
        rows.labels,
        rows.noisy,
        groups=rows.groups,
        clusters=rows.clusters,
        areas=rows.areas,
        policy=FairnessPolicy(gate=("home",), intersections=(("home", "single"),)),
        reference=rows.truth,
        replicates=64,
        curves=True,
    )
    return publish(exact, curves=True)


def view(card: Scorecard, rows: str = "practice", beside: str = "") -> ScorecardView:
    return ScorecardView(card, "Grutto", "", rows, beside=Markup(beside))


def test_what_a_team_says_stands_under_the_meaning_of_the_calibration_alone(
    card: Scorecard,
) -> None:
    drawn = draw_card(view(card, beside="<p>planted</p>"), EN)
    meaning = ElementTree.fromstring(drawn.calibration).find("figcaption")
    assert meaning is not None
    assert meaning.findtext("p") == "planted"
    assert "planted" not in drawn.roc + drawn.decision + drawn.areas + drawn.forest


def test_every_picture_has_a_title_a_description_its_numbers_and_the_tag(
    card: Scorecard,
) -> None:
    drawn = draw_card(view(card), EN)

    for html in (drawn.roc, drawn.calibration, drawn.decision):
        root = ElementTree.fromstring(html)
        (plot,) = [svg for svg in root.iter("svg") if svg.get("aria-labelledby")]
        assert plot.get("role") == "img"
        assert plot.findtext("title")
        assert plot.findtext("desc")
        assert cells(html)
        assert TAG in html
    for html in (drawn.areas, drawn.forest):
        assert "<caption" in html
        assert "<desc>" in html
        assert TAG in html


def test_exact_board_rows_carry_no_practice_tag(card: Scorecard) -> None:
    assert TAG not in draw_card(view(card, "board"), EN).roc


def test_without_curves_only_areas_are_drawn(card: Scorecard) -> None:
    drawn = draw_card(view(replace(card, curves=None)), EN)

    assert drawn.areas
    assert not any((drawn.roc, drawn.calibration, drawn.decision, drawn.forest))
    assert not draw_card(view(CARD), EN).areas


def test_the_roc_table_reads_the_curve_of_the_record(card: Scorecard) -> None:
    rows = cells(draw_card(view(card), EN).roc)

    xs, ys = np.array(card.curves.roc).T
    for place in (1, 4, 7):
        at = float(np.interp(place / 10, xs, ys))
        assert rows[place][1] == f"{100 * at:.1f}%"


def test_the_dot_stands_where_recall_and_capacity_put_it(card: Scorecard) -> None:
    rows = cells(draw_card(view(card), EN).roc)
    recall = card.metrics["recall_at_capacity"].value
    wrong = 0.1 * card.rows - recall * card.positives

    assert rows[-1][0].startswith(f"{100 * wrong / (card.rows - card.positives):.1f}%")
    assert rows[-1][1] == f"{100 * recall:.1f}%"


def test_a_capacity_whose_recall_is_hidden_has_no_dot(card: Scorecard) -> None:
    hidden = {**card.metrics, "recall_at_capacity": Estimate(float("nan"))}
    drawn = draw_card(view(replace(card, metrics=hidden)), EN)

    assert len(cells(drawn.roc)) == 11


def test_the_reference_model_is_drawn_where_it_is_known(card: Scorecard) -> None:
    bare = replace(card.curves, reference_roc=(), reference_auroc=None)

    assert "reference model" in draw_card(view(card), EN).roc
    without = draw_card(view(replace(card, curves=bare)), EN)
    assert "reference model" not in without.roc


def test_teams_stand_by_their_largest_excess_over_the_reference() -> None:
    entries = [Entry("Grutto", judged(0.02, 0.07, None)), Entry("Merel", judged(-0.01))]
    rows = cells(draw_teams(entries, LABELS))

    assert has_excess(entries)
    assert rows[0][2:4] == ["7.0 (2.0–12.0)", "Housing: level 1"]
    assert rows[1][2] == "−1.0 (−6.0 to 4.0)"
    assert "policy: at most 10" in draw_teams(entries, LABELS)


def test_without_a_reference_teams_stand_by_their_largest_raw_gap() -> None:
    gaps = {"home": Estimate(0.3, 0.2, 0.4), "single": Estimate(0.1)}
    entries = [Entry("Grutto", replace(CARD, gaps=gaps)), Entry("Merel", CARD)]
    html = draw_teams(entries, LABELS)

    assert cells(html)[0][2:4] == ["30.0 (20.0–40.0)", "Housing"]
    assert cells(html)[1][-1] == "cannot be determined"
    assert "policy: at most" not in html


def test_a_team_without_findings_beside_one_with_them_is_not_placed() -> None:
    entries = [Entry("Grutto", judged(0.02)), Entry("Merel", judged())]

    assert cells(draw_teams(entries, LABELS))[1][-1] == "cannot be determined"


def test_a_model_that_tells_nobody_apart_beats_nobody() -> None:
    flat = replace(judged(-0.4), degenerate="constant")
    entries = [Entry("Grutto", judged(0.02)), Entry("Merel", flat)]

    states = [row[-1] for row in cells(draw_teams(entries, LABELS))]
    assert states == ["no other team is better on both", "cannot be determined"]


def test_a_group_that_only_one_team_has_is_hatched_for_the_other() -> None:
    group = GroupMeasure("home", "rent", 50, 20, false_negative_rate=Estimate(0.4))
    entries = [
        Entry("Grutto", replace(CARD, groups=(group,)), own=True),
        Entry("Merel", CARD),
    ]
    html = draw_groups(entries, LABELS)

    assert html.count('fill="url(#hatch)"') == 1
    assert "20 with, 30 without the outcome" in html
    assert cells(html) == [
        ["Housing: Rented: Grutto", "40%"],
        ["Housing: Rented: Merel", "not shown: counts too small"],
    ]


def test_intersections_read_as_the_words_of_their_parts() -> None:
    assert LABELS.attribute("home × single") == "Housing × single"
    assert LABELS.level("home × single", "rent × True") == "Rented × one parent"
    assert LABELS.level("home × single", "rent × missing") == "Rented × not known"
    assert LABELS.level("home", "a × b") == "A × b"


@pytest.mark.parametrize("slug", ["nl", "en"])
def test_a_report_holds_no_script_no_link_and_no_style_of_its_own(
    card: Scorecard, slug: str
) -> None:
    view = ScorecardView(card, "Grutto", "", "practice", slug, WORDS)
    html = scorecard_fragment(view)
    ids = re.findall(r'\bid="([^"]+)"', html)

    assert html == scorecard_fragment(view)
    assert len(ids) == len(set(ids))
    assert {"chart-roc", "chart-calibration", "chart-decision"} <= set(ids)
    assert {"chart-forest", "chart-areas"} <= set(ids)
    assert html.count('id="hatch"') == 1
    assert not re.search(r"<(script|style|a|link|use)\b|style=|\son\w+=|href", html)
    assert not re.search(r"\{\w*\}|\bNone\b|\bnan\b", html)


def test_pictures_of_thresholds_stand_under_the_working_measure(
    card: Scorecard,
) -> None:
    html = scorecard_fragment(ScorecardView(card, "Grutto", "", "practice", "nl"))
    heading = html.index("Rekenmaat: niemand wordt geselecteerd")

    assert html.index('id="chart-calibration"') < heading
    assert heading < html.index('id="chart-roc"') < html.index('id="chart-areas"')
    assert heading < html.index('id="chart-decision"') < html.index('id="chart-areas"')
    assert "aanbod voor iedereen" in html
