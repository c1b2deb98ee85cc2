"""The backups in one folder: named by the moment they were begun."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from challenge.backups.manifest import MANIFEST, SEALED
from challenge.errors import BackupRefusedError, RestoreRefusedError

_NAME = re.compile(r"\d{8}T\d{6}Z(-\d+)?")
DRAFT, PRIVATE_FOLDER = ".part", 0o700


def backups_in(folder: Path) -> list[Path]:
    """List the whole backups in a folder.

    Parameters
    ----------
    folder : Path
        Nothing has to be there.

    Returns
    -------
    list of Path
        Oldest first; whatever else stands there is left out.
    """
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if _is_ours(path)]
    return sorted(found, key=_order)


def drop_old(folder: Path, *, keep: int) -> list[Path]:
    """Remove the oldest backups, and drafts of backups that were cut off.

    Parameters
    ----------
    folder : Path
        Of backups; nobody else writes one now.
    keep : int
        How many of the newest stay, at least 1.

    Returns
    -------
    list of Path
        Those that are gone.
    """
    old = backups_in(folder)[:-keep]
    for path in old:
        # First its name: who is killed half-way leaves a draft, not half a backup.
        shutil.rmtree(path.rename(path.with_name(f".{path.name}{DRAFT}")))
    return old


def drop_drafts(folder: Path) -> None:
    """Remove what is left of backups that were cut off: it is as secret as they are.

    Parameters
    ----------
    folder : Path
        Of backups; nobody else writes one now.
    """
    for path in folder.iterdir():
        if path.name.endswith(DRAFT) and _NAME.fullmatch(path.name[1 : -len(DRAFT)]):
            shutil.rmtree(path)


def place_for(folder: Path, now: datetime) -> Path:
    """Choose the name of the next backup.

    Parameters
    ----------
    folder : Path
        Where it goes.
    now : datetime
        Aware UTC.

    Returns
    -------
    Path
        Where nothing is yet.
    """
    plain = folder / f"{now:%Y%m%dT%H%M%SZ}"
    number, place = 0, plain
    while place.exists():
        number += 1
        place = plain.with_name(f"{plain.name}-{number}")
    return place


@contextmanager
def alone_in(
    folder: Path,
    refused: type[BackupRefusedError | RestoreRefusedError] = BackupRefusedError,
) -> Iterator[None]:
    """Hold a folder, so that two of us do not get into each other's way.

    Parameters
    ----------
    folder : Path
        Is there.
    refused : type
        What to raise.

    Yields
    ------
    None
        While nobody else has it.

    Raises
    ------
    BackupRefusedError, RestoreRefusedError
        If somebody has it.
    """
    import fcntl  # not on Windows, where nobody keeps a service

    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise refused(
            f"Another backup or restore is at work in {folder}.",
            hint="Wait until it is done; `--every` makes one after another.",
        ) from error
    finally:
        os.close(held)


def _order(path: Path) -> tuple[str, int]:
    moment, _, number = path.name.partition("-")
    return moment, int(number or 0)


def _is_ours(path: Path) -> bool:
    parts = (path / MANIFEST, path / SEALED)
    return bool(_NAME.fullmatch(path.name)) and any(part.is_file() for part in parts)
