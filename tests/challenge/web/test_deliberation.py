"""The deliberation over the application itself: real ballots, a real database."""

from __future__ import annotations

import html
import re

import pytest

from challenge.records import Interest
from challenge.settings import Settings
from challenge.store import Unit

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


def test_jurors_stand_in_the_order_of_their_numbers_and_not_of_their_names(
    ask: Ask, room: Room
) -> None:
    room.judge({("Voorzitter", team): 3 for team in ("Zwaluw", "Grutto", "Kievit")})
    room.go("jury")

    [answer] = ask([room.get("/jury/deliberation", "Organisatie")])

    assert re.findall(r'<th scope="row">(J\d)</th>', answer.text) == ["J1", "J2", "J3"]


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


def test_after_the_verdict_nobody_chooses_until_the_panel_was_opened_again(
    ask: Ask, room: Room
) -> None:
    room.go("jury")
    order = ["Grutto", "Zwaluw", "Kievit"]
    told = {"place": order, "reasons": "Daarom.", "winner": "Grutto"}
    choice = room.post("/jury/deliberation", "Ans", preferred="Zwaluw", other="Grutto")

    written, refused, shown, form, opened, closed, chosen = ask(
        [
            room.post("/jury/verdict", "Voorzitter", **told),
            choice,
            room.get("/jury/deliberation", "Ans"),
            room.get("/jury/verdict", "Voorzitter"),
            room.post("/jury/panel", "Voorzitter", state="open"),
            room.post("/jury/panel", "Voorzitter", state="closed"),
            choice,
        ]
    )

    assert (written.status_code, refused.status_code) == (303, 422)
    assert "De uitslag is al vastgelegd." in refused.text
    assert "de keuzes staan vast" in shown.text
    assert 'name="preferred"' not in shown.text
    assert "Uit de punten volgt: Grutto, Zwaluw, Kievit." in form.text
    assert [a.status_code for a in (opened, closed, chosen)] == [303] * 3


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


@pytest.mark.parametrize(
    ("judged", "declared"),
    [
        (("Zwaluw", "Grutto"), False),
        (("Zwaluw",), True),
        ((), True),
    ],
    ids=["declared nothing", "judged one", "judged nobody"],
)
def test_only_who_judged_both_teams_without_an_interest_breaks_a_tie(
    ask: Ask, room: Room, judged: tuple[str, ...], declared: bool
) -> None:
    # Four points leave the mean of both teams what it is.
    points = {("Voorzitter", team): 4 for team in judged}
    room.judge(points, declared=declared)
    if declared:
        for team in ("Zwaluw", "Grutto"):
            room.declare("Voorzitter", team, Interest.NONE)
    room.go("jury")

    answer, shown = ask(
        [
            room.post(
                "/jury/deliberation", "Voorzitter", preferred="Zwaluw", other="Grutto"
            ),
            room.get("/jury/deliberation", "Voorzitter"),
        ]
    )

    assert answer.status_code == 422
    assert "Grutto · Zwaluw" in shown.text
    assert 'name="preferred"' not in shown.text


@pytest.mark.parametrize("why", ["barred", "close to one", "recused"])
def test_a_choice_ends_with_the_say_of_who_made_it(
    ask: Ask, room: Room, why: str
) -> None:
    room.go("jury")
    _, before = ask(
        [
            room.post("/jury/deliberation", "Ans", preferred="Zwaluw", other="Grutto"),
            room.get("/jury/verdict", "Voorzitter"),
        ]
    )
    if why == "barred":
        # Ans's points count no more either: the two tie still by those of Bo.
        room.judge({("Bo", "Zwaluw"): 4})
        room.change(lambda unit: unit.people.bar(room.person(unit, "Ans"), "Left."))
    if why == "close to one":
        room.declare("Ans", "Grutto", Interest.KNOWS)
    if why == "recused":
        # Without Ans's points the two tie only if Bo's are the same.
        room.judge({("Ans", "Grutto"): 0, ("Bo", "Zwaluw"): 4, ("Ans", "Zwaluw"): 4})

    [after] = ask([room.get("/jury/verdict", "Voorzitter")])

    assert "Zwaluw, Grutto, Kievit" in before.text
    assert "Grutto, Zwaluw" in after.text


@pytest.mark.parametrize(
    ("phase", "is_open", "status"),
    [("jury", True, 409), ("closed", False, 422), ("closed", True, 409)],
)
def test_ties_are_settled_between_the_panel_and_the_end(
    ask: Ask, room: Room, phase: str, is_open: bool, status: int
) -> None:
    room.go(phase, is_open=is_open)

    [answer] = ask(
        [room.post("/jury/deliberation", "Ans", preferred="Zwaluw", other="Grutto")]
    )

    assert answer.status_code == status

    def nothing_was_chosen(unit: Unit) -> None:
        assert unit.comparisons.all() == []

    room.change(nothing_was_chosen)


@pytest.mark.parametrize("who", [None, "Zwaluw"])
def test_teams_and_visitors_stay_outside(ask: Ask, room: Room, who: str | None) -> None:
    room.go("jury")

    answers = ask(room.get(p, who) for p in ("/jury/deliberation", "/jury/verdict"))

    assert {a.status_code for a in answers} == {403 if who else 401}


def test_it_is_there_in_english(ask: Ask, room: Room) -> None:
    room.go("jury")

    [answer] = ask([room.get("/jury/deliberation?lang=en", "Bo")])

    assert "Jurors differ by 2.0 points" in answer.text
