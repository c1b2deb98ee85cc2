"""What a backup copies, step by step, in the order that makes it whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from challenge.backups.contents import AFTER, BEFORE, SHARED, files_in, refused
from challenge.backups.manifest import FILES, HOME, MLFLOW, Entry
from challenge.backups.own_folder import own_files
from challenge.backups.targets import Target
from challenge.settings import Settings
from challenge.shelf import Shelf, open_shelf
from challenge.store.census import Census
from challenge.store.dumping import copy_database
from challenge.store.sqlite_copy import copy_sqlite

Progress = Callable[[str, int, int], None]
"""Told the stage, how many files are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was copied.

    Attributes
    ----------
    database_at : datetime
        Before the database was copied, aware UTC.
    census : Census
        What it holds.
    files : dict of str to Entry
        By place in the backup.
    """

    database_at: datetime
    census: Census
    files: dict[str, Entry]


def gather(
    settings: Settings, target: Target, staging: Path, progress: Progress
) -> Gathered:
    """Copy everything, in the order that `challenge.backups` explains.

    Parameters
    ----------
    settings : Settings
        As the service has them.
    target : Target
        Gets the files.
    staging : Path
        Holds the copies of databases until then; this account alone may read it.
    progress : callable
        Told how far it is.

    Returns
    -------
    Gathered
        All of it.

    Raises
    ------
    BackupRefusedError
        If there is no database, a file may not be read or is a link that leads
        nowhere, or PostgreSQL's programs are missing.
    """
    files: dict[str, Entry] = {}
    home, mlflow = settings.home, settings.home / "mlflow" / "mlflow.db"

    def keep(stage: str, listed: Sequence[tuple[str, Path]]) -> None:
        for done, (name, path) in enumerate(listed):
            progress(stage, done, len(listed))
            try:
                files[name] = _kept(target, name, path)
            except FileNotFoundError:
                # Nobody removes what a database names: it was a draft of MLflow's.
                if stage != "Files":
                    raise
        progress(stage, len(listed), len(listed))

    is_tracked = mlflow.is_file()
    if is_tracked:
        copy_sqlite(mlflow, staging / MLFLOW)
        keep("MLflow", [(MLFLOW, staging / MLFLOW)])
    keep("Challenge", own_files(settings))
    keep("Releases", _below(home, BEFORE))
    database_at = datetime.now(UTC)
    copy, census = copy_database(settings.database, staging)
    keep("Database", [(copy.name, copy)])
    files |= _shelved(open_shelf(settings), target, progress)
    # Artefacts without their database would keep a new one from being made.
    keep("Files", _below(home, AFTER if is_tracked else AFTER[:1]))
    return Gathered(database_at, census, files)


def _shelved(shelf: Shelf, target: Target, progress: Progress) -> dict[str, Entry]:
    """Copy the shelf; what the backup before has of an object store is not fetched."""
    listed = [Path(part, name) for part in SHARED for name in sorted(shelf.names(part))]
    files = {}
    for done, path in enumerate(listed):
        progress("Shelf", done, len(listed))
        name = f"{FILES}/{path.as_posix()}"
        files[name] = target.share(name) or _kept(target, name, shelf.bring(path))
    progress("Shelf", len(listed), len(listed))
    return files


def _below(home: Path, parts: Iterable[str]) -> list[tuple[str, Path]]:
    return [
        (f"{HOME}/{part}/{name}", path)
        for part in parts
        for name, path in files_in(home / part)
    ]


def _kept(target: Target, name: str, path: Path) -> Entry:
    try:
        return target.keep(name, path)
    except OSError as error:
        if (told := refused(path, error)) is error:
            raise
        raise told from error
