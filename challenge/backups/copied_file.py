"""One file copied, and what was copied."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import replace
from functools import partial
from pathlib import Path

from challenge.backups.manifest import Entry
from challenge.store.sqlite_copy import PRIVATE

_BLOCK_BYTES = 1 << 20
private = partial(os.open, mode=PRIVATE)
"""Opens a file that this account alone may read, from its first byte on."""


def copy_file(source: Path, place: Path) -> Entry:
    """Copy a file, and tell what was copied.

    Parameters
    ----------
    source : Path
        As it is when it is opened.
    place : Path
        New; this account alone may read it.

    Returns
    -------
    Entry
        Of the copy, which keeps the time of the original.
    """
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as there, open(place, "xb", opener=private) as here:
        facts = os.fstat(there.fileno())
        while block := there.read(_BLOCK_BYTES):
            digest.update(block)
            size += here.write(block)
        here.flush()
        os.fsync(here.fileno())
    os.utime(place, ns=(facts.st_mtime_ns, facts.st_mtime_ns))
    return replace(entry_of(digest.hexdigest(), facts), bytes=size)


def read_entry(place: Path) -> Entry:
    """Tell what a file is now.

    Parameters
    ----------
    place : Path
        The file.

    Returns
    -------
    Entry
        As `copy_file` tells it.
    """
    with place.open("rb") as file:
        facts = os.fstat(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return entry_of(digest, facts)


def entry_of(sha256: str, facts: os.stat_result) -> Entry:
    """Write down a file.

    Parameters
    ----------
    sha256 : str
        Of its content.
    facts : os.stat_result
        Of the original.

    Returns
    -------
    Entry
        For the manifest.
    """
    mode = stat.S_IMODE(facts.st_mode)
    return Entry(sha256, facts.st_size, facts.st_mtime_ns, mode)
