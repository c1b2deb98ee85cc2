"""The tables about people's acts only grow."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DatabaseError

from challenge.store import open_database

from ...factories import NOON

ENTRIES = {
    "audit": "INSERT INTO audit (id, at, actor, action, subject, detail)"
    " VALUES ({id}, '2026-11-22', '{name}', 'publish release', 'quickstart/1', '{{}}')",
    "downloads": "INSERT INTO downloads (id, person_id, release, file, at)"
    " VALUES ({id}, 1, 'quickstart/1', '{name}', '2026-11-22')",
    "acceptances": "INSERT INTO acceptances (person_id, sha256, release, at)"
    " VALUES ({id}, '00', '{name}', '2026-11-22')",
}
NAMES = {"audit": "actor", "downloads": "file", "acceptances": "release"}
NUMBERED = ("audit", "downloads")


def insert(connection: Connection, table: str, key: int | str, name: str) -> None:
    connection.execute(text(ENTRIES[table].format(id=key, name=name)))


def refused(tmp_path: Path, table: str, statement: str) -> None:
    """Do something that must not be done, and see that nothing changed."""
    url = f"sqlite:///{tmp_path / 'test.db'}"
    open_database(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        insert(connection, table, 2, "A. Person")
        insert(connection, table, 5, "Another")

    with pytest.raises(DatabaseError, match="only grows"), engine.begin() as connection:
        connection.execute(text(statement))

    with engine.begin() as connection:
        insert(connection, table, 6, "A third")
        names = connection.execute(text(f"SELECT {NAMES[table]} FROM {table}"))
        assert {*names.scalars()} == {"A. Person", "Another", "A third"}
    engine.dispose()


@pytest.mark.parametrize("table", ENTRIES)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {table} SET {name} = 'nobody'", "DELETE FROM {table}"],
    ids=["change", "remove"],
)
def test_the_database_refuses_to_change_or_remove_an_entry(
    tmp_path: Path, table: str, statement: str
) -> None:
    refused(tmp_path, table, statement.format(table=table, name=NAMES[table]))


@pytest.mark.parametrize("table", ENTRIES)
@pytest.mark.parametrize("key", [2, 5], ids=["first", "last"])
def test_the_database_refuses_to_replace_an_entry(
    tmp_path: Path, table: str, key: int
) -> None:
    statement = ENTRIES[table].format(id=key, name="nobody")

    refused(tmp_path, table, statement.replace("INSERT", "REPLACE"))


@pytest.mark.parametrize("table", NUMBERED)
@pytest.mark.parametrize("key", [-1, 1, 3], ids=["below zero", "before", "between"])
def test_the_database_refuses_an_entry_before_another(
    tmp_path: Path, table: str, key: int
) -> None:
    refused(tmp_path, table, ENTRIES[table].format(id=key, name="nobody"))


def test_entries_are_listed_as_they_were_added(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'test.db'}")

    with database.begin() as unit:
        unit.audit.add("A. Person", "publish release", "quickstart/1", now=NOON)
        unit.audit.add("Another", "publish release", "quickstart/2", now=NOON)
        actors = [entry["actor"] for entry in unit.audit.all()]

    assert actors == ["A. Person", "Another"]
    database.close()
