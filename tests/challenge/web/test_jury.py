"""The jury's figures over the application itself: real ballots, a real database."""

from __future__ import annotations

import html
from datetime import UTC, datetime

import pytest

from challenge.brief import read_brief
from challenge.settings import Settings
from challenge.store import Unit

from ...factories import QUICKSTART
from .conftest import Ask
from .room import Room


@pytest.fixture
def room(settings: Settings) -> Room:
    return Room(settings)


def test_the_organiser_reads_means_scores_and_places_from_the_ballots(
    ask: Ask, room: Room
) -> None:
    points = {
        ("Ans", "Zwaluw"): 5,
        ("Ans", "Grutto"): 3,
        ("Bo", "Zwaluw"): 4,
        ("Bo", "Grutto"): 2,
        ("Bo", "Kievit"): 0,
    }
    room.judge(points, {("Bo", "Kievit"): "Mijn zus zit erin."})

    [answer] = ask([room.get("/api/verdict", "Organisatie")])

    told = answer.json()
    assert (told["challenge"], told["release"]) == ("quickstart", "1")
    teams = told["result"]["teams"]
    assert [(team["team"], team["mean"]) for team in teams] == [
        ("Zwaluw", 4.5),
        ("Grutto", 2.5),
    ]
    assert [juror["juror"] for juror in told["result"]["jurors"]] == ["Ans", "Bo"]
    assert told["result"]["agreement"] == {"bruikbaarheid": None}
    assert told["unjudged"] == ["Kievit"]
    assert told["recusals"] == [
        {"juror": "Bo", "team": "Kievit", "reason": "Mijn zus zit erin."}
    ]
    assert (told["tie_set"], told["weighted"], told["unweighted"]) == (None, None, [])


def test_before_any_ballot_the_verdict_says_who_waits(ask: Ask, room: Room) -> None:
    def act(unit: Unit) -> None:
        team = room.person(unit, "Grutto")
        unit.pitches.put(team, title="Titel", text="Tekst.", now=datetime.now(UTC))

    room.change(act)

    [answer] = ask([room.get("/api/verdict", "Accountant")])

    assert answer.json()["result"] is None
    assert answer.json()["unjudged"] == ["Grutto"]


@pytest.mark.parametrize("path", ["/api/verdict", "/organiser/verdict"])
@pytest.mark.parametrize(
    ("who", "status"),
    [(None, 401), ("Zwaluw", 403), ("Ans", 403), ("Organisatie", 200)],
)
def test_only_the_organiser_sees_the_figures(
    ask: Ask, room: Room, path: str, who: str | None, status: int
) -> None:
    [answer] = ask([room.get(path, who)])

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", ("Cijfers van de jury", "Bo beoordeelt Grutto niet")),
        ("en", ("Figures of the jury", "Bo does not judge Grutto")),
    ],
)
def test_the_organiser_has_a_page_with_the_words_of_the_rubric(
    ask: Ask, room: Room, language: str, words: tuple[str, ...]
) -> None:
    room.judge({("Ans", "Zwaluw"): 4, ("Bo", "Grutto"): 0})

    [shown] = ask([room.get(f"/organiser/verdict?lang={language}", "Organisatie")])

    criterion = read_brief(QUICKSTART).rubric[0].label
    assert all(word in html.unescape(shown.text) for word in words)
    assert getattr(criterion, language) in shown.text


def test_the_figures_of_a_challenge_that_has_closed_are_not_those_so_far(
    ask: Ask, room: Room
) -> None:
    room.judge({("Ans", "Zwaluw"): 4})
    room.go("closed")

    nl, en = ask(
        [
            room.get(f"/organiser/verdict?lang={language}", "Organisatie")
            for language in ("nl", "en")
        ]
    )

    assert "tot nu toe" not in nl.text
    assert "so far" not in en.text


def test_everybody_reads_beforehand_what_was_agreed(ask: Ask, room: Room) -> None:
    [answer] = ask([room.get("/api/challenge")])

    told = answer.json()["jury"]
    assert (told["within_tie_set"], told["weights"]) == (False, None)
