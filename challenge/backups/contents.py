"""What of a home a backup has, and in which order it is copied."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from challenge.errors import BackupRefusedError
from challenge.rules.reconciliation import Folders, Reconciliation, reconcile
from challenge.shelf import Shelf
from challenge.store.inspection import Inspection
from challenge.tracking import Tracker

BEFORE = ("releases",)
"""Under the home, and written after the database: a signature has its entry first."""
AFTER = ("sealed", "mlflow/artefacts")
"""Under the home, and written before a database names it."""
SHARED = ("bundles", "pitches")
"""The same, on the shelf; named by what is in it, so that a name never changes."""
DERIVED = ("copies", "features", "kit")
"""Left out: the service makes them again."""
STAGING = ".kansrijk-staging-"
"""Begins the folder in a home in which a copy is made, tried out, or unpacked."""


def files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """List the files below a folder; what is hidden is a draft, or not the service's.

    The service follows links, to a release on another disk, and so does a backup.

    Parameters
    ----------
    folder : Path
        Nothing has to be there.

    Yields
    ------
    tuple of str and Path
        Place below the folder, and where it is.

    Raises
    ------
    BackupRefusedError
        If a folder may not be read, or is a link that leads nowhere.
    """
    for path, folders, names in os.walk(folder, onerror=_pass_over, followlinks=True):
        here = Path(path)
        folders[:] = sorted(n for n in _seen(folders) if not _leads_back(here / n))
        for name in sorted(_seen(names)):
            yield (here / name).relative_to(folder).as_posix(), here / name


def refused(place: Path, error: OSError) -> OSError:
    """Say of what could not be copied why, and what repairs it.

    Parameters
    ----------
    place : Path
        File or folder.
    error : OSError
        What the machine said.

    Returns
    -------
    OSError
        A `BackupRefusedError` where a person can repair it; else the same.
    """
    if isinstance(error, PermissionError):
        return BackupRefusedError(
            f"{place} may not be read by this account.",
            hint="Run it as the user of the worker, who alone may read sealed rows. If"
            " it is of the challenge's own folder, let that user read it:"
            f" `chgrp GROUP {place}` and `chmod g+r {place}`.",
        )
    if isinstance(error, FileNotFoundError) and place.is_symlink():
        return BackupRefusedError(
            f"{place} is a link that leads nowhere.",
            hint="Mount the disk that it leads to, or remove the link.",
        )
    return error


@contextmanager
def staging(home: Path) -> Iterator[Path]:
    """Make a folder in a home for what is not whole yet, and remove it at the end.

    What one of us that was killed left goes first: it is as secret as a backup.

    Parameters
    ----------
    home : Path
        Whose lock we hold.

    Yields
    ------
    Path
        Empty; for this account alone.
    """
    for path in home.glob(f"{STAGING}*"):
        shutil.rmtree(path)
    with tempfile.TemporaryDirectory(prefix=STAGING, dir=home) as folder:
        yield Path(folder)


def compare(url: str, home: Path, shelf: Shelf, *, challenge: str) -> Reconciliation:
    """Hold database, files and tracked runs against one another.

    Parameters
    ----------
    url : str
        Of the database.
    home : Path
        Of the service.
    shelf : Shelf
        With its bundles.
    challenge : str
        Slug.

    Returns
    -------
    Reconciliation
        As of now.
    """
    inspection = Inspection(url)
    try:
        return reconcile(
            inspection.books,
            Folders(shelf, home / "sealed" / "predictions"),
            Tracker(home / "mlflow", challenge=challenge),
            challenge=challenge,
        )
    finally:
        inspection.close()


def _seen(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if not name.startswith("."))


def _leads_back(folder: Path) -> bool:
    """Whether a link leads to a folder that it is in, which would never end."""
    return folder.is_symlink() and any(folder.samefile(p) for p in folder.parents)


def _pass_over(error: OSError) -> None:
    """Pass over a folder that is not there, and nothing else."""
    told = refused(Path(error.filename), error)
    if not isinstance(told, FileNotFoundError):
        raise told from error
