"""The newest backup that a home knows of, wherever it stands."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from challenge.backups.series import backups_in, began_at
from challenge.writing import whole

NOTE = "last-backup.json"
"""In the home: a backup is best on another disk, where nobody looks for it."""


class Known(NamedTuple):
    """A backup that a home knows of.

    Attributes
    ----------
    at : datetime
        Until when it has everything, or when it was begun; aware UTC.
    place : Path
        Its folder; somebody may have moved it since.
    """

    at: datetime
    place: Path


def note_backup(home: Path, made: Known) -> None:
    """Write down in the home that a backup was made.

    Parameters
    ----------
    home : Path
        Of the service.
    made : Known
        Whole, and tried out where somebody asked for that.
    """
    told = {"at": made.at.isoformat(), "place": str(made.place.resolve())}
    with whole(home / NOTE) as file:
        file.write(f"{json.dumps(told)}\n".encode())


def last_known(home: Path) -> Known | None:
    """Find the newest backup, in the home or noted there.

    Parameters
    ----------
    home : Path
        Of the service; nothing has to be there.

    Returns
    -------
    Known or None
        None: no backup was made, or not since the home was put back.
    """
    found = [Known(began_at(path), path) for path in backups_in(home / "backups")]
    note = home / NOTE
    if note.is_file():
        told = json.loads(note.read_text("utf-8"))
        at = datetime.fromisoformat(told["at"])
        found.append(Known(at, Path(told["place"])))
    return max(found, default=None)
