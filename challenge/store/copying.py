"""A copy of a database that is in use, and what it needs elsewhere."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import (
    Engine,
    NullPool,
    create_engine,
    delete,
    event,
    make_url,
    update,
)

from challenge.records import Stage, State
from challenge.store.tables import results, submissions, workers
from challenge.store.troubles import explain

PRIVATE = 0o600
SQLITE, DUMP = "database.sqlite", "database.dump"
"""How a copy is called, by what it is a copy of."""


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy an SQLite file as it is at one moment, while others write to it.

    It is SQLite's online backup in one step: in WAL mode nobody waits for it.

    Parameters
    ----------
    source : Path
        In use or not.
    target : Path
        New, in a folder that this account alone may read; who may read it in the end
        is as with the source.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    # `ro` cannot read a WAL that nobody has open, and `rwc` would make a database.
    place = f"file:{quote(str(source.absolute()))}?mode=rw"
    with (
        closing(sqlite3.connect(place, uri=True, timeout=30)) as there,
        closing(sqlite3.connect(target)) as here,
    ):
        there.backup(here)
        here.execute("PRAGMA journal_mode=DELETE")
    target.chmod(source.stat().st_mode & 0o777)


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


def settle(url: str) -> int:
    """Forget who worked on a machine that is gone; what ran there waits again.

    Nobody's try is spent. Sessions and tokens stay: people need not come in again.

    Parameters
    ----------
    url : str
        A database that was just put back, and that nobody has open.

    Returns
    -------
    int
        How many submissions ran.
    """
    columns = submissions.c
    with engine_of(url).begin() as connection:
        connection.execute(delete(workers))
        ran = connection.execute(
            update(submissions)
            .where(columns.state == State.RUNNING)
            .values(
                state=State.QUEUED,
                stage=Stage.RECEIVED,
                worker=None,
                lease_until=None,
                deadline_at=None,
                attempt=columns.attempt - 1,
            )
        )
        return ran.rowcount


def forget_runs(url: str, submission_ids: Collection[str]) -> None:
    """Let results be tracked again whose MLflow run is gone.

    Parameters
    ----------
    url : str
        The database.
    submission_ids : collection of str
        Whose results.
    """
    these = results.c.submission_id.in_(submission_ids)
    with engine_of(url).begin() as connection:
        connection.execute(update(results).where(these).values(run_id=None))


def engine_of(url: str) -> Engine:
    """Reach a database for one errand, without a pool and without migrating.

    Parameters
    ----------
    url : str
        SQLAlchemy URL.

    Returns
    -------
    Engine
        Each connection closes when it is done.
    """
    place = make_url(url)
    if place.drivername == "postgresql":
        place = place.set(drivername="postgresql+psycopg")
    engine = create_engine(place, poolclass=NullPool, hide_parameters=True)
    if place.get_backend_name() != "sqlite":
        event.listen(engine, "handle_error", explain, retval=True)
    return engine
