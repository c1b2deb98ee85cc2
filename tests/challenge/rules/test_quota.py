"""When a day of the quota begins and ends: on the challenge's clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from challenge.brief import Brief, read_brief
from challenge.records import Principal, Role, Stage, State
from challenge.rules.granting import grant
from challenge.rules.quota import day_around, left_today
from challenge.store import Database

from ...factories import QUICKSTART

SECOND = timedelta(seconds=1)
BRIEF = read_brief(QUICKSTART)
# Days in Amsterdam, with their midnights in UTC as a calendar tells them.
DAYS = {
    "winter": ("2026-11-21T23:00", "2026-11-22T23:00"),
    "summer": ("2026-07-14T22:00", "2026-07-15T22:00"),
    "put back": ("2026-10-24T22:00", "2026-10-25T23:00"),
    "put forward": ("2026-03-28T23:00", "2026-03-29T22:00"),
}


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.fixture
def team(database: Database) -> Principal:
    now = utc("2026-01-01T12:00")
    with database.begin() as unit:
        return unit.people.add(Role.TEAM, "Zwaluw", token_hash="t", now=now)


@pytest.fixture
def left(database: Database, team: Principal) -> Callable[..., tuple[int, int]]:
    def count(now: datetime, brief: Brief = BRIEF) -> tuple[int, int]:
        with database.read() as unit:
            found = left_today(unit, brief, team.id, now)
        assert found.starts_again_at > now
        return found.scored, found.uploads

    return count


@pytest.mark.parametrize("day", DAYS)
def test_a_day_lasts_from_one_midnight_of_the_clock_to_the_next(day: str) -> None:
    first, last = map(utc, DAYS[day])
    zone = ZoneInfo("Europe/Amsterdam")
    hour = timedelta(hours=1)
    now = first
    while now < last:
        assert day_around(now, zone) == (first, last)
        now += hour
    assert day_around(last - SECOND, zone) == (first, last)
    assert day_around(first - SECOND, zone)[1] == first
    assert day_around(last, zone)[0] == last


def test_the_day_on_which_the_clock_is_put_back_has_25_hours() -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    lengths = {}
    for name, (start, _) in DAYS.items():
        first, last = day_around(utc(start), zone)
        lengths[name] = (last - first) / timedelta(hours=1)
    assert lengths == {"winter": 24, "summer": 24, "put back": 25, "put forward": 23}


def test_a_midnight_that_the_clock_skips_or_shows_twice_parts_the_days_once() -> None:
    # Cairo skips midnight in April; Havana shows the first hour of a day twice.
    for name, month in (("Africa/Cairo", 4), ("America/Havana", 11)):
        zone, now = ZoneInfo(name), datetime(2026, month, 1, tzinfo=UTC)
        for _ in range(30 * 24):
            first, last = day_around(now, zone)
            assert first <= now < last
            assert day_around(last, zone)[0] == last
            now += timedelta(hours=1)


@pytest.mark.parametrize("day", DAYS)
def test_what_was_handed_in_and_given_counts_until_midnight_and_not_after(
    day: str, database: Database, team: Principal, left: Callable[..., tuple[int, int]]
) -> None:
    first, last = map(utc, DAYS[day])
    whole = left(first)
    with database.begin() as unit:
        for number, at in enumerate((first - SECOND, first, last - SECOND)):
            unit.submissions.add(
                id=str(number),
                team_id=team.id,
                state=State.QUEUED,
                stage=Stage.RECEIVED,
                release="quickstart/1",
                bundle_sha256="",
                created_at=at,
                updated_at=at,
            )
        grant(unit, team, 5, "The Wi-Fi failed.", by="Organisatie", now=first)
    assert left(last - SECOND) == (whole[0] + 3, whole[1] + 3)
    assert left(last) == whole


def test_the_zone_of_the_brief_says_when_the_day_ends(
    left: Callable[..., tuple[int, int]], database: Database, team: Principal
) -> None:
    event = BRIEF.event.model_copy(update={"zone": "Asia/Tokyo"})
    tokyo = BRIEF.model_copy(update={"event": event})
    midnight_there = utc("2026-11-22T15:00")
    scored, uploads = left(midnight_there)
    with database.begin() as unit:
        before = midnight_there - SECOND
        grant(unit, team, 5, "The Wi-Fi failed.", by="Organisatie", now=before)
    assert left(before, tokyo) == (scored + 5, uploads + 5)
    assert left(midnight_there, tokyo) == (scored, uploads)
    assert left(midnight_there) == (scored + 5, uploads + 5)
