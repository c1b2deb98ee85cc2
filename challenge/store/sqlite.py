"""SQLite: one file, one writer at a time, and what its disk does to it."""

from __future__ import annotations

import errno
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event

from challenge.errors import StorageUnavailableError

# Longer than any transaction of ours; a second writer waits instead of failing.
BUSY_SECONDS = 30

THREADS = 40
"""That answer requests in one web process: anyio's own number. Each finds a connection,
so nobody who reads waits for those who wait to write; they are opened when needed."""


def open_sqlite(place: URL) -> Engine:
    """Open a file, and make its folder.

    Parameters
    ----------
    place : URL
        Of the file.

    Returns
    -------
    Engine
        Writing transactions begin with the lock that they need.
    """
    if place.database:
        Path(place.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        place,
        connect_args={"timeout": BUSY_SECONDS},
        pool_size=THREADS,
        # The ones used last again: each keeps pages of the file of its own.
        pool_use_lifo=True,
        # An error's text goes to a log; parameters hold exact scores.
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _explain, retval=True)
    return engine


def _prepare(connection: object, record: object) -> None:
    # The driver's own transaction handling would start writing transactions late,
    # where two of them can deadlock; `_begin` starts them at once.
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin(connection: Connection) -> None:
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
