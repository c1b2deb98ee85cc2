"""PostgreSQL through its own tools: a dump of one moment, and back."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from challenge.errors import BackupRefusedError, RestoreRefusedError
from challenge.store.census import Census, census, count
from challenge.store.reaching import engine_of, sqlite_file
from challenge.store.sqlite_copy import DUMP, PRIVATE, SQLITE, copy_sqlite

_PACKAGE = "It takes PostgreSQL's client programs, of the server's own major version:"
_PACKAGE += " for PostgreSQL 15, `apt install postgresql-client-15`."
_SECRETS = ("password", "sslpassword")
_Refusal = type[BackupRefusedError | RestoreRefusedError]
# What an extension brought along is not ours to drop.
_EMPTY = """
DO $$ DECLARE one text; BEGIN
  FOR one IN
    SELECT kind || name FROM (
      SELECT 'TABLE IF EXISTS ' AS kind, oid, oid::regclass::text AS name FROM pg_class
      WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
      UNION ALL
      SELECT 'ROUTINE IF EXISTS ', oid, oid::regprocedure::text FROM pg_proc
      WHERE pronamespace = current_schema()::regnamespace) AS every
    WHERE NOT EXISTS (SELECT FROM pg_depend WHERE objid = every.oid AND deptype = 'e')
  LOOP EXECUTE 'DROP ' || one || ' CASCADE'; END LOOP;
END $$"""


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
        If there is no database, it cannot be read, or PostgreSQL's programs are
        missing or fail.
    """
    try:
        return _copied(url, folder)
    except SQLAlchemyError as error:
        raise BackupRefusedError(
            f"The database cannot be read: {getattr(error, 'orig', None) or error}.",
            hint="`challenge doctor` tells what is wrong with it.",
        ) from error


def _copied(url: str, folder: Path) -> tuple[Path, Census]:
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
        New; this account alone may read it. Nothing is left of a dump that failed.

    Returns
    -------
    Census
        Of the very moment that was written.

    Raises
    ------
    BackupRefusedError
        If `pg_dump` is not installed, is of another version than the server, or fails.
    """
    _check_version("pg_dump", url, BackupRefusedError)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    try:
        return _dumped(url, target)
    except BaseException:
        target.unlink()
        raise


def _dumped(url: str, target: Path) -> Census:
    engine = engine_of(url).execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        # We stand still for as long as pg_dump takes.
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        # pg_dump reads in the very snapshot that is counted here.
        moment = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        words = ["--format=custom", "--no-owner", "--no-privileges"]
        words += [f"--snapshot={moment}", f"--file={target}"]
        _call("pg_dump", *words, url=url, refused=BackupRefusedError)
        return count(connection)


def check_dump(url: str, source: Path) -> None:
    """Refuse a dump that cannot be put back, while nothing has been changed.

    Parameters
    ----------
    url : str
        SQLAlchemy URL of the database that it would go to.
    source : Path
        As `dump` wrote it.

    Raises
    ------
    RestoreRefusedError
        If `pg_restore` is not installed, is of another version than the server, or
        cannot read it.
    """
    _check_version("pg_restore", url, RestoreRefusedError)
    _call("pg_restore", "--list", str(source), refused=RestoreRefusedError)


def undump(url: str, source: Path) -> None:
    """Put a dump back in the place of all that a database holds.

    Not with `pg_restore --clean`: that drops what the dump knows, and a newer version
    has tables that an older dump does not know.

    Parameters
    ----------
    url : str
        SQLAlchemy URL of a database that is there; whoever wants to keep what it
        holds has a dump of it.
    source : Path
        As `dump` wrote it.

    Raises
    ------
    RestoreRefusedError
        As `check_dump` does: nothing was changed. Or if `pg_restore` fails later: the
        database is empty.
    """
    check_dump(url, source)
    empty(url)
    words = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _call("pg_restore", *words, str(source), url=url, refused=RestoreRefusedError)


def empty(url: str) -> None:
    """Drop every table and function, whichever version made it.

    Parameters
    ----------
    url : str
        SQLAlchemy URL of a database of PostgreSQL.
    """
    with engine_of(url).begin() as connection:
        connection.exec_driver_sql(_EMPTY)


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


def _check_version(program: str, url: str, refused: _Refusal) -> None:
    """Refuse a program of another major version than the server's.

    An older `pg_dump` refuses a newer server. A newer one reads an older server, and
    writes what only a newer `pg_restore` reads; that one sets what an older server does
    not know, as 17 does with `transaction_timeout`.
    """
    told = _call(program, "--version", refused=refused).strip()
    with engine_of(url).connect() as connection:
        number = connection.execute(text("SHOW server_version_num")).scalar_one()
    major, own = int(number) // 10_000, re.search(r"\) (\d+)", told)
    if own is None or int(own[1]) != major:
        raise refused(
            f"The server is PostgreSQL {major}, and the program on PATH is {told}: what"
            " one version writes cannot be put back by another for certain.",
            hint=f"`apt install postgresql-client-{major}`, and let its folder be the"
            f" first on PATH (on Debian /usr/lib/postgresql/{major}/bin).",
        )


def _call(program: str, *words: str, refused: _Refusal, url: str = "") -> str:
    """Run one of its programs; gives what it said."""
    found = shutil.which(program)
    if found is None:
        raise refused(f"`{program}` is not installed.", hint=_PACKAGE)
    command, env = [found, *words], dict(os.environ)
    if url:
        place = make_url(url)
        command.insert(1, f"--dbname={_conninfo(place)}")
        # Everybody on this machine can read a command line; this, only this account.
        if password := place.password or place.query.get("password"):
            env["PGPASSWORD"] = str(password)
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise refused(f"`{program}` failed: {_said(done.stderr)}.", hint=_PACKAGE)
    return done.stdout


def _said(told: str) -> str:
    """Find what went wrong; after it comes the statement that it went wrong with."""
    lines = told.strip().splitlines() or ["no reason given"]
    return next((line for line in lines if "error:" in line), lines[-1]).rstrip(".")


def _conninfo(place: URL) -> str:
    """Write the address as libpq reads it, without what is secret."""
    plain = place.set(drivername="postgresql").difference_update_query(_SECRETS)
    return URL.create(**plain._asdict() | {"password": None}).render_as_string(
        hide_password=False
    )
