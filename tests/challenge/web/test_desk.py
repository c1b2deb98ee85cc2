"""The organiser's desk over the application itself."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest

from challenge.records import Stage, State
from challenge.settings import Settings
from challenge.store import Unit

from .conftest import Ask
from .room import Room


@pytest.fixture
def room(settings: Settings) -> Room:
    return Room(settings)


def submitted(room: Room, state: State) -> None:
    """Put a submission of Zwaluw in the database."""

    def act(unit: Unit) -> None:
        now = datetime.now(UTC)
        unit.submissions.add(
            id=f"id-{state}",
            team_id=room.person(unit, "Zwaluw").id,
            state=state,
            stage=Stage.RECEIVED,
            release="quickstart/1",
            sources="all",
            bundle_sha256="ab",
            created_at=now,
            updated_at=now,
        )

    room.change(act)


def figures(text: str) -> list[str]:
    return re.findall(r'<span class="num">(\d+)</span>', text)


def test_it_counts_what_waits_runs_and_failed(ask: Ask, room: Room) -> None:
    for state in (State.QUEUED, State.FAILED, State.SCORED):
        submitted(room, state)

    [answer] = ask([room.get("/organiser", "Organisatie")])

    assert answer.status_code == 200
    assert figures(answer.text)[-5:] == ["1", "0", "1", "1", "0"]
    assert "mislukt aan onze kant" in answer.text


def test_without_a_worker_it_says_first_what_to_start(ask: Ask, room: Room) -> None:
    [answer] = ask([room.get("/organiser?lang=en", "Organisatie")])

    assert "There is no worker" in answer.text


def test_it_says_what_the_next_phase_waits_for(ask: Ask, room: Room) -> None:
    room.judge({("Ans", "Zwaluw"): 4})
    room.go("jury")

    [answer] = ask([room.get("/organiser", "Organisatie")])

    assert "De jury heeft haar oordeel nog niet vastgelegd." in html.unescape(
        answer.text
    )
    assert "/organiser/phase?to=closed" in answer.text


def test_the_part_that_lives_comes_alone(ask: Ask, room: Room) -> None:
    [whole, part] = ask(
        [room.get(path, "Organisatie") for path in ("/organiser", "/organiser/live")]
    )

    assert 'hx-get="/organiser/live"' in whole.text
    assert "<html" not in part.text
    assert "Wachtrij" in part.text


def test_an_auditor_reads_it_without_buttons(ask: Ask, room: Room) -> None:
    answers = ask(
        [
            room.get(path, "Accountant")
            for path in ("/organiser", "/organiser/announcements", "/organiser/live")
        ]
    )

    for answer in answers:
        assert answer.status_code == 200
        main = answer.text.partition("<main")[2] or answer.text
        assert 'method="post"' not in main
        assert "/organiser/phase?to=" not in main


@pytest.mark.parametrize("who", [None, "Zwaluw", "Ans"])
def test_nobody_else_opens_it(ask: Ask, room: Room, who: str | None) -> None:
    paths = ("/organiser", "/organiser/live", "/organiser/script", "/organiser/audit")

    answers = ask([room.get(path, who) for path in paths])

    assert {a.status_code for a in answers} == {403 if who else 401}


@pytest.mark.parametrize(
    ("language", "words"),
    [("nl", "De wifi valt uit"), ("en", "The Wi-Fi fails")],
)
def test_the_run_sheet_follows_from_brief_and_people(
    ask: Ask, room: Room, language: str, words: str
) -> None:
    [answer] = ask([room.get(f"/organiser/script?lang={language}", "Organisatie")])

    assert answer.status_code == 200
    assert words in answer.text
    for name in ("Zwaluw", "Grutto", "Kievit", "Ans", "Voorzitter"):
        assert name in answer.text
    # Three teams of five and three minutes.
    assert "24 min" in answer.text


@pytest.mark.parametrize("who", ["Organisatie", "Accountant"])
def test_the_page_of_the_data_says_who_signed_and_what_was_found(
    ask: Ask, room: Room, who: str
) -> None:
    [answer] = ask([room.get("/organiser/data", who)])

    text = html.unescape(answer.text)
    assert answer.status_code == 200
    assert "Vrijgegeven door a test" in text
    assert "mean true risk inside differs" in text
    assert 'challenge publish quickstart/2 --by "Voornaam Achternaam"' in text
