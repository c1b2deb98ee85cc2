"""The backups in one folder: named by the moment they were begun."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from challenge.backups.manifest import MANIFEST, SEALED
from challenge.errors import BackupRefusedError, RestoreRefusedError

_NAME = re.compile(r"(\d{8}T\d{6}Z)(?:-(\d+))?")
_WRITTEN = "%Y%m%dT%H%M%SZ"
DRAFT, DAMAGED, PRIVATE_FOLDER = ".part", ".damaged", 0o700


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


def began_at(backup: Path) -> datetime:
    """Read from its name when a backup was begun.

    Parameters
    ----------
    backup : Path
        One of `backups_in`.

    Returns
    -------
    datetime
        Aware UTC, in whole seconds.
    """
    return datetime.strptime(_order(backup)[0], _WRITTEN).replace(tzinfo=UTC)


def unharmed_in(folder: Path) -> list[Path]:
    """List the backups that the next one may share files with.

    Parameters
    ----------
    folder : Path
        Nothing has to be there.

    Returns
    -------
    list of Path
        Oldest first; those after the last one that was found damaged, since a file
        that older ones share with it may be the one that is.
    """
    harmed = max(map(_order, _damaged_in(folder)), default=("", 0))
    return [path for path in backups_in(folder) if _order(path) > harmed]


def condemn(backup: Path) -> Path:
    """Take a backup that was found damaged out of the series.

    Parameters
    ----------
    backup : Path
        Just tried out; nobody else writes one now.

    Returns
    -------
    Path
        Where it is now; one that was condemned before is removed.
    """
    for path in _damaged_in(backup.parent):
        shutil.rmtree(path)
    return backup.rename(_condemned(backup))


def drop_old(folder: Path, *, keep: int, made: Path) -> list[Path]:
    """Remove the oldest backups.

    Parameters
    ----------
    folder : Path
        Of backups; nobody else writes one now.
    keep : int
        How many stay, at least 1: the one that was just made, and the newest others.
    made : Path
        That one; after a clock went back its name is not the newest.

    Returns
    -------
    list of Path
        Those that are gone.
    """
    others = [path for path in backups_in(folder) if path != made]
    old = others[: max(0, len(others) - (keep - 1))]
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
    plain = folder / now.strftime(_WRITTEN)
    number, place = 0, plain
    while place.exists() or _condemned(place).exists():
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
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise refused(
                f"Another backup or restore is at work in {folder}.",
                hint="Wait until it is done; `--every` makes one after another.",
            ) from error
        yield
    finally:
        os.close(held)


def _order(path: Path) -> tuple[str, int]:
    found = _NAME.match(path.name)
    return (found[1], int(found[2] or 0)) if found else ("", 0)


def _condemned(backup: Path) -> Path:
    return backup.with_name(f"{backup.name}{DAMAGED}")


def _damaged_in(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.iterdir()
        if path.name.endswith(DAMAGED)
        and _NAME.fullmatch(path.name.removesuffix(DAMAGED))
    ]


def _is_ours(path: Path) -> bool:
    parts = (path / MANIFEST, path / SEALED)
    return bool(_NAME.fullmatch(path.name)) and any(part.is_file() for part in parts)
