from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from leaderboard import Scorecard
from leaderboard.errors import LanguageUnknownError
from leaderboard.estimates import Estimate
from leaderboard.language import language
from leaderboard.pages.transport import TransportView, transport_fragment
from leaderboard.transport import SCOPE
from leaderboard.transport.municipalities import Forest, Municipality


def card(clusters: int, **metrics: Estimate) -> Scorecard:
    return Scorecard(
        rows=900, positives=90, clusters=clusters, capacity=0.1, metrics=metrics
    )


INSIDE = card(
    310,
    scaled_brier=Estimate(0.104, 0.095, 0.113),
    auroc=Estimate(0.8, 0.77, 0.83),
    recall_at_capacity=Estimate(0.3, 0.2, 0.4),
    observed_expected=Estimate(1.0, 0.9, 1.1),
    calibration_slope=Estimate(math.nan),
)
OUTSIDE = card(
    45,
    scaled_brier=Estimate(0.074, 0.034, 0.114),
    auroc=Estimate(0.7, 0.66, 0.74),
    recall_at_capacity=Estimate(0.2, 0.1, 0.3),
    observed_expected=Estimate(1.2, 1.0),
    calibration_slope=Estimate(0.9, 0.8, 1.0),
)
PLACES = (
    Municipality("Tilburg", False, 60, 6000, 600, Estimate(0.8, 0.78, 0.82), 0.06),
    Municipality("Waalwijk", False, suppressed=True),
    Municipality("Dongen", True, 20, 900, 35, Estimate(0.7, 0.6, 0.8), 0.2, True),
)
FOREST = Forest(
    "auroc",
    PLACES,
    pooled=5,
    clusters=80,
    mean=Estimate(0.75, 0.7, 0.8),
    prediction=Estimate(0.75, 0.61, 0.86),
)


def view(slug: str = "nl", **changes: object) -> TransportView:
    return replace(TransportView(INSIDE, OUTSIDE, (FOREST,), slug), **changes)


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_difference_is_internal_minus_external_with_its_interval() -> None:
    text = words_of(transport_fragment(view("en")))

    # 9, 40 and 41 thousandths.
    assert "difference 0.030, 95% interval −0.011 to 0.071." in text
    # Hypot of .03 and .04 on both sides.
    assert "0.100 (0.050–0.150)" in text


@pytest.mark.parametrize("slug", ["nl", "en"])
def test_it_says_how_far_it_reaches_and_how_many_neighbourhoods_there_are(
    slug: str,
) -> None:
    text = words_of(transport_fragment(view(slug)))

    assert SCOPE[slug] in text
    assert "310" in text
    assert "45" in text
    # The mean's own number of neighbourhoods.
    assert "80" in text


def test_measures_of_the_capacity_stand_elsewhere() -> None:
    text = words_of(transport_fragment(view("en")))

    assert "Recognised at" not in text
    assert "0.300" not in text


def test_what_has_no_interval_or_no_value_is_said_and_not_hidden() -> None:
    text = words_of(transport_fragment(view("en")))

    ratio = text[text.index("Observed divided by expected") :]
    assert "−0.20 (interval not known)" in ratio
    assert not re.search(r"\bnan\b|\bNone\b|\{\w*\}", text)


@pytest.mark.parametrize(("slug", "held_out"), [("nl", "extern"), ("en", "external")])
def test_the_forest_tells_apart_who_was_held_out(slug: str, held_out: str) -> None:
    html = transport_fragment(view(slug))

    row = next(part for part in html.split("<tr") if ">Dongen" in part)
    other = next(part for part in html.split("<tr") if ">Tilburg" in part)
    assert held_out in words_of(row)
    assert held_out not in words_of(other)
    assert language(slug).texts["chart_forest_imprecise"] in words_of(row)


def test_a_suppressed_municipality_is_hatched_and_shows_no_number() -> None:
    html = transport_fragment(view("en"))

    row = next(part for part in html.split("<tr") if ">Waalwijk" in part)
    assert "hatch" in row
    assert not re.search(r"0\.\d", words_of(row))


def test_the_mean_comes_with_what_a_new_municipality_would_bring() -> None:
    text = words_of(transport_fragment(view("en")))

    assert "0.75 (0.70–0.80)" in text
    assert "0.61 to 0.86" in text


def test_without_a_forest_the_differences_stand_alone() -> None:
    html = transport_fragment(view("en", forests=()))

    assert "<figure" not in html
    assert "difference 0.030" in words_of(html)


def test_scorecards_that_share_no_measure_have_no_difference() -> None:
    text = words_of(transport_fragment(view("nl", external=card(45))))

    assert "Er is geen maat die op beide sets is berekend." in text


def test_each_forest_has_ids_of_its_own() -> None:
    ratio = replace(FOREST, metric="observed_expected", mean=None, prediction=None)
    html = transport_fragment(view("nl", forests=(FOREST, ratio)))

    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert "Waargenomen gedeeld door verwacht, per gemeente" in html


@pytest.mark.parametrize("slug", ["nl", "en"])
def test_a_fragment_holds_no_link_form_or_script(slug: str) -> None:
    html = transport_fragment(view(slug))

    assert not re.search(r"<(a|form|script|link|img)\b|href=|src=", html)


def test_scorecards_and_forests_as_computed_can_be_drawn(
    households: Callable[..., object],
) -> None:
    inside, outside = households(n=800, seed=1), households(n=600, seed=2)
    both = inside.score(inside.noisy), outside.score(outside.noisy, seed=8)

    html = transport_fragment(TransportView(*both, language="en"))

    value = both[0].metrics["auroc"].value - both[1].metrics["auroc"].value
    assert language("en").number(value) in words_of(html)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(LanguageUnknownError):
        transport_fragment(view("fy"))
