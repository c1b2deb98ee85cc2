"""A database of every earlier version comes along with all that is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    Float,
    Integer,
    MetaData,
    Table,
    create_engine,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from challenge import store
from challenge.records import Role
from challenge.store import open_database
from challenge.store.tables import metadata

from ...factories import NOON

CONFIG = Config()
MIGRATIONS = Path(store.__file__).parent / "migrations"
CONFIG.set_main_option("script_location", str(MIGRATIONS))
HEAD, *EARLIER = [
    found.revision for found in ScriptDirectory.from_config(CONFIG).walk_revisions()
]
# The oldest one takes every step, with rows in the tables that there were.
SHORT = {EARLIER[0], EARLIER[-1]}
LOGS = {"audit", "acceptances", "downloads"}
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    server = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.mark.parametrize(
    "empty_url",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
    indirect=True,
)
@pytest.mark.parametrize(
    "revision",
    [
        pytest.param(r, marks=[] if r in SHORT else pytest.mark.full)
        for r in reversed(EARLIER)
    ],
)
def test_an_earlier_database_keeps_every_row_and_gets_every_table(
    empty_url: str, revision: str
) -> None:
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        CONFIG.attributes["connection"] = connection
        command.upgrade(CONFIG, revision)
        before = fill(connection)
    assert min(len(rows) for rows in before.values()) == 2

    with closing(open_database(empty_url)) as database, database.begin() as unit:
        newcomer = unit.people.add(Role.TEAM, "Zwaluw", now=NOON)

    assert newcomer.id == 3
    with engine.connect() as connection:
        after = kept(connection)
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    assert len({row["lot"] for row in after["people"]} - {""}) == newcomer.id
    after["people"] = [row for row in after["people"] if row["id"] != newcomer.id]
    tokens = {row.pop("token_hash", None) for row in before["people"]} - {None}
    assert tokens <= {row["token_hash"] for row in after["tokens"]}
    assert {
        table: alike(rows, after[table]) for table, rows in before.items()
    } == before
    # SQLite asks its triggers for each row, so there has to be one.
    for table in LOGS & before.keys():
        assert_only_grows(engine, table)
    engine.dispose()


def fill(connection: Connection) -> Rows:
    """Put two rows in every table that a database has, whatever its version."""
    tables = MetaData()
    tables.reflect(connection)
    filled: Rows = {}
    for table in tables.sorted_tables:
        if table.name != "alembic_version":
            for number in (0, 1):
                connection.execute(insert(table).values(row(table, number, filled)))
            filled[table.name] = rows_of(connection, table)
    return filled


def kept(connection: Connection) -> Rows:
    tables = MetaData()
    tables.reflect(connection)
    return {table.name: rows_of(connection, table) for table in tables.sorted_tables}


def rows_of(connection: Connection, table: Table) -> list[dict[str, Any]]:
    found = connection.execute(select(table).order_by(*table.primary_key))
    return [dict(one) for one in found.mappings()]


def row(table: Table, number: int, filled: Mapping[str, Any]) -> dict[str, Any]:
    """Make up a row; the database numbers it where it numbers rows."""
    return {
        column.name: value(column, number, filled)
        for column in table.columns
        if column is not table.autoincrement_column
    }


def value(column: Column[Any], number: int, filled: Mapping[str, Any]) -> Any:
    for key in column.foreign_keys:
        return filled[key.column.table.name][number][key.column.name]
    kinds = (
        (JSON, {column.name: [number, "ë"]}),
        (Boolean, bool(number)),
        (Integer, number + 7),
        (Float, number + 0.25),
        (DateTime, NOON + timedelta(microseconds=number + 1)),
    )
    for kind, made in kinds:
        if isinstance(column.type, kind):
            return made
    length = getattr(column.type, "length", None)
    return f"{number} ë {column.name} {'x' * 300}"[:length]


def alike(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Any:
    """Leave out the columns that were added since."""
    return [{key: row[key] for key in before[0]} for row in after]


def assert_only_grows(engine: Engine, table: str) -> None:
    for statement in ("UPDATE {0} SET at = at", "DELETE FROM {0}"):
        with (
            pytest.raises(DBAPIError, match="only grows"),
            engine.begin() as connection,
        ):
            connection.execute(text(statement.format(table)))
