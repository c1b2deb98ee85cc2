"""A backup put back: checked first, nothing removed, and told what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from challenge.backups.contents import compare, staging
from challenge.backups.database import Entry, place_sqlite, put_database
from challenge.backups.furnishing import furnish, move_in, set_aside
from challenge.backups.manifest import Manifest
from challenge.backups.opening import unpack
from challenge.backups.own_folder import OwnFolder, put_own_folder
from challenge.backups.room import (
    ASIDE,
    check_kind,
    check_room,
    making_room,
    standing,
)
from challenge.backups.series import alone_in
from challenge.errors import RestoreRefusedError
from challenge.rules.reconciliation import Kind, Reconciliation
from challenge.settings import Settings
from challenge.shelf import open_shelf
from challenge.store.restored_database import (
    Act,
    acts_of_taking_away,
    forget_runs,
    submitters,
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back.

    Attributes
    ----------
    manifest : Manifest
        Of the backup.
    aside : Path or None
        Where what was there is now; None: nothing was.
    waiting_again : int
        How many submissions ran when it was made.
    to_track : int
        How many results MLflow gets again: its copy is a moment older.
    lost : mapping of str to str, or None
        Teams, by id of the submissions that the database before had and this one has
        not; None where nobody can tell.
    undone : tuple of Act
        What had been taken away from somebody since, as far as the database before
        tells: they have it again.
    books : Reconciliation
        Whether database, files and runs tell the same story now.
    content : OwnFolder
        What became of the challenge's own folder.
    """

    manifest: Manifest
    aside: Path | None
    waiting_again: int
    to_track: int
    books: Reconciliation
    content: OwnFolder
    lost: Mapping[str, str] | None = None
    undone: tuple[Act, ...] = ()


def restore(
    backup: Path,
    settings: Settings,
    *,
    by: str,
    now: datetime,
    key: bytes | None = None,
    replace: bool = False,
) -> Restored:
    """Put a backup back where the settings say.

    Everything is made ready beside its place first, so a refusal leaves all as it was.
    What fails later, as on a full disk, leaves what was there in the folder beside it.

    Parameters
    ----------
    backup : Path
        Folder of one backup.
    settings : Settings
        Of the service that comes back.
    by : str
        Who takes responsibility.
    now : datetime
        Aware UTC.
    key : bytes or None
        Of a sealed one.
    replace : bool
        Whether to move aside what is there.

    Returns
    -------
    Restored
        What there is now.

    Raises
    ------
    RestoreRefusedError
        If the home is not empty, somebody uses it, what is there cannot be put aside,
        or the backup cannot go there.
    BackupDamagedError
        If it is not what was written.
    """
    home = settings.home
    check_room(settings, backup, replace=replace, now=now)
    with (
        making_room(settings),
        alone_in(home, RestoreRefusedError),
        staging(home) as folder,
    ):
        manifest = unpack(backup, folder, key=key)
        check_kind(manifest, settings)
        made = furnish(folder, manifest, home)
        # That took a while, and something may have started the service again.
        check_room(settings, backup, replace=replace, now=now)
        before = _Memory.of(settings.database)
        aside = home / f"{ASIDE}{now:%Y%m%dT%H%M%S%fZ}"
        ran = put_database(
            folder / manifest.copy,
            settings,
            aside,
            entry=Entry(by, backup.name, manifest, now),
        )
        if in_the_way := standing(settings, backup):
            set_aside(in_the_way, aside)
        place_sqlite(folder / manifest.copy, made, settings)
        content = put_own_folder(folder, made, manifest, settings)
        move_in(made, home, open_shelf(settings))
    return _told(settings, manifest, aside, before, ran=ran, content=content)


def _told(
    settings: Settings,
    manifest: Manifest,
    aside: Path,
    before: _Memory,
    *,
    ran: int,
    content: OwnFolder,
) -> Restored:
    now = _Memory.of(settings.database)
    lost = {
        key: team
        for key, team in before.submissions.items()
        if key not in now.submissions
    }
    books, to_track = _reconciled(settings)
    return Restored(
        manifest=manifest,
        aside=aside if aside.exists() else None,
        waiting_again=ran,
        to_track=to_track,
        books=books,
        content=content,
        lost=lost if before.submissions else None,
        undone=tuple(sorted(before.acts - now.acts)),
    )


@dataclass(frozen=True, slots=True)
class _Memory:
    """What a database remembers, as far as it can be read."""

    submissions: Mapping[str, str] = field(default_factory=dict)
    acts: frozenset[Act] = frozenset()

    @classmethod
    def of(cls, url: str) -> _Memory:
        with suppress(Exception):
            return cls(submitters(url), frozenset(acts_of_taking_away(url)))
        return cls()


def _reconciled(settings: Settings) -> tuple[Reconciliation, int]:
    """Let MLflow have the results again that its older copy lacks; tell how many."""
    url, home, slug = settings.database, settings.home, settings.challenge
    found = compare(url, home, open_shelf(settings), challenge=slug)
    missing = [d.subject for d in found.differences if d.kind is Kind.RUN_MISSING]
    if missing:
        forget_runs(url, missing)
        found = compare(url, home, open_shelf(settings), challenge=slug)
    return found, len(missing)
