"""What the disk does to the database, and how it comes back."""

from __future__ import annotations

import errno
from datetime import UTC, datetime

import pytest

from challenge.errors import StorageUnavailableError
from challenge.records import Role
from challenge.store import Database, Unit


def fill(database: Database, pragma: str) -> None:
    with database.begin() as unit:
        unit.people._connection.exec_driver_sql(f"PRAGMA {pragma}")
        for team in range(2000):
            keep(unit, f"Grutto {team}")


def keep(unit: Unit, name: str) -> None:
    now = datetime.now(UTC)
    unit.people.add(Role.TEAM, name, token_hash=name, now=now)


@pytest.mark.parametrize(
    ("pragma", "number"),
    [("query_only=1", errno.EROFS), ("max_page_count=1", errno.ENOSPC)],
)
def test_a_disk_that_takes_nothing_is_told_and_the_next_write_works(
    database: Database, pragma: str, number: int
) -> None:
    with pytest.raises(StorageUnavailableError) as told:
        fill(database, pragma)
    assert told.value.errno == number

    with database.begin() as unit:
        unit.people._connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        keep(unit, "Zwaluw")
    with database.read() as unit:
        assert unit.people.count() == 1
