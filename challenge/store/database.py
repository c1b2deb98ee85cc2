"""One database: SQLite by default, PostgreSQL by URL; one transaction per unit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

# Not used: MLflow imports it in a thread, and while it is half there the statements of
# every other thread fail.
import sqlalchemy.orm  # noqa: F401
from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, TimeoutError

from challenge.errors import DatabaseUnavailableError, DatabaseUnreadableError
from challenge.migrating import MIGRATING
from challenge.store import postgresql
from challenge.store.occupancy import has_tables
from challenge.store.reaching import alembic_config
from challenge.store.sqlite import open_sqlite
from challenge.store.unit import Unit

_EXPECTED = (
    "Write CHALLENGE_DATABASE_URL as `postgresql://ROLE:PASSWORD@HOST:PORT/NAME`, or"
    " leave it empty for SQLite."
)


class Database:
    """Open transactions on one database.

    Parameters
    ----------
    engine : Engine
        A migrated database; `open_database` makes one.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        is_sqlite = engine.dialect.name == "sqlite"
        self._reading = {"reading": True} if is_sqlite else postgresql.READING

    @contextmanager
    def begin(self) -> Iterator[Unit]:
        """Open a writing transaction; commits at the end, rolls back on an exception.

        One at a time, over all processes, so a rule that reads and then writes is
        safe.

        Yields
        ------
        Unit
            The doors, bound to this transaction.

        Raises
        ------
        StorageUnavailableError
            If nothing can be written.
        DatabaseUnavailableError
            If PostgreSQL does not answer.
        """
        with self.connect() as connection, connection.begin():
            yield Unit(connection)

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """Open a transaction that only reads, and so waits for nobody.

        Yields
        ------
        Unit
            The doors, bound to this transaction; all see the same moment.

        Raises
        ------
        DatabaseUnavailableError
            If PostgreSQL does not answer.
        """
        with self.connect(is_reading=True) as connection:
            yield Unit(connection)

    def close(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()

    def connect(self, *, is_reading: bool = False) -> Connection:
        """Take a connection without doors, for this package alone.

        Parameters
        ----------
        is_reading : bool
            Nothing is written, and nobody waited for.

        Returns
        -------
        Connection
            What it carries out is undone, unless its own `begin` is used.

        Raises
        ------
        DatabaseUnavailableError
            If PostgreSQL does not answer.
        """
        try:
            connection = self._engine.connect()
        except TimeoutError as error:
            raise DatabaseUnavailableError(
                "every connection of this process is in use",
                "Start more web processes, or find what takes so long.",
            ) from error
        return connection.execution_options(**self._reading if is_reading else {})


def open_database(url: str) -> Database:
    """Open a database and bring its tables up to date.

    Parameters
    ----------
    url : str
        SQLAlchemy URL; the folder of an SQLite file is made.

    Returns
    -------
    Database
        Ready for units.

    Raises
    ------
    DatabaseUnreadableError
        If SQLite's file is none, or is damaged.
    DatabaseUnavailableError
        If PostgreSQL cannot be used: no answer, no entry, another order of text.
    """
    place = _place(url)
    if place.get_backend_name() == "sqlite":
        return _open_file(place)
    engine = postgresql.open_postgresql(place)
    try:
        _migrate(engine)
    except DatabaseUnavailableError as error:
        engine.dispose()
        raise DatabaseUnavailableError(
            error.reason, error.repair, said=error.said, place=_name(place)
        ) from error
    return Database(engine)


def is_blank(url: str) -> bool:
    """Tell whether there is no database yet, or an empty one; none is made.

    Parameters
    ----------
    url : str
        SQLAlchemy URL.

    Returns
    -------
    bool
        False also where nobody can tell: whoever opens it is told why.

    Raises
    ------
    DatabaseUnavailableError
        If it is no address of a database of ours.
    """
    place = _place(url)
    if place.get_backend_name() == "sqlite":
        file = Path(place.database or "")
        return not file.is_file() or not file.stat().st_size
    try:
        return not has_tables(url)
    except DatabaseUnavailableError:
        return False


def _place(url: str) -> URL:
    try:
        place = make_url(url)
        backend = place.get_backend_name()
    except ArgumentError:
        backend = "an address that cannot be read"
    if backend not in {"sqlite", "postgresql"}:
        raise DatabaseUnavailableError(
            f"it is {backend}, and none of SQLite and PostgreSQL",
            _EXPECTED,
            place="of CHALLENGE_DATABASE_URL",
        ) from None
    return place


def _name(place: URL) -> str:
    """Name a database without its password or parameters."""
    return place.set(password=None, query={}).render_as_string()


def _open_file(place: URL) -> Database:
    engine = open_sqlite(place)
    try:
        _migrate(engine)
    except (sqlite3.DatabaseError, DatabaseError) as error:
        said = str(getattr(error, "orig", error))
        if "not a database" in said or "malformed" in said:
            raise DatabaseUnreadableError(str(place.database), said) from error
        raise
    return Database(engine)


def _migrate(engine: Engine) -> None:
    if _is_newest(engine):
        return
    config = alembic_config()
    with MIGRATING, engine.connect() as opened:
        connection = opened.execution_options(migrating=True)
        # A table that is made anew to lose a column is dropped under its references.
        _keep_references(connection, is_on=False)
        with connection.begin():
            _check_order(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        _keep_references(connection, is_on=True)


def _is_newest(engine: Engine) -> bool:
    """Tell whether there is nothing to migrate, as nearly always: without a lock."""
    with engine.connect() as connection:
        _check_order(connection)
        known = MigrationContext.configure(connection).get_current_heads()
    return known == (_newest(),)


@cache
def _newest() -> str | None:
    """Name the newest revision that we know; once a process: it reads them all."""
    with MIGRATING:
        return ScriptDirectory.from_config(alembic_config()).get_current_head()


def _check_order(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        return
    if why := postgresql.wrong_order(connection):
        raise DatabaseUnavailableError(why, postgresql.ANEW)


def _keep_references(connection: Connection, *, is_on: bool) -> None:
    """Switch SQLite's foreign keys; it listens only outside a transaction."""
    if connection.dialect.name == "sqlite":
        switch = "ON" if is_on else "OFF"
        driver = connection.connection.dbapi_connection
        if driver is not None:
            driver.cursor().execute(f"PRAGMA foreign_keys={switch}")
