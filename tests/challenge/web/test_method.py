"""The method page: nothing that is calculated is left out, and each has its source."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from leaderboard.metrics import AREA_METRICS, METRICS

from .conftest import Ask
from .entrance import get

WEB = Path(__file__).parents[3] / "challenge/web"
# What the issue asks for beside the catalogue.
ALSO = {
    "policy": ("policy_ratio", "policy_excess", "policy_bound", "policy_guard"),
    "groups": ("not_recognised", "group_gap", "bpsn", "bnsp"),
    "areas": ("area_rates", "area_observed_expected"),
    "places": ("place_pair", "place_range", "ladder"),
    "disclosure": ("minimum_cell", "rounded_count", "score_step"),
    "municipalities": ("municipality_error", "pooled_mean", "prediction_interval"),
}
KEYS = [*METRICS, *AREA_METRICS, *(key for keys in ALSO.values() for key in keys)]


@pytest.fixture(params=["nl", "en"])
def drawn(request: pytest.FixtureRequest, ask: Ask) -> tuple[str, dict[str, str]]:
    """The page in one language, and each formula's part of it."""
    [answer] = ask([get(f"/method?lang={request.param}")])
    assert answer.status_code == 200
    found = re.findall(
        r'id="formula-(\w+)">(.*?)</article>', answer.text, flags=re.DOTALL
    )
    return request.param, dict(found)


def test_every_formula_stands_there_with_words_ends_and_a_source(
    drawn: tuple[str, dict[str, str]],
) -> None:
    language, formulas = drawn
    assert set(KEYS) <= set(formulas)
    words = tomllib.loads((WEB / f"locale/{language}/method.toml").read_text("utf-8"))
    for key, html in formulas.items():
        assert html.count("<math") == 1, key
        assert html.count("<dt>") == 4, key
        assert words["method_source"] in html
        # A year: somebody said it first.
        assert re.search(r"\((19|20)\d\d\)", html), key
        assert not re.search(r"\{\w+\}", html), key


def test_a_metric_names_whom_the_catalogue_names(
    drawn: tuple[str, dict[str, str]],
) -> None:
    _, formulas = drawn
    for name, metric in {**METRICS, **AREA_METRICS}.items():
        author = re.split(r"[ ,]", metric.reference)[0]
        year = re.search(r"\d{4}", metric.reference)[0]
        assert author in formulas[name], name
        assert year in formulas[name], name


def test_numbers_are_those_of_the_challenge_in_the_readers_format(
    drawn: tuple[str, dict[str, str]],
) -> None:
    language, formulas = drawn
    comma = {"nl": ",", "en": "."}[language]
    assert f"ρ = 1{comma}25" in formulas["policy_ratio"]
    assert f"δ = 0{comma}10" in formulas["policy_excess"]
    assert "K = 10" in formulas["minimum_cell"]
    assert f"0{comma}001" in formulas["prediction_rounding"]


def test_a_visitor_finds_the_page_in_the_menu(ask: Ask) -> None:
    [board] = ask([get("/")])
    assert '<a href="/method">Methode</a>' in board.text
