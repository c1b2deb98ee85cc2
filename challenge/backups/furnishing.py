"""An unpacked backup made into a home: every file where the service looks for it."""

from __future__ import annotations

import filecmp
import os
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from challenge.backups.contents import SHARED, files_in
from challenge.backups.manifest import FILES, HOME, MLFLOW, Manifest
from challenge.backups.series import PRIVATE_FOLDER
from challenge.errors import RestoreRefusedError
from challenge.shelf import Shelf

# Nobody may write what everybody reads, whatever a manifest says.
_MODES = 0o664
# Where MLflow keeps a place in full.
_PLACES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
    ("logged_models", "artifact_location"),
)


def furnish(unpacked: Path, manifest: Manifest, home: Path) -> Path:
    """Make a home of an unpacked backup, without its database.

    Parameters
    ----------
    unpacked : Path
        As `unpack` leaves it.
    manifest : Manifest
        Its own.
    home : Path
        Where it will be in the end; MLflow's database names it.

    Returns
    -------
    Path
        The home, below `unpacked`; files of `CHALLENGE_FILES` are beside it.
    """
    made = unpacked / HOME
    made.mkdir(exist_ok=True)
    # In the backup they are ours alone; another process of the service may read some.
    for name, entry in manifest.files.items():
        (unpacked / name).chmod(entry.mode & _MODES)
    for folder in made.glob("releases/**/"):
        # Whatever the umask is, nobody else of the group moves a release aside.
        folder.chmod(0o755)
    for sealed in made.rglob("sealed"):
        sealed.chmod(PRIVATE_FOLDER)
    if (unpacked / MLFLOW).is_file():
        (made / "mlflow").mkdir(exist_ok=True)
        (unpacked / MLFLOW).rename(made / "mlflow" / "mlflow.db")
        _move_artefacts(made / "mlflow" / "mlflow.db", manifest.home, home)
    return made


def move_in(made: Path, home: Path, shelf: Shelf) -> None:
    """Put a furnished home, and the files beside it, in their places.

    Parameters
    ----------
    made : Path
        As `furnish` gives it, on the disk of `home`.
    home : Path
        Holds nothing of a service.
    shelf : Shelf
        Gets the bundles and pitches that it has not, or that its disk harmed.

    Raises
    ------
    RestoreRefusedError
        If somebody made something there meanwhile.
    """
    for part in SHARED:
        there = shelf.names(part)
        for name, path in files_in(made.parent / FILES / part):
            place = Path(part, name)
            if name not in there or _is_harmed(shelf.folder / place, path):
                with path.open("rb") as file, shelf.draft(place, file) as keep:
                    keep()
    give(made.rglob("*"), home)
    # The database, the one file, last: without it nothing is served of the rest.
    for path in sorted(made.iterdir(), key=Path.is_file):
        check_free(home / path.name)
        path.rename(home / path.name)


def give(paths: Iterable[Path], home: Path) -> None:
    """Give files to the account of the home, where root puts them back.

    Parameters
    ----------
    paths : iterable of Path
        Files and folders.
    home : Path
        Of the service.
    """
    if os.geteuid() == 0:
        owner = home.stat()
        for path in paths:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def check_free(place: Path) -> None:
    """Refuse to write over what was not there when the home was looked at.

    Parameters
    ----------
    place : Path
        Where something goes.

    Raises
    ------
    RestoreRefusedError
        If something is there by now.
    """
    if place.exists():
        raise RestoreRefusedError(
            f"{place} was made meanwhile: somebody started the service.",
            hint="Stop it, and whatever starts it again, and restore with `--replace`."
            " What was there before is in the newest folder `.before-…` of the home.",
        )


def set_aside(paths: Iterable[Path], aside: Path) -> None:
    """Move what was there out of the way; nothing is removed.

    Parameters
    ----------
    paths : iterable of Path
        Databases may be on another disk.
    aside : Path
        Of this restore alone.
    """
    aside.mkdir(PRIVATE_FOLDER, exist_ok=True)
    for path in paths:
        shutil.move(path, aside / path.name)


def _is_harmed(place: Path, content: Path) -> bool:
    """Whether a file is other than it was; at a bucket, `bring` looks at that."""
    try:
        return not filecmp.cmp(place, content, shallow=False)
    except FileNotFoundError:
        return False
    except OSError:  # a block that cannot be read
        return True


def _move_artefacts(database: Path, before: str, now: Path) -> None:
    """Let MLflow find its artefacts where they are by now."""
    old, new = Path(before) / "mlflow", now.resolve() / "mlflow"
    if old == new:
        return
    with closing(sqlite3.connect(database)) as connection, connection:
        for table, column in _PLACES:
            for was, to in ((old.as_uri(), new.as_uri()), (str(old), str(new))):
                connection.execute(
                    # Names of ours; values are parameters.
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?)"  # noqa: S608
                    f" WHERE substr({column}, 1, ?) = ?",
                    (to, len(was) + 1, len(was), was),
                )
