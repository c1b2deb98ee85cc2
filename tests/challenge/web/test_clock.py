"""The pitch clock on its page."""

from __future__ import annotations

import re

import pytest

from challenge.settings import Settings

from .conftest import Ask
from .juries import Jury


@pytest.fixture
def jury(settings: Settings) -> Jury:
    return Jury(settings)


def test_the_chair_starts_the_clock_and_every_juror_sees_it(
    ask: Ask, jury: Jury
) -> None:
    before, started, after, ballot, polled = ask(
        [
            jury.get("/jury/clock", "Bo"),
            jury.post("/jury/clock", "Chris", action="start", team="Zwaluw"),
            jury.get("/jury/clock", "Bo"),
            jury.get("/jury/Zwaluw", "Bo"),
            jury.get("/jury/clock", "Bo", **{"HX-Request": "true"}),
        ]
    )
    assert "Hierna: Grutto" in before.text
    assert started.status_code == 303
    for page in (after, ballot, polled):
        left = int(re.search(r'data-countdown="(\d+)"', page.text)[1])
        assert 0 < left <= 300
        assert "Zwaluw pitcht, 5 minuten" in page.text
    assert "<html" not in polled.text


def test_the_organiser_stops_it_and_goes_on(ask: Ask, jury: Jury) -> None:
    _, _, stopped = ask(
        [
            jury.post("/jury/clock", "Chris", action="start", team="Grutto"),
            jury.post("/jury/clock", "Organisatie", action="stop"),
            jury.get("/jury/clock", "Organisatie"),
        ]
    )
    assert "data-countdown" not in stopped.text
    assert "Start Zwaluw" in stopped.text


@pytest.mark.parametrize("action", ["start", "stop", "order", "draw"])
def test_a_juror_who_does_not_lead_changes_nothing(
    ask: Ask, jury: Jury, action: str
) -> None:
    fields = {"place_Zwaluw": 1, "place_Grutto": 2, "team": "Zwaluw", "seed": "boom"}
    refused, shown = ask(
        [
            jury.post("/jury/clock", "Bo", action=action, **fields),
            jury.get("/jury/clock", "Bo"),
        ]
    )
    assert refused.status_code == 403
    assert '<form method="post" action="/jury/clock"' not in shown.text
    assert jury.audit() == []


def test_the_running_order_is_set_by_number_and_every_juror_follows_it(
    ask: Ask, jury: Jury
) -> None:
    _, first, second = ask(
        [
            jury.post(
                "/jury/clock", "Chris", action="order", place_Zwaluw=1, place_Grutto=2
            ),
            jury.get("/jury", "Ans"),
            jury.get("/jury", "Bo"),
        ]
    )
    for page in (first, second):
        assert page.text.index("Idee Zwaluw") < page.text.index("Idee Grutto")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"action": "order", "place_Zwaluw": 1, "place_Grutto": 1}, "eigen nummer"),
        ({"action": "order", "place_Zwaluw": "x", "place_Grutto": 1}, "eigen nummer"),
        ({"action": "draw", "seed": " "}, "Typ een woord"),
        ({"action": "start", "team": "Wulp"}, "geen pitch"),
    ],
    ids=["same number", "no number", "no seed", "no pitch"],
)
def test_a_refusal_says_what_to_do(
    ask: Ask, jury: Jury, fields: dict[str, object], words: str
) -> None:
    [answer] = ask([jury.post("/jury/clock", "Chris", **fields)])
    assert answer.status_code == 422
    assert words in answer.text
