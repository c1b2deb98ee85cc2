from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from leaderboard import (
    AreaMeasure,
    Board,
    Estimate,
    FairnessPolicy,
    Finding,
    GroupMeasure,
    PolicyState,
    Row,
    Scorecard,
    Verdict,
    Why,
    publish,
    rank,
    release_row,
)
from leaderboard.language import language
from leaderboard.pages import (
    BoardView,
    ScorecardView,
    TeamLine,
    board_fragment,
    figures_fragment,
    projector_fragments,
    ranking_fragment,
    scorecard_fragment,
)
from leaderboard.ranking import reasons

ROOT = Path(__file__).parents[3]
TEMPLATES = ROOT / "leaderboard" / "templates"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
POLICY = FairnessPolicy(gate=("household",), report=("language",))
OUTSIDE = "Buiten de rangschikking"
VOID = {"br", "meta", "link", "input", "hr", "img"}


def verdict(state: str) -> Verdict:
    found = PolicyState(state)
    finding = Finding("household", "single", 95, True, found, 1.02, 0.86, 1.19, 0.83)
    return Verdict(POLICY, found, (finding,))


def ranked(key: str, low: int, high: int, value: float, state: str = "meets") -> Row:
    score = Estimate(value, value - 0.009, value + 0.0101)
    why = Why(ranked=3, above=low - 1, below=3 - high, listed_by="score")
    return Row(key, low, high, low == 1, score, verdict(state), None, why)


ROWS = (
    ranked("a", 1, 2, 0.1012),
    ranked("b", 1, 2, 0.1043, "undetermined"),
    ranked("c", 3, 3, 0.0838),
    Row(
        "d",
        None,
        None,
        False,
        Estimate(0.107, 0.1, 0.12),
        verdict("violates"),
        "violates-policy",
    ),
    Row("e", None, None, False, Estimate(-0.0003, -0.0004, 0.0002), None, "constant"),
)
NAMES = {"a": "Zwaluw", "b": "Grutto", "c": "Kievit", "d": "Merel", "e": "Voorbeeld"}
TEAMS = {
    key: TeamLine(name, "", NOON - timedelta(minutes=13 + i), 3 + i, own=key == "b")
    for i, (key, name) in enumerate(NAMES.items())
}
CARD = Scorecard(
    rows=4000,
    positives=400,
    clusters=40,
    capacity=0.1,
    metrics={
        "scaled_brier": Estimate(0.104, 0.086, 0.122),
        "auroc": Estimate(0.745, 0.72, 0.77),
        "recall_at_capacity": Estimate(0.29, 0.24, 0.34),
        "calibration_intercept": Estimate(-0.03, -0.14, 0.08),
        "calibration_slope": Estimate(math.nan),
    },
    groups=(
        GroupMeasure(
            *("household", "single", 335, 95),
            Estimate(0.21, 0.17, 0.26),
            Estimate(0.44, 0.37, 0.51),
            Estimate(0.97, 0.83, 1.13),
        ),
        GroupMeasure("household", "missing", None, None, suppressed=True),
    ),
    gaps={"household": Estimate(0.34, 0.26, 0.42), "language": Estimate(0.07)},
    areas=(
        AreaMeasure("Goirle", 330, 30, 0.079, Estimate(0.085, 0.054, 0.116)),
        AreaMeasure("Hilvarenbeek", None, None, None, None, suppressed=True),
    ),
    area_recall=Estimate(0.27, 0.22, 0.33),
    policy=verdict("undetermined"),
)


def board_view(slug: str = "nl", **changes: object) -> BoardView:
    view = BoardView(
        board=Board(ROWS),
        teams=TEAMS,
        challenge="De eerste 1000 dagen",
        updated_at=NOON,
        language=slug,
        figures=dict.fromkeys(NAMES, CARD),
    )
    return replace(view, **changes)


def card_view(slug: str = "nl", **changes: object) -> ScorecardView:
    return replace(ScorecardView(CARD, "Grutto", "", "practice", slug), **changes)


class Strict(HTMLParser):
    """Fails on a tag that is not closed, or closed out of turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def words_of(html: str) -> str:
    """Text as a reader without pictures gets it."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def rows_of(html: str) -> dict[str, str]:
    """Rows of the ranking, by team."""
    table = html[html.index('<table class="board"') : html.index("</table>")]
    texts = [words_of(row) for row in table.split("<tr")]
    return {
        name: next(text for text in texts if f" {name}" in text)
        for name in NAMES.values()
    }


@pytest.mark.parametrize("slug", ["nl", "en"])
def test_every_number_in_the_ranking_is_the_records(slug: str) -> None:
    lines = rows_of(ranking_fragment(board_view(slug)))

    for row in ROWS:
        line = lines[TEAMS[row.key].name]
        for number in (row.score.value, row.score.low, row.score.high):
            plain = f"{number:.3f}".replace("-0.000", "0.000")
            assert plain.replace(".", "," if slug == "nl" else ".") in line


def test_places_are_ranges_or_one_number_or_a_dash() -> None:
    lines = rows_of(ranking_fragment(board_view()))

    assert "1–2 Zwaluw" in lines["Zwaluw"]
    assert " 3 Kievit" in lines["Kievit"]
    assert "– Merel" in lines["Merel"]


def test_leaders_stand_in_one_band_that_says_they_cannot_be_told_apart() -> None:
    text = words_of(ranking_fragment(board_view()))

    band = text.index("Kopgroep: statistisch niet te onderscheiden")
    assert band < text.index("Zwaluw") < text.index("Grutto") < text.index("Kievit")
    assert "delen plaats 1 tot en met 2" in text


def test_one_leader_alone_is_no_band() -> None:
    alone = Board((ranked("a", 1, 1, 0.2), *ROWS[2:]))

    assert "Kopgroep: " not in ranking_fragment(board_view(board=alone))


def test_outsiders_stand_last_under_their_heading_with_the_reason() -> None:
    text = words_of(ranking_fragment(board_view()))
    lines = rows_of(ranking_fragment(board_view()))

    assert text.index("Kievit") < text.index("Buiten de rangschikking")
    assert text.index("Buiten de rangschikking") < text.index("Merel")
    assert "voldoet op deze gegevens niet aan de afspraak" in lines["Merel"]
    assert "Geeft elk gezin dezelfde kans." in lines["Voorbeeld"]


def in_sets(**changes: object) -> BoardView:
    """Three sets of sources, of which the last has a row outside the ranking only."""
    said = {"a": "CZ", "b": "CZ", "c": "Sterk Huis", "d": "Sterk Huis"}
    teams = {key: replace(t, sources=said.get(key, "LISS")) for key, t in TEAMS.items()}
    board = Board((*ROWS[2:4], *ROWS[:2], *ROWS[4:]))
    return board_view(board=board, teams=teams, **changes)


def headings(html: str) -> list[str]:
    return [
        words_of(f"<th{part[: part.index('</th>')]}")
        for part in html.split('<tr class="set"><th')[1:]
    ]


def test_teams_with_the_same_sources_stand_together_under_their_words() -> None:
    html = ranking_fragment(in_sets())

    assert headings(html) == ["Sterk Huis 1 team", "CZ 2 teams", OUTSIDE]
    assert "Plaatsen gelden binnen" in html
    assert "Merel Sterk Huis" in rows_of(html)["Merel"]
    assert "Voorbeeld LISS" in rows_of(html)["Voorbeeld"]


def test_where_all_teams_have_the_same_no_sources_are_named() -> None:
    html = ranking_fragment(board_view())

    assert headings(html) == [OUTSIDE]
    assert "Plaatsen gelden binnen" not in html


def test_each_set_has_the_rule_of_its_own_reference_on_the_shared_axis() -> None:
    html = ranking_fragment(in_sets(references={"CZ": 0.081, "Sterk Huis": 0.05}))
    rules = re.findall(r'<line class="ref" x1="([\d.]+)%"', html)

    assert len(set(rules)) == 2
    assert rules.count(rules[0]) == 2  # its heading and its one row
    assert len(rules) == 2 + 4  # and a heading, a band and two rows of the other
    assert float(rules[0]) < float(rules[-1])
    assert words_of(html).count("referentie 0,08") == 2  # drawn and said
    assert "De zwarte streep is het referentiemodel" in html
    assert "De dikke streep is 0" not in html


def test_a_set_without_a_score_yet_says_so() -> None:
    html = ranking_fragment(in_sets(references={"CZ": 0.08, "JGZ": 0.06}))

    assert headings(html) == ["Sterk Huis 1 team", "CZ 2 teams", "JGZ", OUTSIDE]
    assert html.count("Nog geen inzending met een score.") == 1


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("board", "Voorlopige stand op de bordrijen"),
        ("final", "Eindstand op de eindrijen"),
        ("external", "Stand op de externe rijen, uit andere gemeenten"),
    ],
)
def test_a_ranking_says_which_rows_it_is_from(kind: str, said: str) -> None:
    words = words_of(ranking_fragment(board_view(rows_kind=kind)))
    assert said in words
    assert "De eerste 1000 dagen: plaats, team, score" in words


def test_one_reference_for_all_teams_stands_under_their_common_heading() -> None:
    html = ranking_fragment(board_view(references={"": 0.08}))

    assert headings(html) == ["Alle teams 3 teams", OUTSIDE]
    assert "Plaatsen gelden binnen" not in html


@pytest.mark.parametrize(("value", "anchor"), [(0.08, " c"), (-0.04, ""), (0.3, " e")])
def test_the_words_at_a_rule_stay_in_their_column(value: float, anchor: str) -> None:
    html = ranking_fragment(board_view(references={"": value}))

    assert f'<text class="t said{anchor}"' in html


def test_a_reference_beyond_the_axis_is_said_and_not_drawn() -> None:
    html = ranking_fragment(board_view(references={"": -3.0}))

    assert "referentie −3,00" in html
    assert 'class="ref"' not in html


def many(count: int, *, sources: int = 1) -> BoardView:
    """So many teams, in equal parts over so many sets."""
    keys = [f"t{i:02d}" for i in range(count)]
    rows = tuple(ranked(key, 1, count, 0.1) for key in keys)
    teams = {
        key: TeamLine(key, "", NOON, 1, own=i == 0, sources=f"S{i * sources // count}")
        for i, key in enumerate(keys)
    }
    return board_view(board=Board(rows), teams=teams, figures={})


@pytest.mark.parametrize(
    ("view", "pages"),
    [
        (many(12), [12]),
        (many(13), [12, 1]),
        (many(30), [12, 12, 6]),
        (many(30, sources=10), [11, 10, 9]),
        (board_view(), [5]),
        (board_view(board=Board(())), [0]),
    ],
)
def test_a_projector_shows_every_team_once_on_pages_of_at_most_twelve(
    view: BoardView, pages: list[int]
) -> None:
    drawn = projector_fragments(view)

    assert [page.count('<th class="team" scope="row">') for page in drawn] == pages
    text = words_of("".join(drawn))
    for row in view.board.rows:
        assert text.count(f" {view.teams[row.key].name} ") == 1


def test_a_projector_shows_neither_times_nor_reasons_nor_who_reads() -> None:
    [html] = projector_fragments(board_view())

    assert not re.search(r"<time|<details|<section|class=\"own|jij", html)
    for said in ("voldoet aan", "voldoet niet aan", "te weinig gegevens;"):
        assert re.search(rf"</svg><span>{said}", html)


def test_an_empty_board_says_so_on_a_projector_too() -> None:
    [html] = projector_fragments(board_view(board=Board(()), teams={}, figures={}))

    assert "Nog geen inzending" in html


def test_policy_states_are_words_with_an_icon() -> None:
    html = ranking_fragment(board_view())

    for state in (
        "voldoet op deze gegevens aan de afspraak",
        "te weinig gegevens om het te zeggen",
    ):
        assert re.search(rf"</svg><span>{state}", html)


def test_a_row_says_which_example_it_uses_and_which_is_yours() -> None:
    teams = {**TEAMS, "e": replace(TEAMS["e"], baseline="prevalence")}
    lines = rows_of(ranking_fragment(board_view(teams=teams)))

    assert "gebruikt voorbeeld prevalence" in lines["Voorbeeld"]
    assert "Grutto (jij)" in lines["Grutto"]


@pytest.mark.parametrize("slug", ["nl", "en"])
def test_each_row_explains_its_place_without_a_script(slug: str) -> None:
    html = ranking_fragment(board_view(slug))

    assert html.count("<details>") == 1
    for row in ROWS:
        for sentence in reasons(row, slug):
            assert sentence in words_of(html)


def test_what_the_policy_found_stands_only_in_a_row_that_has_it() -> None:
    bare = tuple(release_row(row, "visitor", "open") for row in ROWS)

    told = words_of(ranking_fragment(board_view("en", board=Board(bare))))

    assert "observed / expected" in words_of(ranking_fragment(board_view("en")))
    assert "observed / expected" not in told


def test_times_show_their_zone_and_another_day_shows_its_date() -> None:
    teams = {**TEAMS, "a": replace(TEAMS["a"], at=NOON - timedelta(days=1))}
    html = ranking_fragment(board_view(teams=teams))

    assert "Bijgewerkt 12.00 (UTC)" in html
    assert "21 nov 12.00 · 3×" in words_of(html)
    assert '<time datetime="2026-11-22T11:46:00+00:00">11.46</time>' in html


def test_an_empty_board_says_so() -> None:
    html = board_fragment(board_view(board=Board(()), teams={}, figures={}))

    assert "Nog geen inzending" in html
    assert "<table" not in html


def test_the_ranking_shows_nothing_of_the_practice_rows() -> None:
    without = ranking_fragment(board_view(figures={}))

    assert without == ranking_fragment(board_view())
    assert figures_fragment(board_view(figures={})) == ""


def test_practice_figures_stand_under_their_tag_and_working_measure() -> None:
    text = words_of(figures_fragment(board_view()))

    assert text.startswith("Rekenmaat: niemand wordt geselecteerd")
    assert text.count("oefenrijen: kan op getraind zijn") == 3


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("board", "gesloten bordrijen"),
        ("final", "gesloten eindrijen"),
        ("external", "gemeenten die apart zijn gehouden"),
    ],
)
def test_figures_of_hidden_rows_say_so_and_carry_no_tag_of_practice_rows(
    kind: str, said: str
) -> None:
    text = words_of(figures_fragment(board_view(figures_from=kind)))

    assert said in text
    assert "oefenrijen" not in text


def test_the_largest_gap_of_a_team_stands_with_attribute_and_interval() -> None:
    labels = {"household": "gezinsvorm"}
    text = words_of(figures_fragment(board_view(labels=labels)))

    assert "Zwaluw 0,104 (0,086–0,122) 34,0 (26,0–42,0) Gezinsvorm" in text


def test_rates_per_group_are_in_the_picture_and_in_the_table() -> None:
    html = figures_fragment(board_view())

    assert "95 met, 240 zonder de uitkomst" in html
    table = words_of(html[html.index('id="chart-groups"') :])
    assert "Household: Single: Zwaluw 44% (37–51)" in table
    assert "Household: Single: Grutto 44% (37–51)" in table


def test_a_suppressed_cell_is_hatched_and_worded_in_every_picture() -> None:
    small = replace(CARD, groups=(GroupMeasure("household", "single", None, None),))
    html = figures_fragment(board_view(figures={"a": CARD, "b": small}))

    assert html.count('fill="url(#hatch)"') == 2  # one team, and one area
    assert html.count('id="hatch"') == 1
    assert "Household: Single: Grutto niet getoond: te kleine" in words_of(html)
    assert "Van geen enkel team getoond, te kleine aantallen: Household: Niet" in html
    assert "Hilvarenbeek: niet getoond: te kleine aantallen" in html


def test_areas_show_expected_and_observed_of_the_readers_own_model() -> None:
    text = words_of(figures_fragment(board_view()))

    assert "Model van Grutto, per 100 gezinnen." in text
    assert "330 Goirle: verwacht 7,9, waargenomen 8,5 per 100 gezinnen" in text
    assert "7,9 8,5 (5,4–11,6)" in text
    assert "In 1 van 1 gemeenten met een interval" in text
    assert "27% (22–33) van de gezinnen met de uitkomst" in text


@pytest.mark.parametrize(
    ("slug", "why", "says"),
    [
        (
            "nl",
            "geen interval: minder dan 5 buurten",
            "In 1 van 1 gemeenten met een interval",
        ),
        (
            "en",
            "no interval: fewer than 5 neighbourhoods",
            "In 1 of 1 municipalities with an interval",
        ),
    ],
)
def test_an_area_without_an_interval_says_why_and_is_not_counted(
    slug: str, why: str, says: str
) -> None:
    small = AreaMeasure("Alphen", 120, 10, 0.08, Estimate(0.083))
    html = scorecard_fragment(
        card_view(slug, scorecard=replace(CARD, areas=(*CARD.areas, small)))
    )

    assert f"({why})" in html
    assert (
        f"per 100 {'gezinnen' if slug == 'nl' else 'families'}, {why}</title>" in html
    )
    assert says in html


def test_nothing_is_counted_where_no_area_has_an_interval() -> None:
    small = AreaMeasure("Alphen", 120, 10, 0.08, Estimate(0.083))
    html = scorecard_fragment(card_view(scorecard=replace(CARD, areas=(small,))))

    assert "met een interval ligt" not in html


def test_panels_of_all_attributes_share_rows_of_four() -> None:
    groups = tuple(
        replace(CARD.groups[0], attribute=attribute, level=str(level))
        for attribute, levels in (("home", 3), ("language", 2), ("age", 3))
        for level in range(levels)
    )
    html = figures_fragment(
        board_view(figures={"a": replace(CARD, groups=groups, gaps={})})
    )

    panels = [
        part.count("<figcaption><small>") for part in html.split('class="multi"')[1:]
    ]
    assert panels == [4, 4]


def test_a_scorecard_shows_every_headline_with_interval_and_direction() -> None:
    text = words_of(scorecard_fragment(card_view()))

    assert "Geschaalde Brier-score 0,104 0,086–0,122 hoger is beter" in text
    assert "AUROC 0,745 0,720–0,770 hoger is beter" in text
    assert "IJking, startpunt −0,03 −0,14 tot 0,08 0 is precies goed" in text
    assert "IJking, helling – interval niet bekend 1 is precies goed" in text
    assert "Herkend bij 10% 29% 24–34" in text


def test_household_thresholds_stand_under_the_working_measure_only() -> None:
    text = words_of(scorecard_fragment(card_view()))

    heading = text.index("Rekenmaat: niemand wordt geselecteerd")
    assert "bij 10%" not in text[:heading]
    assert "Niet herkend" not in text[:heading]


def test_a_scorecard_says_its_policy_group_by_group() -> None:
    labels = {"household": "gezinsvorm", "household.single": "eenoudergezin"}
    text = words_of(scorecard_fragment(card_view(labels=labels)))

    assert "per groep tussen 0,80 en 1,25 liggen" in text
    assert "Telt mee in de afspraak: Gezinsvorm. Alleen gemeld: Language." in text
    assert "Gezinsvorm, eenoudergezin: waargenomen / verwacht 1,02 (0,86" in text


def test_a_group_row_shows_counts_ratio_and_rate_or_says_suppressed() -> None:
    text = words_of(scorecard_fragment(card_view()))

    assert "Single 335 28,4" in text
    assert "0,97 (0,83–1,13)" in text
    assert "44% (37–51)" in text
    assert "Niet bekend – – Niet bekend: niet getoond: te kleine aantallen" in text


@pytest.mark.parametrize(
    ("kind", "said", "unsaid"),
    [
        ("practice", "oefenrijen: kan op getraind zijn", "bordrijen, precieze"),
        ("practice", "Aantallen afgerond op 5", "Precieze aantallen"),
        ("board", "bordrijen, precieze cijfers", "oefenrijen: kan"),
        ("board", "Precieze aantallen", "afgerond op 5"),
        ("final", "daar kon niemand op trainen", "oefenrijen"),
        ("final", "Aantallen afgerond op 5", "Precieze aantallen"),
    ],
)
def test_a_scorecard_says_from_which_rows_it_is(
    kind: str, said: str, unsaid: str
) -> None:
    html = scorecard_fragment(card_view(rows_kind=kind))

    assert said in html
    assert unsaid not in html


def drawn() -> Mapping[str, str]:
    return {
        f"{name}-{slug}": make(slug)
        for slug in ("nl", "en")
        for name, make in (
            ("board", lambda slug: board_fragment(board_view(slug))),
            ("projector", lambda slug: "".join(projector_fragments(board_view(slug)))),
            ("card", lambda slug: scorecard_fragment(card_view(slug))),
        )
    }


@pytest.mark.parametrize("name", drawn())
def test_fragments_are_well_formed_and_free_of_links(name: str) -> None:
    html = drawn()[name]
    parser = Strict()
    parser.feed(html)

    assert not parser.open
    assert len(parser.ids) == len(set(parser.ids))
    assert not re.search(
        r"<(a|form|script|style|link|use)\b|href|style=|\son\w+=", html
    )


def test_templates_name_no_form_and_no_route() -> None:
    for template in TEMPLATES.glob("*.html"):
        text = template.read_text("utf-8")
        assert not re.search(r"<form|url_for|href|action=", text), template.name


@pytest.mark.parametrize("name", drawn())
def test_equal_views_give_equal_bytes(name: str) -> None:
    assert drawn()[name] == drawn()[name]


@pytest.mark.parametrize("name", drawn())
def test_no_text_is_left_with_a_placeholder(name: str) -> None:
    assert not re.search(r"\{\w*\}|None|nan", drawn()[name])


def test_a_team_named_script_is_a_name_and_no_script() -> None:
    teams = {**TEAMS, "a": replace(TEAMS["a"], name="<script>", title='"><q>')}
    view = board_view(teams=teams, labels={"household": "<i>"})
    html = board_fragment(view) + scorecard_fragment(card_view(team="<script>"))

    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<q>" not in html
    assert "<i>" not in html


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    texts = [tomllib.loads((TEMPLATES / f"{slug}.toml").read_text()) for slug in LANGS]
    dutch, english = texts

    assert dutch.keys() == english.keys()
    for key in dutch:
        found = [sorted(re.findall(r"\{(\w+)", t[key])) for t in texts]
        assert found[0] == found[1], key


LANGS = ("nl", "en")


@pytest.mark.parametrize(
    ("slug", "written"), [("nl", "−1.234,57"), ("en", "−1,234.57")]
)
def test_numbers_follow_the_language(slug: str, written: str) -> None:
    assert language(slug).number(-1234.567, 2) == written


def test_nothing_is_written_as_minus_nought_or_nan() -> None:
    dutch = language("nl")

    assert dutch.number(-0.0001) == "0,000"
    assert dutch.number(math.nan) == "–"


def test_a_board_of_real_scorecards_can_be_drawn(households: Callable) -> None:
    rows = households()
    policy = FairnessPolicy(gate=("home",))
    cards = {
        "truth": rows.score(rows.truth, policy=policy),
        "noisy": rows.score(rows.noisy, policy=policy),
        "flat": rows.score(rows.truth * 0 + rows.labels.mean(), policy=policy),
    }
    board = rank(cards, policy=policy)
    view = board_view(
        board=board,
        teams={key: replace(TEAMS["a"], name=key) for key in cards},
        figures={key: publish(card) for key, card in cards.items()},
    )

    text = words_of(board_fragment(view))
    for row in board.rows:
        assert language("nl").number(row.score.value) in text
    assert words_of(scorecard_fragment(card_view(scorecard=cards["flat"])))
