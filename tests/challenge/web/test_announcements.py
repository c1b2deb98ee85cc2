"""What the organiser tells everybody, on every page."""

from __future__ import annotations

import re

import pytest

from challenge.settings import Settings

from .conftest import Ask
from .room import Room

PAGE = "/organiser/announcements"


@pytest.fixture
def room(settings: Settings) -> Room:
    return Room(settings)


def test_it_stands_on_every_page_in_the_readers_language_until_it_is_withdrawn(
    ask: Ask, room: Room
) -> None:
    said = {"nl": "De soep is klaar.", "en": "Soup is <b>served</b>."}
    done, twice, dutch, english, desk = ask(
        [
            room.post(PAGE, "Organisatie", **said),
            room.post(PAGE, "Organisatie", **said),
            room.get("/"),
            room.get("/data?lang=en", "Zwaluw"),
            room.get(PAGE, "Organisatie"),
        ]
    )
    [number] = re.findall(rf"{PAGE}/(\d+)/withdraw", desk.text)
    gone, after, again = ask(
        [
            room.post(f"{PAGE}/{number}/withdraw", "Organisatie"),
            room.get("/"),
            room.post(f"{PAGE}/{number}/withdraw", "Organisatie"),
        ]
    )

    assert (done.status_code, twice.status_code, gone.status_code) == (303, 303, 303)
    assert dutch.text.count("De soep is klaar.") == 1
    assert "Soup is &lt;b&gt;served" in english.text
    assert "De soep" not in english.text + after.text
    assert again.status_code == 404


@pytest.mark.parametrize("field", ["nl", "en"])
def test_it_takes_both_languages_and_keeps_what_was_typed(
    ask: Ask, room: Room, field: str
) -> None:
    typed = {"nl": "Even pauze.", "en": "A break."} | {field: " "}

    refused, board = ask([room.post(PAGE, "Organisatie", **typed), room.get("/")])

    assert refused.status_code == 422
    kept = typed["en" if field == "nl" else "nl"]
    assert kept in refused.text
    assert f'href="#{field}"' in refused.text
    assert kept not in board.text


@pytest.mark.parametrize("who", ["Accountant", "Zwaluw", "Ans"])
def test_only_the_organiser_speaks(ask: Ask, room: Room, who: str) -> None:
    [answer] = ask([room.post(PAGE, who, nl="Ha.", en="Ha.")])

    assert answer.status_code == 403
