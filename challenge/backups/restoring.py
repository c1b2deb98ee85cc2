"""A backup put back: checked first, nothing removed, and told what is missing."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from challenge.backups.contents import compare
from challenge.backups.furnishing import furnish, move_in, set_aside
from challenge.backups.manifest import Manifest
from challenge.backups.opening import unpack
from challenge.backups.series import PRIVATE_FOLDER, alone_in
from challenge.errors import RestoreRefusedError
from challenge.rules.reconciliation import Kind, Reconciliation
from challenge.settings import Settings
from challenge.shelf import open_shelf
from challenge.store import open_database
from challenge.store.census import submission_ids
from challenge.store.copying import forget_runs, settle, sqlite_file
from challenge.store.dumping import dump, undump
from challenge.store.occupancy import has_tables, is_open_elsewhere, last_heartbeat

RESTORED = "restore backup"
"""How the audit table calls it."""
DRAFT, ASIDE = ".restore-", ".before-"


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
    lost : tuple of str
        Submissions that the database before had and this one has not; None where
        nobody can tell.
    books : Reconciliation
        Whether database, files and runs tell the same story now.
    """

    manifest: Manifest
    aside: Path | None
    waiting_again: int
    to_track: int
    books: Reconciliation
    lost: tuple[str, ...] | None = field(default=None)


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

    Everything is checked and made ready beside its place first; a refusal leaves all
    as it was.

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
        If the home is not empty, somebody uses it, or the backup cannot go there.
    BackupDamagedError
        If it is not what was written.
    """
    home, shelf, slug = settings.home, open_shelf(settings), settings.challenge
    standing = _standing(settings, backup)
    _check_room(settings, standing, replace=replace, now=now)
    known = _known(settings.database) if replace else {}
    home.mkdir(parents=True, exist_ok=True)
    aside = home / f"{ASIDE}{now:%Y%m%dT%H%M%S%fZ}"
    with (
        alone_in(home, RestoreRefusedError),
        tempfile.TemporaryDirectory(prefix=DRAFT, dir=home) as folder,
    ):
        manifest = unpack(backup, Path(folder), key=key)
        _check_kind(manifest, settings)
        made = furnish(Path(folder), manifest, home)
        ran = _put_database(
            Path(folder) / manifest.copy,
            settings,
            aside,
            sign=_Entry(by, backup.name, manifest, now),
        )
        if standing:
            set_aside(standing, aside)
        _place_sqlite(Path(folder) / manifest.copy, made, settings)
        move_in(made, home, shelf)
    url = settings.database
    lost = sorted(set(known) - set(submission_ids(url))) if known else None
    return Restored(
        manifest=manifest,
        aside=aside if aside.exists() else None,
        waiting_again=ran,
        to_track=_track_again(settings),
        books=compare(url, home, shelf, challenge=slug),
        lost=None if lost is None else tuple(lost),
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the audit table is told."""

    by: str
    backup: str
    manifest: Manifest
    now: datetime

    def write(self, url: str) -> int:
        """Bring the tables up to date, and write it there; tell how many runs ended."""
        with closing(open_database(url)) as database:
            ran = settle(url)
            with database.begin() as unit:
                unit.audit.add(
                    *(self.by, RESTORED, self.backup),
                    now=self.now,
                    made_at=self.manifest.database_at.isoformat(),
                    last_submission=self.manifest.census.last_submission,
                )
        return ran


def _put_database(copy: Path, settings: Settings, aside: Path, *, sign: _Entry) -> int:
    """Make the database ready: SQLite beside its place, PostgreSQL in its place."""
    if sqlite_file(settings.database) is not None:
        return sign.write(f"sqlite:///{copy}")
    if has_tables(settings.database):
        aside.mkdir(PRIVATE_FOLDER)
        dump(settings.database, aside / copy.name)
    undump(settings.database, copy)
    return sign.write(settings.database)


def _place_sqlite(copy: Path, made: Path, settings: Settings) -> None:
    """Put the file where the settings say; `move_in` brings what is in a home."""
    file = sqlite_file(settings.database)
    if file is not None:
        inside = file.absolute().parent == settings.home.absolute()
        shutil.move(copy, made / file.name if inside else file)


def _standing(settings: Settings, backup: Path) -> list[Path]:
    """List what would be in the way; backups may stand in the home."""
    home, file = settings.home, sqlite_file(settings.database)
    found = [
        path
        for path in (home.iterdir() if home.is_dir() else ())
        if not path.name.startswith((DRAFT, ASIDE))
        and path.name != "lost+found"
        and not backup.resolve().is_relative_to(path.resolve())
    ]
    if file is not None and file.absolute().parent != home.absolute():
        parts = (file.with_name(f"{file.name}{end}") for end in ("", "-wal", "-shm"))
        found += [part for part in parts if part.exists()]
    return found


def _check_room(
    settings: Settings, standing: list[Path], *, replace: bool, now: datetime
) -> None:
    url, file = settings.database, sqlite_file(settings.database)
    is_there = file.is_file() if file is not None else has_tables(url)
    if is_there and (why := _in_use(url, now)):
        raise RestoreRefusedError(
            f"The service is in use: {why}.",
            hint="Stop `challenge serve` and every worker first. A worker that was"
            " killed counts as there for a minute.",
        )
    if (standing or is_there) and not replace:
        raise RestoreRefusedError(
            f"{settings.home} is not empty."
            if standing
            else "The database has tables already.",
            hint="`--replace` moves aside what is there, and removes nothing;"
            " `--into FOLDER` names another home.",
        )


def _in_use(url: str, now: datetime) -> str:
    """Say who uses a database; one that is damaged is used by nobody."""
    with suppress(Exception):
        if is_open_elsewhere(url):
            return "another process has its database open"
        if seen := last_heartbeat(url, now):
            return f"a worker was there at {seen:%H:%M:%S} UTC"
    return ""


def _known(url: str) -> dict[str, datetime]:
    """Read which submissions there were, as far as that can be read still."""
    file = sqlite_file(url)
    if file is None or file.is_file():  # or asking would make one
        with suppress(Exception):
            return submission_ids(url)
    return {}


def _check_kind(manifest: Manifest, settings: Settings) -> None:
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


def _track_again(settings: Settings) -> int:
    """Let MLflow have the results again that its older copy lacks; tell how many."""
    url, shelf = settings.database, open_shelf(settings)
    found = compare(url, settings.home, shelf, challenge=settings.challenge)
    missing = [d.subject for d in found.differences if d.kind is Kind.RUN_MISSING]
    forget_runs(url, missing)
    return len(missing)
