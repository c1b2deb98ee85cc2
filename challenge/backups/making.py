"""A backup, made while the service works: nobody stops, nothing is half."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import monotonic

from challenge.backups.contents import STAGING
from challenge.backups.gathering import Progress, gather
from challenge.backups.manifest import Manifest
from challenge.backups.series import (
    DRAFT,
    PRIVATE_FOLDER,
    alone_in,
    backups_in,
    drop_drafts,
    place_for,
)
from challenge.backups.targets import PlainTarget, SealedTarget, Target, read_plain
from challenge.errors import BackupRefusedError
from challenge.settings import Settings
from challenge.store.copying import sqlite_file


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made.

    Attributes
    ----------
    place : Path
        Its folder.
    manifest : Manifest
        What is in it.
    linked : int
        How many of its files are shared with the backup before, and take no room.
    """

    place: Path
    manifest: Manifest
    linked: int


class Making:
    """Make backups of one service.

    Parameters
    ----------
    settings : Settings
        As the service has them.
    key : bytes or None
        To encrypt with; None leaves it plain.
    progress : callable
        Told how far it is.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        key: bytes | None = None,
        progress: Progress = lambda stage, done, total: None,
    ) -> None:
        self._settings, self._key, self._progress = settings, key, progress

    def make(self, folder: Path) -> Made:
        """Make one backup, whole or not at all.

        Parameters
        ----------
        folder : Path
            Of backups; made if need be.

        Returns
        -------
        Made
            Where it is.

        Raises
        ------
        BackupRefusedError
            If another is being made, there is no database, a file may not be read, or
            PostgreSQL's programs are missing.
        """
        began = datetime.now(UTC)
        folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        home = self._settings.home
        if not home.is_dir():
            raise BackupRefusedError(
                f"There is no home {home}.", hint="Set CHALLENGE_HOME as the server's."
            )
        with ExitStack() as stack:
            stack.enter_context(alone_in(folder))
            stack.enter_context(alone_in(home))
            _drop_staging(home)
            drop_drafts(folder)
            staging = stack.enter_context(
                tempfile.TemporaryDirectory(prefix=STAGING, dir=home)
            )
            before = backups_in(folder)
            place = place_for(folder, began)
            draft = folder / f".{place.name}{DRAFT}"
            draft.mkdir(PRIVATE_FOLDER)
            stack.callback(shutil.rmtree, draft, ignore_errors=True)
            with self._target(draft, before) as target:
                manifest = self._write(target, Path(staging), began)
            draft.rename(place)
            _flush(folder)
        return Made(place, manifest, target.linked)

    def _target(self, draft: Path, before: list[Path]) -> Target:
        if self._key is not None:
            return SealedTarget(draft, self._key)
        return PlainTarget(draft, read_plain(before))

    def _write(self, target: Target, staging: Path, began: datetime) -> Manifest:
        clock, settings = monotonic(), self._settings
        gathered = gather(settings, target, staging, self._progress)
        is_sqlite = sqlite_file(settings.database) is not None
        manifest = Manifest(
            challenge=settings.challenge,
            version=version("kansrijk"),
            database="sqlite" if is_sqlite else "postgresql",
            began_at=began,
            database_at=gathered.database_at,
            seconds=round(monotonic() - clock, 3),
            home=str(settings.home.resolve()),
            census=gathered.census,
            files=gathered.files,
        )
        target.finish(manifest)
        return manifest


def _drop_staging(home: Path) -> None:
    """Remove what a backup that was killed left here; we hold the lock."""
    for path in home.glob(f"{STAGING}*"):
        shutil.rmtree(path)


def _flush(folder: Path) -> None:
    """Let a power cut keep the new name."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
