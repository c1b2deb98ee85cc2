"""A backup, made while the service works: nobody stops, nothing is half."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import monotonic

from challenge.backups.contents import staging
from challenge.backups.gathering import Progress, gather
from challenge.backups.known import Known, note_backup
from challenge.backups.manifest import Manifest
from challenge.backups.proving import try_out
from challenge.backups.series import (
    DRAFT,
    PRIVATE_FOLDER,
    alone_in,
    condemn,
    drop_drafts,
    drop_old,
    place_for,
    unharmed_in,
)
from challenge.backups.targets import PlainTarget, SealedTarget, Target, read_plain
from challenge.errors import BackupDamagedError, BackupRefusedError
from challenge.settings import Settings
from challenge.store.reaching import sqlite_file
from challenge.writing import settle


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
    removed : tuple of Path
        Older ones that are gone.
    """

    place: Path
    manifest: Manifest
    linked: int
    removed: tuple[Path, ...] = ()


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

    def make(
        self, folder: Path, *, keep: int | None = None, verify: bool = False
    ) -> Made:
        """Make one backup, whole or not at all.

        Parameters
        ----------
        folder : Path
            Of backups; made if need be.
        keep : int or None
            How many stay afterwards, this one among them; None: all.
        verify : bool
            Whether to try it out, before any older one is removed.

        Returns
        -------
        Made
            Where it is.

        Raises
        ------
        BackupRefusedError
            If another is being made, there is no database, a file may not be read or is
            a link that leads nowhere, or PostgreSQL's programs are missing.
        BackupDamagedError
            If it was tried out and is not whole: it is set aside, and the next one
            shares no file with those until now.
        """
        home = self._settings.home
        folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        _check(home, folder)
        with alone_in(folder), alone_in(home):
            drop_drafts(folder)
            made = self._make(folder)
            if verify:
                self._try_out(made.place)
            note_backup(home, Known(made.manifest.database_at, made.place))
            removed = drop_old(folder, keep=keep, made=made.place) if keep else ()
        return replace(made, removed=tuple(removed))

    def _make(self, folder: Path) -> Made:
        began, home = datetime.now(UTC), self._settings.home
        place = place_for(folder, began)
        draft = folder / f".{place.name}{DRAFT}"
        with ExitStack() as stack:
            copies = stack.enter_context(staging(home))
            draft.mkdir(PRIVATE_FOLDER)
            stack.callback(shutil.rmtree, draft, ignore_errors=True)
            target = stack.enter_context(self._target(draft, unharmed_in(folder)))
            manifest = self._write(target, copies, began)
            settle(draft, place)
        return Made(place, manifest, target.linked)

    def _try_out(self, place: Path) -> None:
        self._progress("Trying it out", 0, 1)
        try:
            try_out(place, self._settings, key=self._key)
        except BackupDamagedError as error:
            raise BackupDamagedError(str(condemn(place)), error.faults) from error
        self._progress("Trying it out", 1, 1)

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


def _check(home: Path, folder: Path) -> None:
    if not home.is_dir():
        raise BackupRefusedError(
            f"There is no home {home}.", hint="Set CHALLENGE_HOME as the server's."
        )
    if folder.samefile(home):
        raise BackupRefusedError(
            f"{folder} is the home itself.",
            hint="Name a folder for backups, best on another disk.",
        )
