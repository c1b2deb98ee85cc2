"""Ladders: one per team and release, and held until the transaction ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.dialects import postgresql

from challenge.records import Role
from challenge.store import Database, Ladder

from ...factories import NOON, RELEASE, enqueue, record_nothing


@pytest.fixture
def team(database: Database) -> int:
    """A team with results a and b."""
    for key in ("a", "b"):
        enqueue(database, key, "Zwaluw")
    with database.begin() as unit:
        for key in ("a", "b"):
            record_nothing(unit, key, "first")
        return unit.people.named(Role.TEAM, "Zwaluw").id


def test_a_result_comes_after_those_before_it_also_where_the_clock_went_back(
    database: Database, team: int
) -> None:
    hour, instant = timedelta(hours=1), timedelta(microseconds=1)
    with database.read() as unit:
        assert unit.ladders.moment(team, now=NOON + hour) == NOON + hour
        assert unit.ladders.moment(team, now=NOON - hour) == NOON + instant
        assert unit.ladders.moment(team + 1, now=NOON - hour) == NOON - hour


def test_a_ladder_moves_and_each_release_has_its_own(
    database: Database, team: int
) -> None:
    with database.begin() as unit:
        held = unit.ladders.hold(team, RELEASE)
        unit.ladders.keep(team, RELEASE, Ladder("a", 1), held=held)
    with database.begin() as unit:
        again = unit.ladders.hold(team, RELEASE)
        unit.ladders.keep(team, RELEASE, Ladder("b", 2), held=again)
    with database.read() as unit:
        assert (held, again) == (None, Ladder("a", 1))
        assert unit.ladders.all(RELEASE) == {team: Ladder("b", 2)}
        assert unit.ladders.all("quickstart/2") == {}
        assert [r.submission_id for r in unit.results.accepted(RELEASE)] == ["b"]
        assert unit.results.accepted("quickstart/2") == []


def test_a_step_is_known_once_there_is_a_result(database: Database, team: int) -> None:
    with database.read() as unit:
        assert (unit.results.step("a"), unit.results.step("c")) == ("first", None)


def test_on_postgresql_the_team_is_locked_before_its_ladder_is_read(
    database: Database, team: int
) -> None:
    """Two workers could otherwise both compare with the same submission."""
    asked: list[str] = []

    def note(connection, statement, *rest) -> None:
        asked.append(str(statement.compile(dialect=postgresql.dialect())))

    event.listen(database._engine, "before_execute", note)
    with database.begin() as unit:
        unit.ladders.hold(team, RELEASE)
    lock, read = asked
    assert "FOR NO KEY UPDATE" in lock
    assert "FROM people" in lock
    assert "FROM ladders" in read
