"""What a juror sees of a model: final rows once there are, never practice rows."""

from __future__ import annotations

import math
import re
from contextlib import closing

import pytest

from challenge.brief import read_brief
from challenge.settings import Settings
from challenge.store import open_database
from challenge.synthesis import Release
from challenge.web import pages
from challenge.web.room import TERMS

from ...factories import NOON, QUICKSTART, Player
from .conftest import Ask
from .juries import Jury
from .reading import Reading

# Words that somebody who never saw a model cannot be expected to know.
JARGON = {
    "nl": "score marge plaats eenvoudig·model afspraak·over·groepen herkend"
    " andere·gemeenten verwacht waargenomen",
    "en": "score margin place simple·model agreement·on·groups recognised"
    " other·municipalities expected observed",
}


@pytest.fixture
def jury(settings: Settings, release: Release) -> Jury:
    """Give a jury before two teams, of which one has a score on board rows."""
    found = Jury(settings)
    with closing(open_database(settings.database)) as database:
        player = Player(database, release, settings.home)
        player.play("one", player.guess(0.1))
    return found


def finish(jury: Jury, settings: Settings) -> None:
    """Score the final and external rows, with the card of the board rows."""
    with closing(open_database(settings.database)) as base, base.begin() as unit:
        card = unit.results.get("one").scorecard
        cards = {"final": card, "external": card}
        unit.finals.record("one", cards, release="quickstart/1", scorer="1", now=NOON)


def test_before_final_rows_are_scored_the_board_line_stands_alone(
    ask: Ask, jury: Jury
) -> None:
    [shown] = ask([jury.get("/jury/Zwaluw")])
    assert shown.status_code == 200
    assert "Voorlopige score" in shown.text
    assert "plaats, van 1" in shown.text
    assert "Verwacht en waargenomen" not in shown.text
    assert "kan op getraind zijn" not in shown.text


def test_once_final_rows_are_scored_they_stand_with_gap_and_areas(
    ask: Ask, jury: Jury, settings: Settings
) -> None:
    finish(jury, settings)
    [shown] = ask([jury.get("/jury/Zwaluw")])
    assert shown.status_code == 200
    assert "gegevens die het team nooit zag" in shown.text
    assert "In andere gemeenten:" in shown.text
    assert "Verwacht en waargenomen" in shown.text
    assert "kan op getraind zijn" not in shown.text


def test_even_with_all_evidence_our_words_are_150_at_most(
    ask: Ask, jury: Jury, settings: Settings
) -> None:
    finish(jury, settings)
    for language in ("nl", "en"):
        [shown] = ask([jury.get("/jury/Zwaluw", **{"Accept-Language": language})])
        brief = read_brief(QUICKSTART)
        theirs = ["Zwaluw", "Idee", "Zwaluw", "Samen."]
        for criterion in brief.rubric:
            for words in (criterion.label, *criterion.anchors.values()):
                theirs += getattr(words, language).split()
        read = Reading(shown.text).open
        for word in theirs:
            read.remove(word)
        ours = [word for word in read if any(letter.isalpha() for letter in word)]
        assert 60 < len(ours) <= 150, " ".join(ours)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_term_stands_on_the_page_without_its_meaning(
    ask: Ask, jury: Jury, settings: Settings, language: str
) -> None:
    finish(jury, settings)
    [shown] = ask([jury.get("/jury/Zwaluw", **{"Accept-Language": language})])
    read, words = Reading(shown.text), pages.texts(language)
    seen, folded = " ".join(read.open).lower(), " ".join(read.folded)
    jargon = [term.replace("·", " ") for term in JARGON[language].split()]
    used = {term for term in jargon if re.search(rf"\b{term}\b", seen)}
    assert len(used) > 6
    explained = [words[f"jury_term_{term}"].lower() for term in TERMS]
    for term in used:
        assert any(term in word for word in explained), term
    for term in TERMS:
        assert words[f"jury_means_{term}"] in folded


def test_the_rule_is_the_reference_model_once_its_score_is_known(
    ask: Ask, jury: Jury, settings: Settings
) -> None:
    finish(jury, settings)
    [before] = ask([jury.get("/jury/Zwaluw")])
    with closing(open_database(settings.database)) as base, base.begin() as unit:
        unit.references.keep(
            "quickstart/1", "final", {"all": 0.12}, scorer="1", now=NOON
        )
    [after] = ask([jury.get("/jury/Zwaluw")])
    assert (">zonder model<" in before.text, ">zonder model<" in after.text) == (
        True,
        False,
    )
    assert ">eenvoudig model<" in after.text


def test_internal_minus_external_stands_with_its_interval_as_anybody_computes_it(
    ask: Ask, jury: Jury, settings: Settings
) -> None:
    [before] = ask([jury.get("/jury/Zwaluw")])
    finish(jury, settings)
    [shown] = ask([jury.get("/jury/Zwaluw")])
    assert "intern min extern" not in before.text
    # One card for both sets: the difference is 0, and its variance the sum of both.
    score, low, high = (
        float(part.replace(",", "."))
        for part in re.search(
            r"gemeenten: ([\d,]+) \(([\d,]+)\N{EN DASH}([\d,]+)\)", shown.text
        ).groups()
    )
    apart = re.search(
        r"intern min extern ([^ ]+) \(([^ ]+) tot ([^ ]+)\)", shown.text
    ).groups()
    value, down, up = (
        float(part.replace(",", ".").replace("\N{MINUS SIGN}", "-")) for part in apart
    )
    width = math.hypot(score - low, high - score)
    assert value == 0
    assert (down, up) == pytest.approx((-width, width), abs=0.0011)
