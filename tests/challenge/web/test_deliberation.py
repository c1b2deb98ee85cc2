"""The deliberation over the application itself: real ballots, a real database."""

from __future__ import annotations

import html

import pytest

from challenge.settings import Settings

from .conftest import Ask
from .room import Room

POINTS = {
    ("Ans", "Zwaluw"): 5,
    ("Bo", "Zwaluw"): 3,
    ("Ans", "Grutto"): 4,
    ("Bo", "Grutto"): 4,
    ("Ans", "Kievit"): 2,
    ("Bo", "Kievit"): 0,
}


@pytest.fixture
def room(settings: Settings) -> Room:
    made = Room(settings)
    made.judge(
        POINTS, {("Ans", "Zwaluw"): "Praat met ouders.", ("Bo", "Kievit"): "Mijn zus."}
    )
    return made


def test_while_the_panel_is_open_nobody_sees_points(ask: Ask, room: Room) -> None:
    room.go("jury", is_open=True)

    answers = ask(
        room.get(path, who)
        for path in ("/jury/deliberation", "/jury/verdict")
        for who in ("Ans", "Voorzitter", "Organisatie", "Accountant")
    )

    assert {answer.status_code for answer in answers} == {409}
    assert not any("4,00" in a.text or "Praat met" in a.text for a in answers)


def test_once_it_is_closed_every_jurors_points_stand_beside_the_mean(
    ask: Ask, room: Room
) -> None:
    room.go("jury")

    [answer] = ask([room.get("/jury/deliberation", "Ans")])

    assert answer.status_code == 200
    text = html.unescape(answer.text)
    assert "Zwaluw: 3,0, 5,0" in text
    assert "Juryleden verschillen 2,0 punten" in text
    assert "Praat met ouders." in text


def test_the_projected_page_names_no_juror_and_no_reason_of_a_recusal(
    ask: Ask, room: Room
) -> None:
    room.go("jury")

    [answer] = ask([room.get("/jury/deliberation", "Organisatie")])

    main = answer.text[answer.text.index("<main") : answer.text.index("</main")]
    assert "Ans" not in main
    assert "Bo " not in main
    assert "Mijn zus" not in main
    assert "geheim-van-het-jurylid" not in main


def test_where_two_teams_tie_jurors_choose_and_the_choice_orders_them(
    ask: Ask, room: Room
) -> None:
    room.go("jury")
    before, chosen, again, after = ask(
        [
            room.get("/jury/verdict", "Voorzitter"),
            room.post("/jury/deliberation", "Ans", preferred="Zwaluw", other="Grutto"),
            room.post("/jury/deliberation", "Ans", preferred="Zwaluw", other="Grutto"),
            room.get("/jury/verdict", "Voorzitter"),
        ]
    )

    assert "Grutto, Zwaluw, Kievit" in before.text
    assert (chosen.status_code, again.status_code) == (303, 303)
    assert "Zwaluw, Grutto, Kievit" in after.text


@pytest.mark.parametrize(
    ("who", "pair", "status"),
    [
        ("Ans", ("Zwaluw", "Kievit"), 422),
        ("Ans", ("Zwaluw", "Zwaluw"), 422),
        ("Organisatie", ("Zwaluw", "Grutto"), 403),
        ("Accountant", ("Zwaluw", "Grutto"), 403),
        ("Zwaluw", ("Zwaluw", "Grutto"), 403),
    ],
    ids=["no tie", "one team", "the organiser", "the auditor", "a team"],
)
def test_a_choice_that_nobody_asked_for_is_refused(
    ask: Ask, room: Room, who: str, pair: tuple[str, str], status: int
) -> None:
    room.go("jury")

    [answer] = ask(
        [room.post("/jury/deliberation", who, preferred=pair[0], other=pair[1])]
    )

    assert answer.status_code == status


def test_a_recused_juror_chooses_nothing_about_that_team(ask: Ask, room: Room) -> None:
    room.judge({("Voorzitter", "Zwaluw"): 0})
    room.go("jury")

    [answer] = ask(
        [
            room.post(
                "/jury/deliberation", "Voorzitter", preferred="Grutto", other="Zwaluw"
            )
        ]
    )

    assert answer.status_code == 422
    assert "beoordeelt een van beide niet" in answer.text


@pytest.mark.parametrize("who", [None, "Zwaluw"])
def test_teams_and_visitors_stay_outside(ask: Ask, room: Room, who: str | None) -> None:
    room.go("jury")

    answers = ask(room.get(p, who) for p in ("/jury/deliberation", "/jury/verdict"))

    assert {a.status_code for a in answers} == {403 if who else 401}


def test_it_is_there_in_english(ask: Ask, room: Room) -> None:
    room.go("jury")

    [answer] = ask([room.get("/jury/deliberation?lang=en", "Bo")])

    assert "Jurors differ by 2.0 points" in answer.text
