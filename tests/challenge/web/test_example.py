"""Practising on an example: compared with what was agreed, and never kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from challenge.brief import Brief, read_brief
from challenge.brief.jury import Example
from challenge.settings import Settings
from challenge.web.app import create_app

from .conftest import Ask, asking
from .juries import Jury

EXAMPLE = Example(
    title={"nl": "Een loket om de hoek", "en": "A desk around the corner"},
    text={"nl": "Drie zinnen.", "en": "Three sentences."},
    points={"bruikbaarheid": 2},
    why={"nl": "Er is nog geen eigenaar.", "en": "Nobody owns it yet."},
)
WITH_POINTS = "/jury/example?points_bruikbaarheid=5&answer=1"


@pytest.fixture
def jury(settings: Settings) -> Jury:
    return Jury(settings)


@pytest.fixture
def agreed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Send requests to an application whose brief has an example."""

    def read(place: Path) -> Brief:
        brief = read_brief(place)
        jury = brief.jury.model_copy(update={"example": EXAMPLE})
        return brief.model_copy(update={"jury": jury})

    monkeypatch.setattr("challenge.web.app.read_brief", read)
    return asking(create_app(settings))


def test_without_an_example_in_the_brief_there_is_none(ask: Ask, jury: Jury) -> None:
    page, listed = ask([jury.get("/jury/example"), jury.get("/jury")])

    assert page.status_code == 200
    assert "geen voorbeeld afgesproken" in page.text
    assert "<form class" not in page.text
    assert "/jury/example" not in listed.text


def test_what_was_agreed_is_told_after_the_juror_gave_points(
    agreed: Ask, jury: Jury
) -> None:
    listed, before, after = agreed(
        [jury.get("/jury"), jury.get("/jury/example"), jury.get(WITH_POINTS)]
    )

    assert 'href="/jury/example"' in listed.text
    assert "Een loket om de hoek" in before.text
    assert "Er is nog geen eigenaar." not in before.text
    assert "Er is nog geen eigenaar." in after.text
    assert "<b>5</b>" in after.text
    assert "<b>2</b>" in after.text


@pytest.mark.parametrize("given", ["", "points_bruikbaarheid=6&", "points_x=2&"])
def test_points_that_are_missing_are_asked_for_beside_their_field(
    agreed: Ask, jury: Jury, given: str
) -> None:
    [answer] = agreed([jury.get(f"/jury/example?{given}answer=1")])

    assert answer.status_code == 422
    assert 'id="points_bruikbaarheid-error"' in answer.text
    assert "Er is nog geen eigenaar." not in answer.text


def test_points_for_the_example_are_kept_nowhere(agreed: Ask, jury: Jury) -> None:
    _, ballots, verdict = agreed(
        [
            jury.get(WITH_POINTS),
            jury.get("/api/ballots", "Organisatie"),
            jury.get("/api/verdict", "Organisatie"),
        ]
    )

    assert ballots.json() == []
    assert verdict.json()["result"] is None
    assert jury.audit() == []


@pytest.mark.parametrize("who", ["Zwaluw", None])
def test_it_stays_in_the_room(agreed: Ask, jury: Jury, who: str | None) -> None:
    [answer] = agreed([jury.get("/jury/example", who)])

    assert answer.status_code in (303, 401, 403)
    assert "Een loket" not in answer.text
