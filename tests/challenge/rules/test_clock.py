"""The pitch clock and the running order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from challenge.brief import Brief, read_brief
from challenge.brief.jury import Jury
from challenge.errors import PermissionDeniedError, RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules import clock
from challenge.rules.clock import ClockView, clock_view
from challenge.store import Database, Unit

from ...factories import NOON, QUICKSTART

CHAIR = Principal(1, "Voorzitter", Role.JUROR, chairs=True)
JUROR = Principal(2, "Ans", Role.JUROR)
TEAMS = ("Grutto", "Kievit", "Zwaluw")


@pytest.fixture
def brief() -> Brief:
    agreed = Jury(talk_minutes=2, question_minutes=1)
    return read_brief(QUICKSTART).model_copy(update={"jury": agreed})


@pytest.fixture
def unit(database: Database) -> Unit:
    with database.begin() as opened:
        for name in TEAMS:
            team = opened.people.add(Role.TEAM, name, token_hash=name, now=NOON)
            opened.pitches.put(team, title="Titel", text="Tekst", now=NOON)
        yield opened


def at(seconds: float):
    return NOON + timedelta(seconds=seconds)


def test_by_default_a_pitch_takes_five_minutes_and_three_for_questions() -> None:
    agreed = read_brief(QUICKSTART).jury
    assert (agreed.talk_minutes, agreed.question_minutes) == (5, 3)


def test_before_the_first_pitch_the_clock_names_who_begins(unit) -> None:
    assert clock_view(unit, NOON) == ClockView(None, "over", 0, 0, "Grutto")


def test_an_only_pitch_is_next_to_nothing(database: Database) -> None:
    with database.begin() as unit:
        team = unit.people.add(Role.TEAM, "Zwaluw", token_hash="Zwaluw", now=NOON)
        unit.pitches.put(team, title="Titel", text="Tekst", now=NOON)
        view = clock_view(unit, NOON)
    assert view == ClockView(None, "over", 0, 0, "Zwaluw", only=True)


@pytest.mark.parametrize(
    ("seconds", "part", "left", "of"),
    [
        (0, "talk", 120, 120),
        (119.5, "talk", 1, 120),
        (120, "questions", 60, 60),
        (179, "questions", 1, 60),
        (180, "over", 0, 0),
        (9999, "over", 0, 0),
    ],
)
def test_first_the_talk_then_the_questions(
    unit, brief, seconds, part, left, of
) -> None:
    clock.start(unit, CHAIR, "Kievit", brief=brief, now=NOON)
    view = clock_view(unit, at(seconds))
    assert view == ClockView("Kievit", part, left, of, "Zwaluw")


def test_a_clock_that_is_stopped_is_over_and_nobody_follows_the_last(
    unit, brief
) -> None:
    clock.start(unit, CHAIR, "Zwaluw", brief=brief, now=NOON)
    clock.stop(unit, CHAIR, now=at(30))
    assert clock_view(unit, at(31)) == ClockView("Zwaluw", "over", 0, 0, None)
    clock.stop(unit, CHAIR, now=at(40))
    assert [e["action"] for e in unit.audit.all()] == ["start clock", "stop clock"]


def test_pressing_start_twice_does_not_start_again(unit, brief) -> None:
    clock.start(unit, CHAIR, "Kievit", brief=brief, now=NOON)
    clock.start(unit, CHAIR, "Kievit", brief=brief, now=at(5))
    assert clock_view(unit, at(10)).left_seconds == 110
    assert len(unit.audit.all()) == 1


def test_the_next_pitch_ends_the_one_before(unit, brief) -> None:
    clock.start(unit, CHAIR, "Grutto", brief=brief, now=NOON)
    clock.start(unit, CHAIR, "Kievit", brief=brief, now=at(60))
    assert clock_view(unit, at(61)).team == "Kievit"


def test_an_order_set_by_hand_is_kept_and_later_pitches_stand_last(unit) -> None:
    clock.set_order(unit, CHAIR, ["Zwaluw", "Grutto", "Kievit"], now=NOON)
    late = unit.people.add(Role.TEAM, "Aalscholver", token_hash="a", now=NOON)
    unit.pitches.put(late, title="Titel", text="Tekst", now=NOON)
    assert clock.running_order(unit) == ["Zwaluw", "Grutto", "Kievit", "Aalscholver"]


@pytest.mark.parametrize(
    "teams", [["Zwaluw"], ["Zwaluw", "Zwaluw", "Grutto"], ["Wulp", "Grutto", "Kievit"]]
)
def test_an_order_names_every_team_once(unit, teams) -> None:
    with pytest.raises(RequestRefusedError):
        clock.set_order(unit, CHAIR, teams, now=NOON)


def test_an_order_by_lot_follows_from_its_seed(unit) -> None:
    drawn = {}
    for seed in ("boom", "roos", "boom"):
        clock.draw_order(unit, CHAIR, seed, now=NOON)
        found = clock.running_order(unit)
        assert sorted(found) == sorted(TEAMS)
        assert drawn.setdefault(seed, found) == found
    assert unit.audit.all()[-1]["subject"] == "boom"


def test_without_an_order_every_juror_keeps_one_of_their_own(unit) -> None:
    jurors = [Principal(number, "Jurylid", Role.JUROR) for number in range(20)]
    orders = [clock.order_for(unit, juror) for juror in jurors]
    assert orders == [clock.order_for(unit, juror) for juror in jurors]
    assert len({tuple(order) for order in orders}) > 1
    clock.draw_order(unit, CHAIR, "boom", now=NOON)
    assert {tuple(clock.order_for(unit, j)) for j in jurors} == {
        tuple(clock.running_order(unit))
    }


def test_only_who_leads_touches_clock_and_order(unit, brief) -> None:
    for act in (
        lambda: clock.start(unit, JUROR, "Kievit", brief=brief, now=NOON),
        lambda: clock.stop(unit, JUROR, now=NOON),
        lambda: clock.set_order(unit, JUROR, TEAMS, now=NOON),
        lambda: clock.draw_order(unit, JUROR, "boom", now=NOON),
    ):
        with pytest.raises(PermissionDeniedError):
            act()


def test_a_team_without_a_pitch_gets_no_clock(unit, brief) -> None:
    with pytest.raises(RequestRefusedError):
        clock.start(unit, CHAIR, "Wulp", brief=brief, now=NOON)
