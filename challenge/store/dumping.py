"""PostgreSQL through its own tools: a dump of one moment, and back."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError

from challenge.errors import BackupRefusedError, RestoreRefusedError
from challenge.store.census import Census, census, count
from challenge.store.copying import (
    DUMP,
    PRIVATE,
    SQLITE,
    copy_sqlite,
    engine_of,
    sqlite_file,
)

_PACKAGE = "Install PostgreSQL's client programs, of the server's version or newer:"
_PACKAGE += " `apt install postgresql-client`."


def copy_database(url: str, folder: Path) -> tuple[Path, Census]:
    """Copy a database as it is at one moment, while others write to it.

    Parameters
    ----------
    url : str
        SQLAlchemy URL.
    folder : Path
        Gets the copy.

    Returns
    -------
    tuple of Path and Census
        The copy, and what it holds.

    Raises
    ------
    BackupRefusedError
        If there is no database, or PostgreSQL's programs are missing or fail.
    """
    file = sqlite_file(url)
    if file is None:
        return folder / DUMP, dump(url, folder / DUMP)
    if not file.is_file():
        raise BackupRefusedError(
            f"There is no database {file}.",
            hint="Set CHALLENGE_HOME or CHALLENGE_DATABASE_URL as the server has it.",
        )
    copy = folder / SQLITE
    copy_sqlite(file, copy)
    return copy, census(f"sqlite:///{copy}")


def dump(url: str, target: Path) -> Census:
    """Write all of a database as it is at one moment, while others write to it.

    Parameters
    ----------
    url : str
        SQLAlchemy URL.
    target : Path
        New; this account alone may read it.

    Returns
    -------
    Census
        Of the very moment that was written.

    Raises
    ------
    BackupRefusedError
        If `pg_dump` is not installed, or fails.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    engine = engine_of(url).execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        # pg_dump reads in the very snapshot that is counted here.
        moment = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        words = ["--format=custom", "--no-owner", "--no-privileges"]
        failed = _call(
            url, "pg_dump", *words, f"--snapshot={moment}", f"--file={target}"
        )
        if failed:
            raise BackupRefusedError(failed, hint=_PACKAGE)
        return count(connection)


def undump(url: str, source: Path) -> None:
    """Put a dump back, whole or not at all; what has its tables' names is replaced.

    Parameters
    ----------
    url : str
        SQLAlchemy URL of a database that is there.
    source : Path
        As `dump` wrote it.

    Raises
    ------
    RestoreRefusedError
        If `pg_restore` is not installed, or fails.
    """
    words = ["--clean", "--if-exists", "--single-transaction"]
    words += ["--exit-on-error", "--no-owner", "--no-privileges"]
    if failed := _call(url, "pg_restore", *words, str(source)):
        raise RestoreRefusedError(failed, hint=_PACKAGE)


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """Make an empty database on the same server, and drop it at the end.

    Parameters
    ----------
    url : str
        SQLAlchemy URL of a database on that server.

    Yields
    ------
    str
        SQLAlchemy URL of the new one.

    Raises
    ------
    BackupRefusedError
        If this role may make none.
    """
    name = f"kansrijk_proof_{secrets.token_hex(6)}"
    engine = engine_of(url).execution_options(isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            # As `open_database` wants one.
            connection.execute(
                text(
                    f"CREATE DATABASE {name}"
                    " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
                )
            )
    except DBAPIError as error:
        raise BackupRefusedError(
            "It was written, and cannot be tried out: this role of PostgreSQL may make"
            " no database.",
            hint=f'`ALTER ROLE "{make_url(url).username}" CREATEDB`, or leave out'
            " `--verify`.",
        ) from error
    try:
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _call(url: str, program: str, *words: str) -> str:
    """Run one of its programs; gives what it said if it failed."""
    found = shutil.which(program)
    if found is None:
        return f"`{program}` is not installed."
    place = make_url(url)
    done = subprocess.run(
        [found, f"--dbname={_conninfo(place)}", *words],
        # Everybody on this machine can read a command line; this, only this account.
        env=os.environ | ({"PGPASSWORD": place.password} if place.password else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    said = (done.stderr.strip().splitlines() or ["no reason given"])[-1].rstrip(".")
    return f"`{program}` failed: {said}." if done.returncode else ""


def _conninfo(place: URL) -> str:
    """Write the address as libpq reads it, without the password."""
    plain = URL.create(
        "postgresql",
        username=place.username,
        host=place.host,
        port=place.port,
        database=place.database,
        query=place.query,
    )
    return plain.render_as_string(hide_password=False)
