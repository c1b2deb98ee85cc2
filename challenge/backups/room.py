"""Whether a backup can go somewhere: what stands there, and who uses it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from challenge.backups.contents import STAGING
from challenge.backups.furnishing import give
from challenge.backups.manifest import Manifest
from challenge.errors import RestoreRefusedError
from challenge.settings import Settings
from challenge.store.occupancy import STOP_FIRST, has_tables, who_uses
from challenge.store.reaching import sqlite_file

ASIDE = ".before-"
"""Begins the folder in a home that holds what was there before a restore."""


def standing(settings: Settings, backup: Path) -> list[Path]:
    """List what would be in the way; backups may stand in the home.

    Parameters
    ----------
    settings : Settings
        Of the service that comes back.
    backup : Path
        Which one.

    Returns
    -------
    list of Path
        Files and folders.
    """
    home, file = settings.home, sqlite_file(settings.database)
    found = [
        path
        for path in (home.iterdir() if home.is_dir() else ())
        if not path.name.startswith((STAGING, ASIDE))
        and path.name != "lost+found"
        and not backup.resolve().is_relative_to(path.resolve())
    ]
    if file is not None and file.absolute().parent != home.absolute():
        parts = (file.with_name(f"{file.name}{end}") for end in ("", "-wal", "-shm"))
        found += [part for part in parts if part.exists()]
    return found


def check_room(
    settings: Settings, backup: Path, *, replace: bool, now: datetime
) -> None:
    """Refuse to put a backup where something is, or where somebody is at work.

    Parameters
    ----------
    settings : Settings
        Of the service that comes back.
    backup : Path
        Which one.
    replace : bool
        Whether what is there may be moved aside.
    now : datetime
        Aware UTC.

    Raises
    ------
    RestoreRefusedError
        If the service is in use, or the home or the database is not empty.
    """
    url, file = settings.database, sqlite_file(settings.database)
    in_the_way = standing(settings, backup)
    is_there = file.is_file() if file is not None else has_tables(url)
    if is_there and (why := who_uses(url, now)):
        raise RestoreRefusedError(
            f"The service is in use: {why}.",
            hint=STOP_FIRST,
        )
    if (in_the_way or is_there) and not replace:
        raise RestoreRefusedError(
            f"{settings.home} is not empty."
            if in_the_way
            else "The database has tables already.",
            hint="`--replace` moves aside what is there, and removes nothing;"
            " `--into FOLDER` names another home.",
        )


@contextmanager
def making_room(settings: Settings) -> Iterator[None]:
    """Make the folders that files go to, for the account of the home.

    Parameters
    ----------
    settings : Settings
        Of the service that comes back.

    Yields
    ------
    None
        With the folders; after an error, those that are new and empty go again.
    """
    home, file = settings.home, sqlite_file(settings.database)
    place = home if file is None else file.parent
    fresh = {
        path
        for folder in (home, place)
        for path in (folder, *folder.parents)
        if not path.exists()
    }
    home.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        place.mkdir(parents=True)
        give([place], home)
    try:
        yield
    except BaseException:
        for path in sorted(fresh, reverse=True):
            with suppress(OSError):
                path.rmdir()
        raise


def check_kind(manifest: Manifest, settings: Settings) -> None:
    """Refuse a backup of another challenge, or of another kind of database.

    Parameters
    ----------
    manifest : Manifest
        Of the backup.
    settings : Settings
        Of the service that comes back.

    Raises
    ------
    RestoreRefusedError
        If it is one.
    """
    own = "postgresql" if sqlite_file(settings.database) is None else "sqlite"
    if manifest.database != own:
        raise RestoreRefusedError(
            f"The backup holds a database of {manifest.database}, and the settings name"
            f" one of {own}.",
            hint="Set CHALLENGE_DATABASE_URL as it was on the server of the backup.",
        )
    if manifest.challenge != settings.challenge:
        raise RestoreRefusedError(
            f"The backup is of challenge {manifest.challenge}, and the settings name"
            f" {settings.challenge}.",
            hint=f"Set CHALLENGE_CHALLENGE={manifest.challenge}.",
        )
