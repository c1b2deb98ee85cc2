"""The database of a backup put back: SQLite as a file, PostgreSQL with a way back."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from challenge.backups.furnishing import check_free, give
from challenge.backups.manifest import Manifest
from challenge.backups.series import PRIVATE_FOLDER
from challenge.errors import (
    BackupDamagedError,
    BackupRefusedError,
    RestoreRefusedError,
)
from challenge.settings import Settings
from challenge.store import open_database
from challenge.store.census import census
from challenge.store.dumping import check_dump, dump, empty, undump
from challenge.store.occupancy import has_tables
from challenge.store.reaching import sqlite_file
from challenge.store.restored_database import settle

RESTORED = "restore backup"
"""How the audit table calls it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the audit table is told of a restore.

    Attributes
    ----------
    by : str
        Who takes responsibility.
    backup : str
        Its name.
    manifest : Manifest
        Of the backup.
    now : datetime
        Aware UTC.
    """

    by: str
    backup: str
    manifest: Manifest
    now: datetime


def put_database(copy: Path, settings: Settings, aside: Path, *, entry: Entry) -> int:
    """Make a database ready: SQLite beside its place, PostgreSQL in its place.

    Parameters
    ----------
    copy : Path
        The file or dump of the backup.
    settings : Settings
        Name the database.
    aside : Path
        New folder for what PostgreSQL holds now, if it holds anything.
    entry : Entry
        Is written into it.

    Returns
    -------
    int
        How many runs were under way, and wait again.

    Raises
    ------
    BackupDamagedError
        If the database is not what was counted.
    RestoreRefusedError
        If PostgreSQL's programs do not fit, or fail; it holds what it held, or the
        error names where that is.
    """
    url, old = settings.database, aside / copy.name
    if sqlite_file(url) is not None:
        return _finish(f"sqlite:///{copy}", entry)
    check_dump(url, copy)
    if has_tables(url):
        _dump_aside(url, old)
    try:
        undump(url, copy)
        return _finish(url, entry)
    # Also Ctrl-C, which whoever waits for it may press.
    except BaseException as cause:
        _bring_back(url, old, cause)
        raise


def place_sqlite(copy: Path, made: Path, settings: Settings) -> None:
    """Put SQLite's file where the settings say; `move_in` brings what is in a home.

    Parameters
    ----------
    copy : Path
        The file, ready.
    made : Path
        The home that is made.
    settings : Settings
        Name the database; nothing is done for PostgreSQL.

    Raises
    ------
    RestoreRefusedError
        If there is a file already.
    """
    file = sqlite_file(settings.database)
    if file is None:
        return
    if file.absolute().parent == settings.home.absolute():
        copy.rename(made / file.name)
    else:
        check_free(file)
        shutil.move(copy, file)
        give([file], settings.home)


def _finish(url: str, entry: Entry) -> int:
    """Bring tables up to date, let runs wait again, and write who put them back."""
    if census(url) != entry.manifest.census:
        told = "Its database holds something else than was counted."
        raise BackupDamagedError(entry.backup, [told])
    with closing(open_database(url)) as database:
        ran = settle(url)
        with database.begin() as unit:
            unit.audit.add(
                *(entry.by, RESTORED, entry.backup),
                now=entry.now,
                made_at=entry.manifest.database_at.isoformat(),
                last_submission=entry.manifest.census.last_submission,
            )
    return ran


def _bring_back(url: str, old: Path, cause: BaseException) -> None:
    """Let PostgreSQL have again what it held; where that fails too, say where it is."""
    if not old.exists():
        empty(url)
        return
    try:
        undump(url, old)
    except BaseException as error:
        # Both, the first one first; most often they are the same.
        told = dict.fromkeys(str(e) or type(e).__name__ for e in (cause, error))
        raise RestoreRefusedError(
            f"What the database held is in {old} alone: neither the backup nor that"
            f" went in. {' '.join(told)}",
            hint="Mend the cause, and put it in: `pg_restore --single-transaction"
            f" --no-owner --no-privileges --dbname=DATABASE {old}`.",
        ) from cause


def _dump_aside(url: str, place: Path) -> None:
    place.parent.mkdir(PRIVATE_FOLDER)
    try:
        dump(url, place)
    except BackupRefusedError as error:
        raise RestoreRefusedError(
            f"What is there cannot be put aside first. {error.message}", hint=error.hint
        ) from error
    finally:
        if not place.exists():
            place.parent.rmdir()
