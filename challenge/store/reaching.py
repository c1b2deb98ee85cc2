"""A database reached for one errand: nothing is made, migrated or kept open."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path
from urllib.parse import quote

from alembic.config import Config
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url

from challenge.store.postgresql import look_at
from challenge.store.sqlite import BUSY_SECONDS


def engine_of(url: str, patience_seconds: float = BUSY_SECONDS) -> Engine:
    """Reach a database as it is, without a pool and without migrating.

    Parameters
    ----------
    url : str
        SQLAlchemy URL; an SQLite file that is not there is not made.
    patience_seconds : float
        How long whoever holds it is waited for.

    Returns
    -------
    Engine
        Each connection closes when it is done. A transaction with the option
        ``writing`` begins with the lock that writers take.
    """
    place = make_url(url)
    if place.get_backend_name() != "sqlite":
        return look_at(place, patience_seconds)
    connect = partial(
        sqlite3.connect,
        sqlite_uri(Path(place.database or "")),
        uri=True,
        timeout=patience_seconds,
        isolation_level=None,
        check_same_thread=False,
    )
    engine = create_engine(
        "sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True
    )
    event.listen(engine, "begin", _begin)
    return engine


def sqlite_uri(file: Path) -> str:
    """Address an SQLite file that is there.

    Parameters
    ----------
    file : Path
        The database.

    Returns
    -------
    str
        For `sqlite3.connect`. `ro` cannot read a WAL that nobody has open, and `rwc`
        would make a database.
    """
    return f"file:{quote(str(file.absolute()))}?mode=rw"


def sqlite_file(url: str) -> Path | None:
    """Tell which file a database is.

    Parameters
    ----------
    url : str
        SQLAlchemy URL.

    Returns
    -------
    Path or None
        None where it is not SQLite.
    """
    place = make_url(url)
    is_file = place.get_backend_name() == "sqlite"
    return Path(place.database or "") if is_file else None


def alembic_config() -> Config:
    """Tell Alembic where the migrations are.

    Returns
    -------
    Config
        A new one.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
