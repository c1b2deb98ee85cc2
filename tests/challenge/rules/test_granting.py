"""More submissions than the brief gives, with a reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from challenge.brief import read_brief
from challenge.errors import RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.granting import grant
from challenge.rules.quota import left_today
from challenge.rules.registration import enrol
from challenge.store import Database

from ...factories import QUICKSTART

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def team(database: Database) -> Principal:
    with database.begin() as unit:
        return enrol(unit, Role.TEAM, "Zwaluw", by="a test", now=NOON)


def left(database: Database, team: Principal, now: datetime) -> tuple[int, int]:
    with database.read() as unit:
        found = left_today(unit, read_brief(QUICKSTART), team.id, now)
    return found.scored, found.uploads


def give(
    database: Database, team: Principal, *, by: str = "Organisatie", now=NOON
) -> None:
    with database.begin() as unit:
        grant(unit, team, 2, "The Wi-Fi failed.", by=by, now=now)


def test_what_is_given_counts_today_and_no_other_day(
    database: Database, team: Principal
) -> None:
    before = left(database, team, NOON)

    give(database, team)

    assert left(database, team, NOON) == (before[0] + 2, before[1] + 2)
    assert left(database, team, NOON + timedelta(days=1)) == before
    with database.read() as unit:
        [kept] = unit.audit.details("grant submissions", "Zwaluw")
    assert kept == {
        "extra": 2,
        "reason": "The Wi-Fi failed.",
        "before": 0,
        "after": 2,
    }


@pytest.mark.parametrize(
    ("later", "by", "given"),
    [
        (timedelta(seconds=4), "Organisatie", 1),
        (timedelta(seconds=4), "Desk two", 2),
        (timedelta(minutes=1), "Organisatie", 2),
        (timedelta(hours=3), "Organisatie", 2),
    ],
)
def test_the_same_once_more_is_meant_unless_one_hand_sends_it_within_seconds(
    database: Database, team: Principal, later: timedelta, by: str, given: int
) -> None:
    before = left(database, team, NOON)

    give(database, team)
    give(database, team, by=by, now=NOON + later)

    assert left(database, team, NOON + later)[0] == before[0] + 2 * given
    with database.read() as unit:
        assert len(unit.grants.of_team(team.id)) == given
        told = list(unit.audit.details("grant submissions", "Zwaluw"))
    assert len(told) == given


@pytest.mark.parametrize(
    ("extra", "reason", "field"),
    [(0, "x", "extra"), (21, "x", "extra"), (1, " ", "reason")],
)
def test_nothing_is_given_without_bounds_and_reason(
    database: Database, team: Principal, extra: int, reason: str, field: str
) -> None:
    with database.begin() as unit, pytest.raises(RequestRefusedError) as refused:
        grant(unit, team, extra, reason, by="Organisatie", now=NOON)

    assert refused.value.field == field
    with database.read() as unit:
        assert unit.grants.of_team(team.id) == []
