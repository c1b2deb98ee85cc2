"""Every row of one database in another one, as from SQLite to PostgreSQL."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from sqlalchemy import Connection, Table, func, insert, select, text

from challenge.errors import DatabaseUnavailableError
from challenge.store.database import Database, is_blank, open_database
from challenge.store.occupancy import STOP_FIRST, who_uses
from challenge.store.reaching import sqlite_file
from challenge.store.tables import metadata


def move(source: str, target: str, *, now: datetime) -> int:
    """Copy a database that nobody uses to an empty one; both are brought up to date.

    What a service writes meanwhile would be in the old one alone.

    Parameters
    ----------
    source : str
        URL of SQLite's file; it loses no row.
    target : str
        URL of a PostgreSQL that is empty.
    now : datetime
        Aware UTC.

    Returns
    -------
    int
        How many rows were copied.

    Raises
    ------
    DatabaseUnavailableError
        If there is nothing at the source, a service or worker uses it, or the target
        holds something already.
    """
    if is_blank(source):
        raise DatabaseUnavailableError(
            f"there is no file, or an empty one, at {sqlite_file(source)}",
            "Name the file of the service: `challenge.db` in its home, unless"
            " CHALLENGE_DATABASE_URL says where.",
            place="to move from",
        )
    if why := who_uses(source, now):
        raise DatabaseUnavailableError(
            f"the service is in use ({why})", STOP_FIRST, place="to move from"
        )
    with closing(open_database(source)) as old, closing(open_database(target)) as new:
        return copy_rows(old, new)


def copy_rows(source: Database, target: Database) -> int:
    """Copy every row to an empty database, in one transaction; nothing is taken away.

    Parameters
    ----------
    source : Database
        That nobody writes to meanwhile.
    target : Database
        PostgreSQL, up to date and empty.

    Returns
    -------
    int
        How many rows were copied.

    Raises
    ------
    DatabaseUnavailableError
        If the target holds something already.
    """
    with source.connect(is_reading=True) as old, target.connect() as new, new.begin():
        if any(new.execute(select(table).limit(1)).first() for table in _tables()):
            raise DatabaseUnavailableError(
                "it holds something already",
                "Make an empty one, as `docs/postgresql.md` says.",
                place="to move to",
            )
        return sum(_copy(old, new, table) for table in _tables())


def _tables() -> list[Table]:
    """List what is pointed at before what points at it."""
    return metadata.sorted_tables


def _copy(old: Connection, new: Connection, table: Table) -> int:
    rows = [dict(row) for row in old.execute(select(table)).mappings()]
    if not rows:
        return 0
    # The rows of a log keep their numbers, which its triggers would refuse.
    new.execute(text(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER'))
    new.execute(insert(table), rows)
    new.execute(text(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER'))
    numbered = table.autoincrement_column
    if numbered is not None:
        last = max(row[numbered.name] for row in rows)
        sequence = func.pg_get_serial_sequence(table.name, numbered.name)
        new.execute(select(func.setval(sequence, last)))
    return len(rows)
