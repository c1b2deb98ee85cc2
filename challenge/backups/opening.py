"""A backup unpacked into a folder, every file held against its checksum."""

from __future__ import annotations

import stat
import tarfile
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from challenge.backups.copied_file import copy_file, read_entry
from challenge.backups.manifest import MANIFEST, SEALED, Entry, Manifest
from challenge.backups.sealing import (
    NotAuthenticError,
    Opener,
    OtherKeyError,
    read_head,
)
from challenge.errors import BackupDamagedError, RestoreRefusedError
from challenge.store.census import revisions


def unpack(backup: Path, folder: Path, *, key: bytes | None = None) -> Manifest:
    """Copy a backup into a folder, and check every file on the way.

    Parameters
    ----------
    backup : Path
        Folder of one backup.
    folder : Path
        Empty; what is in it afterwards is for nobody if this raises.
    key : bytes or None
        Of a sealed one.

    Returns
    -------
    Manifest
        What it says of itself.

    Raises
    ------
    RestoreRefusedError
        If it is no backup, is sealed with a key that is not given, or is of a newer
        version.
    BackupDamagedError
        If a file is gone, changed or cut short.
    """
    if (backup / SEALED).is_file():
        manifest = _unseal(backup, folder, key)
    elif (backup / MANIFEST).is_file():
        manifest = _read(backup, backup / MANIFEST)
        _copy(backup, folder, manifest)
    else:
        raise RestoreRefusedError(
            f"{backup} is no backup.",
            hint="Name the folder of one backup, such as backups/20261123T051500Z.",
        )
    if manifest.census.revision not in revisions():
        raise RestoreRefusedError(
            f"{backup} was made by version {manifest.version}, which is newer than"
            f" this one: its tables are of revision {manifest.census.revision}.",
            hint="Install that version, or a newer one, and put it back with that.",
        )
    return manifest


def _copy(backup: Path, folder: Path, manifest: Manifest) -> None:
    faults = []
    for name, entry in manifest.files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            facts = (backup / name).lstat()
        except FileNotFoundError:
            faults.append(f"{name} is gone.")
            continue
        # Nothing but a file is opened: a pipe would never end.
        if stat.S_ISREG(facts.st_mode) and facts.st_size == entry.bytes:
            faults += _compared(name, entry, copy_file(backup / name, place))
        else:
            faults.append(_changed(name))
    if faults:
        raise BackupDamagedError(str(backup), faults)


def _unseal(backup: Path, folder: Path, key: bytes | None) -> Manifest:
    try:
        with (backup / SEALED).open("rb") as file:
            if key is None:
                raise _locked(backup, named=read_head(file)[1])
            stream = Opener(file, key)
            with tarfile.open(fileobj=cast(BinaryIO, stream), mode="r|") as archive:
                archive.extractall(folder, filter="data")
            stream.finish()
    except OtherKeyError as error:
        raise RestoreRefusedError(
            f"{backup} stays closed. {error}",
            hint="Name that key file: `--key KEYFILE`. If you never had a key of that"
            " id, the first line of the backup was changed: try an older one.",
        ) from error
    except (NotAuthenticError, tarfile.TarError, EOFError) as error:
        raise BackupDamagedError(str(backup), [str(error)]) from error
    manifest = _read(backup, folder / MANIFEST)
    faults = []
    for name, entry in manifest.files.items():
        if (folder / name).is_file():
            faults += _compared(name, entry, read_entry(folder / name))
        else:
            faults.append(f"{name} is gone.")
    if faults:
        raise BackupDamagedError(str(backup), faults)
    return manifest


def _locked(backup: Path, *, named: str) -> RestoreRefusedError:
    return RestoreRefusedError(
        f"{backup} is encrypted{f' with key {named}' if named else ''}.",
        hint="Name the key that it was made with: `--key KEYFILE`.",
    )


def _read(backup: Path, place: Path) -> Manifest:
    try:
        manifest = Manifest.from_json(place.read_text("utf-8"))
    except (OSError, ValueError) as error:
        told = f"Its manifest cannot be read: {error}."
        raise BackupDamagedError(str(backup), [told]) from error
    for name in manifest.files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            told = f"Its manifest names {name}, which is outside of it."
            raise BackupDamagedError(str(backup), [told])
    if manifest.copy not in manifest.files:
        raise BackupDamagedError(str(backup), ["Its manifest names no database."])
    return manifest


def _compared(name: str, entry: Entry, got: Entry) -> list[str]:
    same = (entry.sha256, entry.bytes) == (got.sha256, got.bytes)
    return [] if same else [_changed(name)]


def _changed(name: str) -> str:
    return f"{name} is not what was written."
