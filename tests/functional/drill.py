"""The restore drill: everything is destroyed, and comes back from a backup.

For tests, and for whoever loads a server: `strike` ends every process of a server at
once and removes all that its home holds, `put_back` brings the newest backup back, and
`Loss` says which submissions are in it and which are not.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from challenge.backups import Restored, backups_in, restore
from challenge.errors import RestoreRefusedError
from challenge.settings import Settings
from challenge.store.restored_database import submitters

from .clustered import descendants


@dataclass(frozen=True)
class Loss:
    """What a restore brought back of what teams had handed in.

    Attributes
    ----------
    kept, lost : tuple of str
        Ids, in the order in which they were handed in.
    complete_until : datetime
        Aware UTC: nothing that was received before it may be lost.
    restored_seconds : float
        How long it took to put the backup back.
    """

    kept: tuple[str, ...]
    lost: tuple[str, ...]
    complete_until: datetime
    restored_seconds: float

    def window(self, received: Mapping[str, datetime]) -> timedelta:
        """Tell over how long a time submissions were lost."""
        moments = [received[key] for key in self.lost]
        return max(moments) - self.complete_until if moments else timedelta()


def strike(pids: Iterable[int], settings: Settings) -> None:
    """Kill processes with all that they started, and destroy their home and files."""
    roots = [*pids]
    below = {child for pid in roots for child in descendants(pid)}
    every = [*roots, *sorted(below)]
    # Those that would start others come first.
    for pid in every:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while any(_lives(pid) for pid in every):
        assert time.monotonic() < deadline, "a process outlived SIGKILL"
        time.sleep(0.05)
    for folder in {settings.home, Path(settings.files_folder)}:
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def put_back(
    backups: Path,
    settings: Settings,
    received: Mapping[str, datetime],
    *,
    key: bytes | None = None,
) -> tuple[Restored, Loss]:
    """Put the newest backup back, and say what of `received` (by id) is in it."""
    began = time.monotonic()
    newest = backups_in(backups)[-1]
    done = _restored(newest, settings, key)
    seconds = time.monotonic() - began
    there = submitters(settings.database)
    order = sorted(received, key=received.__getitem__)
    loss = Loss(
        kept=tuple(key for key in order if key in there),
        lost=tuple(key for key in order if key not in there),
        complete_until=done.manifest.database_at,
        restored_seconds=seconds,
    )
    return done, loss


def _restored(backup: Path, settings: Settings, key: bytes | None) -> Restored:
    """Restore; a PostgreSQL that is still there remembers its workers for a minute."""
    deadline = time.monotonic() + 90
    while True:
        now, is_left = datetime.now(UTC), bool(settings.database_url)
        try:
            return restore(
                *(backup, settings),
                **{"by": "the drill", "now": now, "key": key, "replace": is_left},
            )
        except RestoreRefusedError:
            if time.monotonic() > deadline or not is_left:
                raise
        time.sleep(2)


def _lives(pid: int) -> bool:
    """Tell whether a process runs; one that nobody waited for yet does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")
