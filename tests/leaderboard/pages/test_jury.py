from __future__ import annotations

import math
import re
from dataclasses import replace

import pandas as pd
import pytest

from leaderboard.errors import LanguageUnknownError
from leaderboard.jury import COLUMNS, JuryResult, tally_ballots, weigh
from leaderboard.language import language
from leaderboard.pages.jury import JuryView, jury_fragment

TEAMS = ("Zwaluw", "Grutto", "Kievit", "Merel", "Wulp", "Scholekster")
JURORS = ("Ans", "Bo", "Cas", "Dee")
POINTS = (
    (5, 4, 3, 5),
    (4, 4, 2, None),
    (4, 3, 2, 4),
    (3, 3, 1, 3),
    (2, 3, 1, 2),
    (1, 2, 1, 2),
)
WORDS = {"plan": "Plan", "zorg": "Zorgvuldigheid"}


def tally(
    teams: int = 6, jurors: int = 4, among: list[str] | None = None
) -> JuryResult:
    rows = [
        (team, juror, criterion, points)
        for team, given in zip(TEAMS[:teams], POINTS, strict=False)
        for juror, points in zip(JURORS[:jurors], given, strict=False)
        for criterion in WORDS
    ]
    return tally_ballots(pd.DataFrame(rows, columns=list(COLUMNS)), among=among)


def view(slug: str = "nl", **changes: object) -> JuryView:
    return replace(JuryView(tally(), slug, WORDS), **changes)


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def section(html: str, name: str) -> str:
    """One section as a reader without pictures gets it."""
    start = html.index(f'aria-labelledby="{name}"')
    return words_of("<x " + html[start : html.index("</section>", start)])


@pytest.mark.parametrize("slug", ["nl", "en"])
def test_every_team_has_its_plain_mean_before_its_score_with_interval(
    slug: str,
) -> None:
    text = section(jury_fragment(view(slug)), "jury")
    tongue = language(slug)

    for team in tally().teams:
        line = text[text.index(f" {team.team} ") :]
        mean = line.index(tongue.number(team.mean, 2))
        score = line.index(f"({tongue.interval(team.score, 2)})")
        assert mean < score


def test_a_dot_says_its_team_score_and_interval_aloud() -> None:
    html = jury_fragment(view("en"))
    best = tally().teams[0]

    assert best.score.low is not None
    assert best.score.high is not None
    assert (
        f"<title>{best.team}: {best.score.value:.2f}, 95% interval"
        f" {best.score.low:.2f} to {best.score.high:.2f}</title>"
    ) in html


@pytest.mark.parametrize(
    ("slug", "strict", "mild"),
    [
        ("nl", "punt strenger", "punt milder"),
        ("en", "points stricter", "points milder"),
    ],
)
def test_jurors_are_said_to_be_stricter_or_milder(
    slug: str, strict: str, mild: str
) -> None:
    text = section(jury_fragment(view(slug)), "jurors")
    severity = {juror.juror: juror.severity for juror in tally().jurors}
    number = language(slug).number

    assert severity["Cas"] > 0 > severity["Ans"]
    assert f"{number(severity['Cas'], 2)} {strict}" in text
    assert f"{number(-severity['Ans'], 2)} {mild}" in text


def test_alpha_stands_per_criterion_with_what_its_extremes_mean() -> None:
    text = section(jury_fragment(view("en")), "agreement")
    alpha = tally().agreement["plan"]

    assert alpha is not None
    assert f"Plan {alpha:.2f}" in text
    assert "1: all jurors give a team the same points. 0: no more" in text


def test_below_six_teams_alpha_cannot_be_told() -> None:
    text = section(jury_fragment(view("nl", result=tally(teams=5))), "agreement")

    assert "Plan niet te bepalen" in text


def test_before_the_first_points_the_page_says_so() -> None:
    html = jury_fragment(view("nl", result=None, unjudged=("Zwaluw", "Grutto")))

    text = words_of(html)
    assert "De jury heeft nog geen punten gegeven." in text
    assert "Nog zonder punten: Zwaluw, Grutto." in text
    assert "Alfa" not in text
    assert "<table" not in html


def test_one_juror_compares_nobody_and_the_page_claims_nothing() -> None:
    html = jury_fragment(view("en", result=tally(jurors=1)))

    assert "There are too few ballots to compare teams." in words_of(html)
    assert "no interval" in section(html, "jury")
    assert "nothing can be said about strictness yet" in section(html, "jurors")
    assert "stricter" not in section(html, "jurors").replace("Stricter", "")


def test_who_does_not_compete_stands_below_in_grey_without_a_place() -> None:
    among = ["Kievit", "Merel"]
    html = jury_fragment(view("en", result=tally(among=among), tie_set=tuple(among)))

    text = section(html, "jury")
    assert text.index("Merel") < text.index("Does not compete for a place")
    assert text.index("Does not compete") < text.index("Zwaluw –")
    assert html.count('class="dot off"') == 4
    assert "These share the lead of the model board: Kievit, Merel." in text


def test_by_default_it_says_that_two_results_are_not_merged() -> None:
    assert "the two results are not merged" in jury_fragment(view("en"))


def weighted_view(slug: str, weight: float) -> JuryView:
    result = tally()
    jury = {team.team: team.score.value for team in result.teams}
    model = {name: float(place) for place, name in enumerate(TEAMS)}
    return view(slug, weighted=weigh(model, jury, weight=weight))


def test_weights_come_with_the_winner_and_where_it_changes() -> None:
    # The jury's order is the reverse of the models': they cross at one half.
    text = section(jury_fragment(weighted_view("en", 0.6)), "weights")

    assert "With 60% for the models and 40% for the jury, Scholekster comes" in text
    assert "That holds as long as the models count for 50% to 100%." in text
    assert "0% to 50% Zwaluw" in text
    assert "50% to 100% Scholekster" in text


def test_a_tie_at_one_weight_is_said_to_hold_there_only() -> None:
    text = section(jury_fragment(weighted_view("nl", 0.5)), "weights")

    assert "delen deze teams de eerste plaats" in text
    assert "Dat geldt alleen bij precies dit gewicht." in text


def test_who_is_left_out_or_recused_is_named() -> None:
    plain = weighted_view("en", 0.6)
    html = jury_fragment(
        replace(plain, unweighted=("Merel",), recusals=(("Dee", "Grutto"),))
    )

    text = words_of(html)
    assert "not in this list: Merel." in text
    assert "Dee does not judge Grutto. That counts as an empty cell" in text


@pytest.mark.parametrize("slug", ["nl", "en"])
@pytest.mark.parametrize("weight", [0.2, 0.5])
def test_a_fragment_holds_no_link_form_script_or_hole(slug: str, weight: float) -> None:
    html = jury_fragment(replace(weighted_view(slug, weight), unjudged=("X",)))

    assert not re.search(r"<(a|form|script|link|img)\b|href=|src=", html)
    assert not re.search(r"\{\w*\}|\bNone\b|\bnan\b", html)


def test_a_name_is_a_name_and_no_markup() -> None:
    rows = [("<q>", '"><dfn>', "<i>", 3)]
    result = tally_ballots(pd.DataFrame(rows, columns=list(COLUMNS)))
    html = jury_fragment(
        JuryView(result, unjudged=("<u>",), recusals=(("<s>", "<u>"),))
    )

    assert not re.search(r"<(q|i|u|s|dfn)>", html)


def test_equal_views_give_equal_bytes() -> None:
    assert jury_fragment(view()) == jury_fragment(view())


def test_a_severity_that_rounds_to_nought_is_as_the_jury() -> None:
    result = tally()
    calm = replace(
        result, jurors=tuple(replace(j, severity=-0.001) for j in result.jurors)
    )

    text = section(jury_fragment(view("nl", result=calm)), "jurors")
    # Each once in the title of the picture and once beside it.
    assert text.count("zoals de jury") == 2 * len(JURORS)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(LanguageUnknownError):
        jury_fragment(view("fy"))


def test_no_interval_reaches_beyond_the_axis_of_the_points() -> None:
    html = jury_fragment(view("en", result=tally(teams=2, jurors=2)))

    found = re.search(r"Points, from ([\d.]+) to ([\d.]+)", html)
    assert found is not None
    assert all(math.isfinite(float(end)) for end in found.groups())
    assert float(found[2]) <= 5
