"""A shelf in object storage: written whole, read through copies on this machine.

Keys and regions come from the variables that every S3 program reads. No access list
is ever set and no bucket is made: who may read is said by the bucket's own policy.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from errno import EIO
from functools import partial
from pathlib import Path
from typing import BinaryIO

import aiohttp
import s3fs  # noqa: F401 (asked for by its own name, so that a missing extra is named)
from botocore.exceptions import BotoCoreError, ClientError
from upath import UPath

from challenge.errors import FilesUnavailableError
from challenge.shelf.folder import Folder
from challenge.shelf.refusals import explain

COPIES_BYTES = 2 << 30
"""More than two thousand usual bundles; past it, what was not used lately goes."""
LATELY_SECONDS = 3600.0
"""Longer than any run takes: what a run has fetched stays until it has read it."""

# Silence of this long is an answer too; two tries, since one lost connection in an hour
# is usual. All of it is shorter than PostgreSQL lets a transaction idle
# (`challenge.store.postgresql`): a name is given inside one.
CONNECT_SECONDS, SILENCE_SECONDS, TRIES = 3, 5, 2
_DRAFTS = "drafts"
_HASHED = re.compile(r"[0-9a-f]{64}")


class Objects:
    """A bucket, or a part of one, as a shelf.

    Safe to share between threads: all of them talk through one event loop, in a
    thread of fsspec's own.

    Parameters
    ----------
    address : str
        ``s3://bucket/prefix``.
    copies : Path
        Folder for what was fetched; everything in it may be removed at any time.
    """

    def __init__(self, address: str, *, copies: Path) -> None:
        self.address = address
        self._copies = Folder(copies)
        self._root = UPath(
            address,
            # Others write there too.
            use_listings_cache=False,
            skip_instance_cache=True,
            # A file is one request, and not asked for its size first.
            max_concurrency=1,
            config_kwargs={
                "connect_timeout": CONNECT_SECONDS,
                "read_timeout": SILENCE_SECONDS,
                "retries": {"mode": "standard", "total_max_attempts": TRIES},
            },
        )
        self._fs = self._root.fs
        self._fs.retries = 1

    @property
    def folder(self) -> Path:
        """Folder of the copies."""
        return self._copies.folder

    @contextmanager
    def draft(
        self, name: Path, content: BinaryIO, *, is_private: bool = False
    ) -> Iterator[Callable[[], object]]:
        """Send a file; it gets its name, within the bucket, when the block calls.

        Parameters
        ----------
        name : Path
            Relative to the shelf; what has it is replaced, at one moment.
        content : binary file
            Read from where it is, to its end, and held in memory.
        is_private : bool
            Without a meaning here: everything is as private as the bucket.

        Yields
        ------
        callable
            Gives the file its name; without arguments.

        Raises
        ------
        FilesUnavailableError
            If it cannot be sent, or in the block if it cannot be named.
        """
        draft = Path(_DRAFTS, secrets.token_hex(16))
        data = content.read()
        with self._asking():
            self._fs.pipe_file(self._key(draft), data)
        try:
            yield partial(self._settle, draft, name)
        finally:
            # What stays after a cut goes by the bucket's own rule for this prefix.
            with suppress(FilesUnavailableError), self._asking():
                self._fs.rm_file(self._key(draft))

    def bring(self, name: Path) -> Path:
        """Fetch a file, unless there is a copy of it.

        Parameters
        ----------
        name : Path
            Relative to the shelf; a content never changes under its name.

        Returns
        -------
        Path
            A whole copy, which stays for an hour at least.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        OSError
            If what came is not what the name says.
        FilesUnavailableError
            If the storage cannot be asked.
        """
        place = self.folder / name
        with suppress(FileNotFoundError):
            os.utime(place)
            return place
        with self._asking():
            content: bytes = self._fs.cat_file(self._key(name))
        _check(name, content)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._copies.draft(name, io.BytesIO(content), is_private=True) as keep:
            keep()
        self._trim()
        return place

    def names(self, folder: str) -> set[str]:
        """List what has its name in a folder, as the bucket has it now.

        Parameters
        ----------
        folder : str
            Such as ``bundles``.

        Returns
        -------
        set of str
            Names of files; empty where there is none.

        Raises
        ------
        FilesUnavailableError
            If the storage cannot be asked.
        """
        found: list[str] = []
        with suppress(FileNotFoundError), self._asking():
            found = self._fs.ls(self._key(Path(folder)), detail=False)
        return {key.rpartition("/")[2] for key in found}

    def check(self) -> None:
        """Really write, list, read and remove something.

        Raises
        ------
        FilesUnavailableError
            If one of these is not possible.
        """
        # Under a name that a policy lets us remove, as we have to once it is kept.
        name = Path(_DRAFTS, f"check-{secrets.token_hex(8)}")
        with self.draft(name, io.BytesIO(b"check")) as keep:
            keep()
        self.names("bundles")
        with self._asking():
            self._fs.cat_file(self._key(name))
            self._fs.rm_file(self._key(name))

    def _settle(self, draft: Path, name: Path) -> None:
        bucket, _, source = self._key(draft).partition("/")
        place = self._key(name).removeprefix(f"{bucket}/")
        with self._asking():
            # One request: `cp_file` would ask for the size first, and databases wait.
            self._fs.call_s3(
                "copy_object",
                Bucket=bucket,
                Key=place,
                CopySource={"Bucket": bucket, "Key": source},
            )

    def _key(self, name: Path) -> str:
        return (self._root / name.as_posix()).path

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Tell what another program's errors mean for us."""
        try:
            yield
        except (OSError, BotoCoreError, ClientError, aiohttp.ClientError) as error:
            if (told := explain(error)) is None:
                raise  # there is no such file, which the storage knows for sure
            raise FilesUnavailableError(self.address, *told) from error

    def _trim(self) -> None:
        """Remove the copies that nobody used for longest, once there are too many."""
        copies = []
        for place in self.folder.rglob("*"):
            with suppress(FileNotFoundError):  # another process does this too
                facts = place.stat()
                if place.is_file():
                    copies.append((facts.st_mtime, facts.st_size, place))
        room = COPIES_BYTES - sum(size for _, size, _ in copies)
        for used_at, size, place in sorted(copies):
            if room >= 0 or time.time() - used_at < LATELY_SECONDS:
                return
            place.unlink(missing_ok=True)
            room += size


def _check(name: Path, content: bytes) -> None:
    """Hold a content against the hash that names it, if one does."""
    if not _HASHED.fullmatch(name.stem):
        return
    if hashlib.sha256(content).hexdigest() != name.stem:
        raise OSError(EIO, "What was fetched is not what its name says", str(name))
