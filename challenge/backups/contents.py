"""What of a home a backup has, and in which order it is copied."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
    """List the files below a folder; drafts of files that are being written are none.

    Parameters
    ----------
    folder : Path
        Or a link to one; nothing has to be there. Links below it are left out.

    Yields
    ------
    tuple of str and Path
        Place below the folder, and where it is.
    """
    for path, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            file = Path(path) / name
            is_draft = name.startswith(".") and name.endswith((".part", ".draft"))
            if not is_draft and not file.is_symlink():
                yield file.relative_to(folder).as_posix(), file


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
