"""One database: SQLite by default, PostgreSQL by URL; one transaction per unit."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Not used: MLflow imports it in a thread, and while it is half there the statements of
# every other thread fail.
import sqlalchemy.orm  # noqa: F401
from alembic import command
from alembic.config import Config
from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import DatabaseError

from challenge.errors import DatabaseUnreadableError, StorageUnavailableError
from challenge.migrating import MIGRATING
from challenge.store.unit import Unit

# Longer than any transaction of ours; a second writer waits instead of failing.
BUSY_SECONDS = 30


class Database:
    """Open transactions on one database.

    Parameters
    ----------
    engine : Engine
        A migrated database; `open_database` makes one.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def begin(self) -> Iterator[Unit]:
        """Open a writing transaction; commits at the end, rolls back on an exception.

        Yields
        ------
        Unit
            The doors, bound to this transaction.
        """
        with self._engine.begin() as connection:
            yield Unit(connection)

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """Open a transaction that only reads, and so waits for nobody.

        Yields
        ------
        Unit
            The doors, bound to this transaction.
        """
        with self._engine.connect().execution_options(reading=True) as connection:
            yield Unit(connection)

    def close(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()


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
    """
    place = make_url(url)
    sqlite = place.get_backend_name() == "sqlite"
    if sqlite and place.database:
        Path(place.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        place,
        connect_args={"timeout": BUSY_SECONDS} if sqlite else {},
        # An error's text goes to a log; parameters hold exact scores.
        hide_parameters=True,
    )
    if sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "handle_error", _explain, retval=True)
    try:
        _migrate(engine)
    except (sqlite3.DatabaseError, DatabaseError) as error:
        said = str(getattr(error, "orig", error))
        if "not a database" in said or "malformed" in said:
            raise DatabaseUnreadableError(str(place.database), said) from error
        raise
    return Database(engine)


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with MIGRATING, engine.connect() as connection:
        # A table that is made anew to lose a column is dropped under its references.
        _keep_references(connection, is_on=False)
        with connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        _keep_references(connection, is_on=True)


def _keep_references(connection: Connection, *, is_on: bool) -> None:
    """Switch SQLite's foreign keys; it listens only outside a transaction."""
    if connection.dialect.name == "sqlite":
        switch = "ON" if is_on else "OFF"
        driver = connection.connection.dbapi_connection
        if driver is not None:
            driver.cursor().execute(f"PRAGMA foreign_keys={switch}")


def _prepare_sqlite(connection: object, record: object) -> None:
    # The driver's own transaction handling would start writing transactions late,
    # where two of them can deadlock; `_begin_sqlite` starts them at once.
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _explain(context: ExceptionContext) -> BaseException | None:
    """Say what the disk did, as the system would; SQLite tells it in words alone."""
    said = str(context.original_exception)
    if "readonly" in said:
        # A connection opened while the file could not be written stays read-only for
        # good; without it in the pool, the next one writes once somebody mended that.
        context.is_disconnect = True
        if context.connection is not None:
            # Its lock on the file would live as long as the traceback of this error.
            context.connection.connection.rollback()
        return StorageUnavailableError(errno.EROFS)
    if "disk I/O error" in said:
        # A file that may not grow, or a disk that is going.
        return StorageUnavailableError(errno.EIO)
    return StorageUnavailableError(errno.ENOSPC) if "disk is full" in said else None
