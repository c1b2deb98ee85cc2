"""What was learnt today: from the jury's room to everybody."""

from __future__ import annotations

import csv
import io
import re

import httpx
import pytest

from challenge.settings import Settings

from .conftest import Ask
from .room import Room


@pytest.fixture
def room(settings: Settings) -> Room:
    return Room(settings)


def finding(room: Room, who: str = "Ans", **form: str) -> httpx.Request:
    typed = {
        "kind": "finding",
        "text": "Bezoek helpt.",
        "interpretation": "Zeggen wij ook.",
    }
    return room.post("/lessons", who, **(typed | form))


def test_a_finding_carries_what_residents_say_and_is_withdrawn_by_its_writer(
    ask: Ask, room: Room
) -> None:
    done, twice, shown, other = ask(
        [
            finding(room),
            finding(room),
            room.get("/lessons", "Ans"),
            room.get("/lessons", "Bo"),
        ]
    )
    [number] = re.findall(r"/lessons/(\d+)/withdraw", shown.text)
    refused, gone, after = ask(
        [
            room.post(f"/lessons/{number}/withdraw", "Bo"),
            room.post(f"/lessons/{number}/withdraw", "Ans"),
            room.get("/lessons", "Ans"),
        ]
    )

    assert (done.status_code, twice.status_code) == (303, 303)
    assert "Zeggen wij ook." in shown.text
    assert "/withdraw" not in other.text
    assert (refused.status_code, gone.status_code) == (404, 303)
    assert "Bezoek helpt." not in after.text


@pytest.mark.parametrize(
    ("form", "field"),
    [({"kind": "mening"}, "kind"), ({"text": " "}, "text")],
    ids=["no such kind", "empty"],
)
def test_a_form_that_is_refused_keeps_what_was_typed(
    ask: Ask, room: Room, form: dict[str, str], field: str
) -> None:
    [answer] = ask([finding(room, **form)])

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert "Zeggen wij ook." in answer.text


def test_everybody_reads_it_at_the_end_without_names(ask: Ask, room: Room) -> None:
    _, *before = ask(
        [
            finding(room, text="=1+1"),
            room.get("/lessons"),
            room.get("/lessons.csv", "Zwaluw"),
        ]
    )
    room.go("closed")
    page, sheet, inside = ask(
        [
            room.get("/lessons?lang=en"),
            room.get("/lessons.csv", "Zwaluw"),
            room.get("/lessons.csv", "Accountant"),
        ]
    )

    assert [answer.status_code for answer in before] == [404, 404]
    assert "Residents say:" in page.text
    assert "Ans" not in page.text + sheet.text
    rows = list(csv.reader(io.StringIO(sheet.text.lstrip("\ufeff"))))
    assert rows[3][1] == "'=1+1"
    assert "Ans" in inside.text


def test_after_the_end_the_page_asks_the_organiser_alone(ask: Ask, room: Room) -> None:
    room.go("closed")

    juror, organiser, refused, added = ask(
        [
            room.get("/lessons", "Ans"),
            room.get("/lessons", "Organisatie"),
            finding(room, "Ans", text="Te laat."),
            finding(room, "Organisatie"),
        ]
    )

    assert "Alleen de organisatie kan nu nog iets toevoegen" in juror.text
    assert 'name="interpretation"' not in juror.text
    assert 'name="interpretation"' in organiser.text
    assert (refused.status_code, added.status_code) == (409, 303)


@pytest.mark.parametrize("who", ["Accountant", "Zwaluw"])
def test_only_jurors_and_organiser_write(ask: Ask, room: Room, who: str) -> None:
    [answer] = ask([finding(room, who)])

    assert answer.status_code == 403
