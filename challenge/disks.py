"""Disks as they are: how full a folder's is, and what time it gives to a new file."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from challenge.rules.machine import Room

_BLOCK_BYTES = 4096


def room_of(folder: Path) -> Room:
    """See how full a folder's disk is, and really write there.

    Parameters
    ----------
    folder : Path
        Need not be there.

    Returns
    -------
    Room
        As it is now.
    """
    above = (folder.absolute(), *folder.absolute().parents)
    free = shutil.disk_usage(next(place for place in above if place.exists())).free
    if not folder.is_dir():
        return Room(folder, free, 0, is_there=False)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(_BLOCK_BYTES))
            file.flush()
    except OSError as error:
        return Room(folder, free, 0, refusal=error.strerror or str(error))
    return Room(folder, free, _size(folder))


def _size(folder: Path) -> int:
    """Add up what a copy of a home takes; releases can be built again.

    Backups share files, which would count in each of them; what a restore moved aside
    is in a hidden folder.
    """
    total = 0
    for path, folders, files in os.walk(folder):
        folders[:] = [
            name
            for name in folders
            if name not in {"releases", "backups"} and not name.startswith(".")
        ]
        for name in files:
            with suppress(OSError):  # gone by now: somebody works here
                total += (Path(path) / name).stat().st_size
    return total


def file_clock_ahead(folder: Path) -> timedelta:
    """Compare the time that a new file gets with the clock.

    Parameters
    ----------
    folder : Path
        Where it is made, and gone at once.

    Returns
    -------
    timedelta
        How far it is ahead; zero if none can be made.
    """
    with suppress(OSError), tempfile.TemporaryFile(dir=folder) as file:
        return timedelta(seconds=os.fstat(file.fileno()).st_mtime - time.time())
    return timedelta()
