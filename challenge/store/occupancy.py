"""Whether a database is somebody's: it has tables, or another process has it open."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, suppress
from datetime import datetime

from sqlalchemy import TextClause, func, inspect, select, text

from challenge.store.reaching import engine_of, sqlite_file, sqlite_uri
from challenge.store.tables import workers
from challenge.store.workers import ALIVE_FOR

STOP_FIRST = (
    "Stop `challenge serve` and every worker first. A worker that was killed counts as"
    " there for a minute."
)
"""What to do where `who_uses` names somebody."""


def has_tables(url: str) -> bool:
    """Tell whether a database has anything in it.

    Parameters
    ----------
    url : str
        The database.

    Returns
    -------
    bool
        Whoever made those tables.
    """
    return bool(inspect(engine_of(url)).get_table_names())


def who_uses(url: str, now: datetime) -> str:
    """Say who uses a database; one that is damaged is used by nobody.

    Parameters
    ----------
    url : str
        A database that is there.
    now : datetime
        Aware UTC.

    Returns
    -------
    str
        As a clause; empty: nobody.
    """
    with suppress(Exception):
        if is_open_elsewhere(url):
            return "another process has its database open"
        if seen := last_heartbeat(url, now):
            return f"a worker was there at {seen:%H:%M:%S} UTC"
    return ""


def last_heartbeat(url: str, now: datetime) -> datetime | None:
    """Find when a worker that counts as alive was seen last.

    Parameters
    ----------
    url : str
        The database.
    now : datetime
        Aware UTC.

    Returns
    -------
    datetime or None
        None: no worker is alive.
    """
    seen = workers.c.seen_at
    alive = (seen > now - ALIVE_FOR) & (seen < now + ALIVE_FOR)
    with engine_of(url).connect() as connection:
        found: datetime | None = connection.execute(
            select(func.max(seen)).where(alive)
        ).scalar_one()
    return found


def is_open_elsewhere(url: str) -> bool:
    """Tell whether another process has a database open.

    SQLite leaves WAL mode only for whoever is alone; PostgreSQL lists who is there, for
    a moment longer than they are.

    Parameters
    ----------
    url : str
        A database that is there.

    Returns
    -------
    bool
        Whatever the other one does with it.
    """
    file = sqlite_file(url)
    if file is None:
        others = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return _stays(url, others)
    with closing(sqlite3.connect(sqlite_uri(file), uri=True, timeout=0)) as alone:
        try:
            alone.execute("PRAGMA journal_mode=DELETE")
            alone.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
    return False


def _stays(url: str, others: TextClause) -> bool:
    """Tell whether others are there, unless they are gone three times in a row."""
    away = 0
    for _ in range(10):
        with engine_of(url).connect() as connection:
            # A service that lost its connections is away for a moment too.
            away = 0 if connection.execute(others).scalar_one() else away + 1
        if away == 3:
            return False
        time.sleep(0.1)
    return True
