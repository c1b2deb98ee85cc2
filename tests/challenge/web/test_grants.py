"""An organiser gives a team more submissions; the team reads why."""

from __future__ import annotations

import html

import pytest

from challenge.settings import Settings

from .conftest import Ask
from .room import Room

PAGE = "/organiser/teams/Zwaluw/extra"


@pytest.fixture
def room(settings: Settings) -> Room:
    return Room(settings)


def test_a_team_reads_what_it_was_given_and_why_and_another_does_not(
    ask: Ask, room: Room
) -> None:
    given, page, own, other, api = ask(
        [
            room.post(PAGE, "Organisatie", extra="2", reason="Wifi <viel> uit."),
            room.get(PAGE, "Organisatie"),
            room.get("/submissions", "Zwaluw"),
            room.get("/submissions", "Grutto"),
            room.get("/api/challenge", "Zwaluw"),
        ]
    )

    assert (given.status_code, given.headers["location"]) == (303, PAGE)
    for answer in (page, own):
        assert "Wifi <viel> uit." in html.unescape(answer.text)
        assert "<viel>" not in answer.text
    assert "Vandaag 2 extra van de organisatie" in own.text
    assert "Wifi" not in other.text
    quota = api.json()["quota"]
    assert quota["scored_left"] == quota["scored_per_day"] + 2


def test_a_refused_form_keeps_what_was_typed(ask: Ask, room: Room) -> None:
    [answer] = ask([room.post(PAGE, "Organisatie", extra="veel", reason="Daarom.")])

    assert answer.status_code == 422
    assert 'id="extra-error"' in answer.text
    assert 'value="veel"' in answer.text
    assert 'value="Daarom."' in answer.text


def test_only_an_organiser_gives(ask: Ask, room: Room) -> None:
    form = {"extra": "1", "reason": "x"}
    who = ("Zwaluw", "Ans", "Accountant", None)
    answers = ask([room.post(PAGE, one, **form) for one in who])
    [read, lost] = ask(
        [
            room.get(PAGE, "Accountant"),
            room.get("/organiser/teams/Wulp/extra", "Organisatie"),
        ]
    )

    assert [a.status_code for a in answers] == [403, 403, 403, 401]
    assert (read.status_code, lost.status_code) == (200, 404)
    assert "<button>" not in read.text.partition("<main")[2]
