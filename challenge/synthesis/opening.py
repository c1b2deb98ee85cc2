"""Which releases there are, and opening one."""

from __future__ import annotations

from pathlib import Path

from challenge.errors import ReleaseMissingError
from challenge.synthesis.manifest import Manifest, read_record
from challenge.synthesis.release import Release


def open_release(path: Path) -> Release:
    """Open a release folder.

    Parameters
    ----------
    path : Path
        ``releases/<slug>/<version>``.

    Returns
    -------
    Release
        Published or not.

    Raises
    ------
    ReleaseMissingError
        If there is no manifest.
    ReleaseAlteredError
        If it is not what a build writes.
    """
    place = path / "public" / "manifest.json"
    if not place.is_file():
        raise ReleaseMissingError(f"release at {path.name or path}")
    name = f"{path.parent.name}/{path.name}"
    return Release(path, read_record(Manifest, place, release=name))


def latest(releases: Path, slug: str) -> Release:
    """Open the newest release of a challenge.

    Parameters
    ----------
    releases : Path
        Folder of all releases.
    slug : str
        Name of the challenge.

    Returns
    -------
    Release
        Published or not.

    Raises
    ------
    ReleaseMissingError
        If there is none.
    """
    found = versions(releases / slug)
    if not found:
        raise ReleaseMissingError(f"release of {slug}")
    return open_release(releases / slug / str(found[-1]))


def versions(folder: Path) -> list[int]:
    """List the versions in a challenge's folder of releases.

    Parameters
    ----------
    folder : Path
        May be absent.

    Returns
    -------
    list of int
        In rising order.
    """
    return sorted(int(p.name) for p in folder.glob("*") if p.name.isdecimal())
