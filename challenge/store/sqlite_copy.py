"""A copy of an SQLite database that is in use."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from challenge.errors import BackupRefusedError
from challenge.store.reaching import sqlite_uri
from challenge.store.sqlite import BUSY_SECONDS

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

    Raises
    ------
    BackupRefusedError
        If SQLite cannot read it, or the disk is full.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    place = sqlite_uri(source)
    try:
        with (
            closing(sqlite3.connect(place, uri=True, timeout=BUSY_SECONDS)) as there,
            closing(sqlite3.connect(target)) as here,
        ):
            there.backup(here)
            here.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BackupRefusedError(
            f"{source} cannot be copied: {error}.",
            hint="`challenge doctor` tells what is wrong with it, and with the disk.",
        ) from error
    target.chmod(source.stat().st_mode & 0o777)
