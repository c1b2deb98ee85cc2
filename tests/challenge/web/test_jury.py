"""The verdict over the application itself: real ballots, a real database."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from challenge.brief import read_brief
from challenge.records import Role
from challenge.rules.registration import register
from challenge.settings import Settings
from challenge.store import open_database

from ...factories import QUICKSTART
from .conftest import Ask

PEOPLE = {
    "Zwaluw": Role.TEAM,
    "Grutto": Role.TEAM,
    "Kievit": Role.TEAM,
    "Ans": Role.JUROR,
    "Bo": Role.JUROR,
    "Organisatie": Role.ORGANISER,
}


@pytest.fixture
def tokens(settings: Settings) -> dict[str, str]:
    """Register everybody in the database that the application opens."""
    database = open_database(settings.database)
    now = datetime.now(UTC)
    with database.begin() as unit:
        found = {
            name: register(unit, role, name, by="a test", now=now)[1]
            for name, role in PEOPLE.items()
        }
    database.close()
    return found


class Desk:
    """Write requests in somebody's name."""

    def __init__(self, tokens: dict[str, str]) -> None:
        self._tokens = tokens

    def get(self, path: str, who: str | None) -> httpx.Request:
        return self._send("GET", path, who)

    def pitch(self, team: str) -> httpx.Request:
        return self._send("POST", "/api/pitches", team, title="Titel", text="Tekst.")

    def ballot(self, juror: str, team: str, **body: Any) -> httpx.Request:
        return self._send("PUT", f"/api/ballots/{team}", juror, **body)

    def points(self, juror: str, team: str, points: int) -> httpx.Request:
        return self.ballot(juror, team, points={"bruikbaarheid": points})

    def _send(
        self, method: str, path: str, who: str | None, **body: Any
    ) -> httpx.Request:
        token = self._tokens[who] if who else None
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"http://test{path}"
        return httpx.Request(method, url, headers=headers, json=body or None)


@pytest.fixture
def desk(tokens: dict[str, str]) -> Desk:
    return Desk(tokens)


def test_the_organiser_reads_means_scores_and_places_from_the_ballots(
    ask: Ask, desk: Desk
) -> None:
    *_, answer = ask(
        [
            *(desk.pitch(team) for team in ("Zwaluw", "Grutto", "Kievit")),
            desk.points("Ans", "Zwaluw", 5),
            desk.points("Ans", "Grutto", 3),
            desk.points("Bo", "Zwaluw", 4),
            desk.points("Bo", "Grutto", 2),
            desk.ballot("Bo", "Kievit", recused=True, note="Mijn zus zit erin."),
            desk.get("/api/verdict", "Organisatie"),
        ]
    )

    told = answer.json()
    assert (told["challenge"], told["release"], told["model_set"]) == (
        "quickstart",
        "1",
        "board",
    )
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


def test_before_any_ballot_the_verdict_says_who_waits(ask: Ask, desk: Desk) -> None:
    *_, answer = ask([desk.pitch("Grutto"), desk.get("/api/verdict", "Organisatie")])

    assert answer.json()["result"] is None
    assert answer.json()["unjudged"] == ["Grutto"]


@pytest.mark.parametrize(
    ("who", "status"),
    [(None, 401), ("Zwaluw", 403), ("Ans", 403), ("Organisatie", 200)],
)
def test_only_the_organiser_sees_the_verdict(
    ask: Ask, desk: Desk, who: str | None, status: int
) -> None:
    [answer] = ask([desk.get("/api/verdict", who)])

    assert answer.status_code == status


def test_a_recusal_takes_the_place_of_points_and_points_that_of_a_recusal(
    ask: Ask, desk: Desk
) -> None:
    _, first, second, third, listed = ask(
        [
            desk.pitch("Zwaluw"),
            desk.points("Ans", "Zwaluw", 5),
            desk.ballot("Ans", "Zwaluw", recused=True),
            desk.points("Ans", "Zwaluw", 2),
            desk.get("/api/ballots", "Organisatie"),
        ]
    )

    told = [answer.json() for answer in (first, second, third)]
    assert [(t["points"], t["recused"]) for t in told] == [
        ({"bruikbaarheid": 5}, False),
        ({}, True),
        ({"bruikbaarheid": 2}, False),
    ]
    [ballot] = listed.json()
    assert (ballot["points"], ballot["recused"]) == ({"bruikbaarheid": 2}, False)


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ({"note": ""}, "`recused`"),
        ({"recused": True, "points": {"bruikbaarheid": 3}}, "Leave out"),
        ({"recused": True, "note": "a\x00b"}, ""),
    ],
    ids=["neither", "both", "a reason that cannot be shown"],
)
def test_a_ballot_that_says_neither_or_both_is_refused(
    ask: Ask, desk: Desk, body: dict[str, Any], hint: str
) -> None:
    _, answer = ask([desk.pitch("Zwaluw"), desk.ballot("Ans", "Zwaluw", **body)])

    assert answer.status_code == 422
    assert answer.json()["slug"] == "request-refused"
    assert hint in answer.json()["hint"]


def test_a_recusal_does_not_count_as_a_ballot_on_the_board(
    ask: Ask, desk: Desk
) -> None:
    *_, page = ask(
        [
            desk.pitch("Zwaluw"),
            desk.points("Ans", "Zwaluw", 4),
            desk.ballot("Bo", "Zwaluw", recused=True),
            desk.get("/?lang=en", None),
        ]
    )

    assert "1 ballot of the jury" in page.text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", ("Oordeel van de jury tot nu toe", "Bo beoordeelt Grutto niet")),
        ("en", ("verdict so far", "Bo does not judge Grutto")),
    ],
)
def test_the_organiser_has_a_page_with_the_words_of_the_rubric(
    ask: Ask, desk: Desk, language: str, words: tuple[str, ...]
) -> None:
    *_, shown, listed = ask(
        [
            desk.pitch("Zwaluw"),
            desk.pitch("Grutto"),
            desk.points("Ans", "Zwaluw", 4),
            desk.ballot("Bo", "Grutto", recused=True),
            desk.get(f"/organiser/verdict?lang={language}", "Organisatie"),
            desk.get(f"/organiser?lang={language}", "Organisatie"),
        ]
    )

    criterion = read_brief(QUICKSTART).rubric[0].label
    assert shown.status_code == 200
    assert all(word in html.unescape(shown.text) for word in words)
    assert getattr(criterion, language) in shown.text
    assert "/organiser/verdict" in listed.text
    assert ("beoordeelt dit team niet" in listed.text) is (language == "nl")


@pytest.mark.parametrize("who", [None, "Zwaluw", "Ans"])
def test_nobody_else_opens_that_page(ask: Ask, desk: Desk, who: str | None) -> None:
    [answer] = ask([desk.get("/organiser/verdict", who)])

    assert answer.status_code == (403 if who else 401)


def test_everybody_reads_beforehand_what_was_agreed(ask: Ask, desk: Desk) -> None:
    [answer] = ask([desk.get("/api/challenge", None)])

    assert answer.json()["jury"] == {"within_tie_set": False, "weights": None}
