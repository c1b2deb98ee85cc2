"""Writing a file so that it is whole or not there, also after a power cut."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole(place: Path, *, is_private: bool = False) -> Iterator[BinaryIO]:
    """Open a file that takes its place when the block ends well, and not before.

    It is on the disk before it has its name: a power cut leaves what was there, or
    this. Two who write at once do not mix, and a link that lies there is not followed.

    Parameters
    ----------
    place : Path
        Where it goes, in a folder that exists; what is there is replaced.
    is_private : bool
        Whether this account alone may read it, from its first byte on.

    Yields
    ------
    binary file
        To write to.

    Raises
    ------
    OSError
        If it cannot be written; nothing of it stays.
    """
    draft = place.with_name(f".{place.name}.{secrets.token_hex(8)}.part")
    try:
        with flushed(draft, is_private=is_private) as file:
            yield file
        settle(draft, place)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def flushed(draft: Path, *, is_private: bool = False) -> Iterator[BinaryIO]:
    """Open a new file that is on the disk when the block ends well.

    Parameters
    ----------
    draft : Path
        Where nothing is, in a folder that exists.
    is_private : bool
        Whether this account alone may read it, from its first byte on.

    Yields
    ------
    binary file
        To write to.

    Raises
    ------
    OSError
        If it cannot be written; what was stays there.
    """
    opener = partial(os.open, mode=0o600 if is_private else 0o666)
    with open(draft, "xb", opener=opener) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def settle(draft: Path, place: Path) -> None:
    """Give what is on the disk its name, which no power cut takes away again.

    A name is kept by the folder, not by the file: without this a database could name a
    file that is gone.

    Parameters
    ----------
    draft : Path
        A file, or a folder where none has the name.
    place : Path
        Beside it; a file that is there is replaced.

    Raises
    ------
    OSError
        If it cannot have that name, or the disk does not keep it.
    """
    draft.replace(place)
    if sys.platform == "win32":  # where no folder can be flushed
        return
    folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
