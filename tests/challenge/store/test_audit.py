"""The tables about people's acts only grow."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DatabaseError

from challenge.store import Database, open_database

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


@pytest.fixture
def written(database: Database) -> Database:
    """Four acts, of which one has numbers as keys and words that are no ASCII."""
    with database.begin() as unit:
        for number in range(3):
            unit.audit.add("Ans", "do thing", str(number), now=NOON, number=number)
        unit.audit.add("Bo", "pick", "é", now=NOON, before={}, after={10: "a", 2: 0.1})
    return database


def tampered(path: Path, statement: str) -> None:
    """Write with the file in hand: no trigger helps against that."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for trigger in connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).scalars():
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(text(statement))
    engine.dispose()


def test_entries_as_they_were_written_fit_one_another(written: Database) -> None:
    with written.read() as unit:
        found = unit.audit.check()
        entries = unit.audit.all()
    assert (found.entries, found.unchained, found.broken) == (4, 0, None)
    assert found.head == entries[-1]["chain"]
    assert len({entry["chain"] for entry in entries}) == 4


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET actor = 'Bo' WHERE id = 2", 2),
        ("UPDATE audit SET detail = '{\"number\": 9}' WHERE id = 1", 1),
        ("UPDATE audit SET at = '2026-11-22 13:00:00' WHERE id = 4", 4),
        ("UPDATE audit SET chain = NULL WHERE id = 3", 3),
        ("DELETE FROM audit WHERE id = 2", 3),
        ("UPDATE audit SET id = 9 WHERE id = 1", 2),
    ],
    ids=["actor", "detail", "time", "chain", "removed", "moved"],
)
def test_an_entry_that_was_changed_outside_is_found(
    tmp_path: Path, statement: str, broken: int
) -> None:
    path = tmp_path / "test.db"
    database = open_database(f"sqlite:///{path}")
    with database.begin() as unit:
        for number in range(4):
            unit.audit.add("Ans", "do thing", str(number), now=NOON, number=number)
    database.close()
    tampered(path, statement)
    database = open_database(f"sqlite:///{path}")
    with database.read() as unit:
        assert unit.audit.check().broken == broken
    database.close()


def test_a_hash_that_was_noted_finds_entries_cut_off_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    database = open_database(f"sqlite:///{path}")
    with database.begin() as unit:
        unit.audit.add("Ans", "do thing", "1", now=NOON)
        early = unit.audit.check().head
        unit.audit.add("Ans", "do thing", "2", now=NOON)
        late = unit.audit.check().head
    database.close()
    tampered(path, "DELETE FROM audit WHERE id = 2")
    database = open_database(f"sqlite:///{path}")
    with database.read() as unit:
        assert unit.audit.check(early).holds_noted
        cut = unit.audit.check(late)
    assert (cut.broken, cut.holds_noted) == (None, False)
    database.close()


def test_the_first_entry_of_a_chain_covers_those_of_before(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    url = f"sqlite:///{path}"
    open_database(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        insert(connection, "audit", 2, "A. Person")
        insert(connection, "audit", 5, "Another")
    engine.dispose()
    database = open_database(url)
    with database.begin() as unit:
        unit.audit.add("Ans", "do thing", "1", now=NOON)
        found = unit.audit.check()
    database.close()
    assert (found.entries, found.unchained, found.broken) == (3, 2, None)
    tampered(path, "UPDATE audit SET actor = 'Nobody' WHERE id = 2")
    database = open_database(url)
    with database.read() as unit:
        assert unit.audit.check().broken == 6
    database.close()
