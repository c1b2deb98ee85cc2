"""What the disk does to the database, and how it comes back."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import inspect

from challenge.errors import DatabaseUnreadableError, StorageUnavailableError
from challenge.records import Role
from challenge.store import Database, Unit, open_database


def fill(database: Database, pragma: str) -> None:
    with database.begin() as unit:
        unit.people._connection.exec_driver_sql(f"PRAGMA {pragma}")
        for team in range(2000):
            keep(unit, f"Grutto {team}")


def keep(unit: Unit, name: str) -> None:
    now = datetime.now(UTC)
    unit.people.add(Role.TEAM, name, token_hash=name, now=now)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
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


def test_databases_are_migrated_side_by_side_and_each_comes_out_whole(
    tmp_path: Path,
) -> None:
    def tables(number: int) -> set[str]:
        database = open_database(f"sqlite:///{tmp_path / str(number)}.db")
        with closing(database), database.read() as unit:
            return set(inspect(unit.people._connection).get_table_names())

    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(tables, range(4)))
    assert made == [made[0]] * 4
    assert "ballots" in made[0]


def test_whoever_opens_a_database_has_all_that_mlflow_imports_of_sqlalchemy() -> None:
    """Claims and heartbeats once failed while a thread was importing the rest."""
    code = "import sys, challenge.store; sys.exit('sqlalchemy.orm' not in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_file_that_is_no_database_is_told_by_name(tmp_path: Path) -> None:
    file = tmp_path / "challenge.db"
    file.write_text("This is no database, and longer than the header of one. " * 9)
    with pytest.raises(DatabaseUnreadableError) as told:
        open_database(f"sqlite:///{file}")
    assert str(file) in told.value.message


def test_a_file_that_may_not_grow_is_told_and_the_next_write_works(
    migrated: Path, tmp_path: Path
) -> None:
    place = shutil.copy(migrated, tmp_path / "full.db")
    done = subprocess.run(
        [sys.executable, "-c", GROWING, f"sqlite:///{place}"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "5 1"), done.stderr


GROWING = """
import resource, sys
from datetime import UTC, datetime
from challenge.errors import StorageUnavailableError
from challenge.records import Role
from challenge.store import open_database

database = open_database(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
told = 0
try:
    with database.begin() as unit:
        unit.people.add(Role.TEAM, "Grutto", token_hash="a", now=datetime.now(UTC))
except StorageUnavailableError as error:
    told = error.errno
infinite = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
resource.setrlimit(resource.RLIMIT_FSIZE, infinite)
with database.begin() as unit:
    unit.people.add(Role.TEAM, "Grutto", token_hash="a", now=datetime.now(UTC))
with database.read() as unit:
    print(told, unit.people.count())
"""
