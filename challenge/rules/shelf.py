"""The shelf of accepted bundles: each stands under the hash of what is in it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import BinaryIO

from challenge.writing import whole


def keep_bundle(shelf: Path, upload: BinaryIO, sha256: str) -> Path:
    """Put a bundle on the shelf, whole or not at all.

    Parameters
    ----------
    shelf : Path
        Folder that keeps accepted bundles.
    upload : binary file
        Seekable.
    sha256 : str
        Hex digest of its content; names the file.

    Returns
    -------
    Path
        Where it stands now.
    """
    shelf.mkdir(parents=True, exist_ok=True)
    place = bundle_path(shelf, sha256)
    upload.seek(0)
    with whole(place) as file:
        shutil.copyfileobj(upload, file)
    return place


def bundle_path(shelf: Path, sha256: str) -> Path:
    """Tell where a bundle stands.

    Parameters
    ----------
    shelf : Path
        Folder that keeps accepted bundles.
    sha256 : str
        Hex digest of the bundle.

    Returns
    -------
    Path
        ``<shelf>/<sha256>.zip``.
    """
    return shelf / f"{sha256}.zip"
