"""Where a backup is written: files as they are, or one sealed stream."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol, Self, cast

from challenge.backups.copied_file import copy_file, entry_of, private
from challenge.backups.manifest import MANIFEST, SEALED, Entry, Manifest
from challenge.backups.sealing import Sealer
from challenge.store.sqlite_copy import PRIVATE
from challenge.writing import whole


class Target(Protocol):
    """Whatever takes the files of one backup.

    Attributes
    ----------
    linked : int
        How many of them take no room.
    """

    linked: int

    def keep(self, name: str, source: Path) -> Entry:
        """Take one file."""
        ...

    def share(self, name: str) -> Entry | None:
        """Take a file whose name stands for its content from the backup before."""
        ...

    def finish(self, manifest: Manifest) -> None:
        """Take the manifest, which makes it whole."""
        ...

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(self, *error: object) -> None:
        """Close whatever is open."""
        ...


class PlainTarget:
    """Files as they are; those that did not change are shared with the one before.

    Parameters
    ----------
    draft : Path
        Gets them.
    before : tuple of Path and Manifest, or None
        A backup in the same folder.
    """

    def __init__(self, draft: Path, before: tuple[Path, Manifest] | None) -> None:
        self._draft, self._before = draft, before
        self.linked = 0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is open."""

    def keep(self, name: str, source: Path) -> Entry:
        """Take one file.

        Parameters
        ----------
        name : str
            Its place in the backup.
        source : Path
            Where it is.

        Returns
        -------
        Entry
            What was written.
        """
        place = self._draft / name
        place.parent.mkdir(parents=True, exist_ok=True)
        facts = source.stat()
        same = (facts.st_size, facts.st_mtime_ns)
        return self._linked(name, same) or copy_file(source, place)

    def share(self, name: str) -> Entry | None:
        """Take a file whose name stands for its content from the backup before.

        Parameters
        ----------
        name : str
            Its place in both.

        Returns
        -------
        Entry or None
            None where that backup has no such file: `keep` it.
        """
        (self._draft / name).parent.mkdir(parents=True, exist_ok=True)
        return self._linked(name)

    def finish(self, manifest: Manifest) -> None:
        """Take the manifest, which makes it whole.

        Parameters
        ----------
        manifest : Manifest
            Of all that was kept.
        """
        with whole(self._draft / MANIFEST, is_private=True) as file:
            file.write(manifest.to_json().encode())

    def _linked(self, name: str, same: tuple[int, int] | None = None) -> Entry | None:
        """Share a file with the backup before, if it is there with that size and time.

        Its content is not read again; `prove` does that.
        """
        folder, manifest = self._before or (self._draft, None)
        old = manifest.files.get(name) if manifest else None
        if old is None or same not in (None, (old.bytes, old.modified_ns)):
            return None
        with suppress(OSError):  # gone, or a disk that knows no links: it is copied
            os.link(folder / name, self._draft / name)
            self.linked += 1
            return old
        return None


class SealedTarget:
    """One sealed stream: its size and the id of its key alone tell something.

    Parameters
    ----------
    draft : Path
        Gets it.
    key : bytes
        To seal with.
    """

    def __init__(self, draft: Path, key: bytes) -> None:
        self.linked = 0
        self._file = open(draft / SEALED, "xb", opener=private)  # noqa: SIM115
        self._sealer = Sealer(self._file, key)
        sink = cast(BinaryIO, self._sealer)
        self._tar = tarfile.open(fileobj=sink, mode="w|")  # noqa: SIM115

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the file, whole or not."""
        self._file.close()

    def keep(self, name: str, source: Path) -> Entry:
        """Take one file.

        Parameters
        ----------
        name : str
            Its place in the backup.
        source : Path
            Where it is.

        Returns
        -------
        Entry
            What was written.
        """
        with source.open("rb") as there:
            facts = os.fstat(there.fileno())
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = facts.st_size, facts.st_mtime
            entry.mode = PRIVATE
            read = _Reading(there)
            self._tar.addfile(entry, cast(BinaryIO, read))
        return entry_of(read.digest.hexdigest(), facts)

    def share(self, name: str) -> Entry | None:
        """Share nothing: each stream has a key of its own.

        Parameters
        ----------
        name : str
            Whatever it is.

        Returns
        -------
        None
            Always.
        """
        return None

    def finish(self, manifest: Manifest) -> None:
        """Take the manifest, and the mark that ends the stream.

        Parameters
        ----------
        manifest : Manifest
            Of all that was kept.
        """
        told = manifest.to_json().encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode = len(told), PRIVATE
        self._tar.addfile(entry, io.BytesIO(told))
        self._tar.close()
        self._sealer.finish()
        self._file.flush()
        os.fsync(self._file.fileno())


class _Reading:
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        """Give what is read, hashed."""
        block = self._file.read(size)
        self.digest.update(block)
        return block


def read_plain(folders: Sequence[Path]) -> tuple[Path, Manifest] | None:
    """Find the newest backup whose files can be shared.

    Parameters
    ----------
    folders : sequence of Path
        Backups, oldest first.

    Returns
    -------
    tuple of Path and Manifest, or None
        None if there is none that is not sealed.
    """
    for folder in reversed(folders):
        with suppress(OSError, ValueError):
            return folder, Manifest.from_json((folder / MANIFEST).read_text("utf-8"))
    return None
