"""Pitches and ballots."""

from __future__ import annotations

import pytest

from challenge.brief import Brief, read_brief
from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules import judging
from challenge.store import Database, Unit

from ...factories import NOON, QUICKSTART


@pytest.fixture
def brief() -> Brief:
    return read_brief(QUICKSTART)


@pytest.fixture
def unit(database: Database) -> Unit:
    with database.begin() as opened:
        yield opened


@pytest.fixture
def team(unit: Unit) -> Principal:
    return unit.people.add(Role.TEAM, "Zwaluw", token_hash="t", now=NOON)


@pytest.fixture
def juror(unit: Unit) -> Principal:
    return unit.people.add(Role.JUROR, "Jurylid", token_hash="j", now=NOON)


def cast(unit, juror, brief, **given):
    asked = {"team_name": "Zwaluw", "points": {"bruikbaarheid": 4}, "note": ""} | given
    return judging.cast(unit, juror, brief=brief, now=NOON, **asked)


def test_a_later_pitch_takes_the_place_of_an_earlier_one(unit, team) -> None:
    judging.pitch(unit, team, title="First", text="One.", now=NOON)
    judging.pitch(unit, team, title=" Second ", text="Two.", now=NOON)
    assert [(p.title, p.text) for p in unit.ballots.pitches()] == [("Second", "Two.")]


@pytest.mark.parametrize(
    ("title", "text", "field"),
    [("", "x", "title"), ("x", "  ", "text"), ("x" * 201, "x", "title")],
    ids=["no title", "blank text", "long title"],
)
def test_an_empty_or_endless_pitch_is_refused(unit, team, title, text, field) -> None:
    with pytest.raises(RequestRefusedError) as refused:
        judging.pitch(unit, team, title=title, text=text, now=NOON)
    assert refused.value.field == field
    assert unit.ballots.pitches() == []


def test_a_later_ballot_takes_the_place_of_an_earlier_one(
    unit, team, juror, brief
) -> None:
    judging.pitch(unit, team, title="Voorlezen", text="Samen.", now=NOON)
    cast(unit, juror, brief)
    cast(unit, juror, brief, points={"bruikbaarheid": 2}, note="Korter.")
    [ballot] = unit.ballots.ballots()
    assert (ballot.juror, ballot.team) == ("Jurylid", "Zwaluw")
    assert (ballot.points, ballot.note) == ({"bruikbaarheid": 2}, "Korter.")


@pytest.mark.parametrize(
    "points",
    [{}, {"schoonheid": 3}, {"bruikbaarheid": 0}, {"bruikbaarheid": 6}],
    ids=["none", "unknown criterion", "too few", "too many"],
)
def test_points_outside_the_rubric_are_refused(
    unit, team, juror, brief, points
) -> None:
    judging.pitch(unit, team, title="Voorlezen", text="Samen.", now=NOON)
    with pytest.raises(RequestRefusedError, match=r"points"):
        cast(unit, juror, brief, points=points)
    assert unit.ballots.ballots() == []


def test_a_team_without_a_pitch_cannot_be_judged(unit, team, juror, brief) -> None:
    with pytest.raises(NotFoundError, match="Zwaluw"):
        cast(unit, juror, brief)
