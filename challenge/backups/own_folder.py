"""The challenge's own folder: in every backup, and put back where it is missing."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from challenge.backups.contents import files_in
from challenge.backups.copied_file import read_entry
from challenge.backups.furnishing import give
from challenge.backups.manifest import CONTENT, Entry, Manifest
from challenge.settings import Settings


@dataclass(frozen=True, slots=True)
class OwnFolder:
    """What became of the challenge's own folder.

    Attributes
    ----------
    place : Path
        Where the service looks for it.
    copy : Path or None
        Where the backup's is now: in its place, or in the home, where the place has
        another one or cannot be written. None: the place has the same, or the backup
        has none.
    differs : tuple of str
        Files of the backup's that `place` has not, or has otherwise.
    """

    place: Path
    copy: Path | None = None
    differs: tuple[str, ...] = ()


def own_files(settings: Settings) -> list[tuple[str, Path]]:
    """List what a backup has of the challenge's own folder.

    Parameters
    ----------
    settings : Settings
        Name it.

    Returns
    -------
    list of tuple of str and Path
        Place in the backup, and where it is; nothing that is hidden, such as `.git`.
    """
    folder = settings.content / settings.challenge
    return [
        (f"{CONTENT}/{settings.challenge}/{name}", path)
        for name, path in files_in(folder)
    ]


def put_own_folder(
    unpacked: Path, made: Path, manifest: Manifest, settings: Settings
) -> OwnFolder:
    """Put the challenge's own folder back, and never over something that is there.

    It is the organiser's work, and may be newer than the backup.

    Parameters
    ----------
    unpacked : Path
        The backup.
    made : Path
        The home that is made of it; gets what cannot go to its place.
    manifest : Manifest
        Of the backup.
    settings : Settings
        Of the service that comes back.

    Returns
    -------
    OwnFolder
        Where it is once `made` is moved in.
    """
    place = settings.content / manifest.challenge
    ours = unpacked / CONTENT / manifest.challenge
    differs = tuple(
        name for name, entry in manifest.content.items() if not _has(place, name, entry)
    )
    if not differs:
        return OwnFolder(place)
    if not place.exists() and _placed(ours, place, settings.home):
        return OwnFolder(place, copy=place)
    (unpacked / CONTENT).rename(made / CONTENT)
    copy = settings.home / CONTENT / manifest.challenge
    return OwnFolder(place, copy, differs)


def _has(place: Path, name: str, entry: Entry) -> bool:
    with suppress(OSError):  # gone, or not to be read by us
        return read_entry(place / name).sha256 == entry.sha256
    return False


def _placed(ours: Path, place: Path, home: Path) -> bool:
    """Put it where nothing is, whole or not at all; that may be another disk."""
    draft = place.with_name(f".{place.name}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(ours, draft)
        give([draft, *draft.rglob("*")], home)
        draft.rename(place)
    except OSError:  # read-only, as in a container, or full
        shutil.rmtree(draft, ignore_errors=True)
        return False
    return True
