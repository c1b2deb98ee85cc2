"""Writing a file so that it is whole or not there."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole(place: Path, *, is_private: bool = False) -> Iterator[BinaryIO]:
    """Open a file that takes its place when the block ends well, and not before.

    It is on the disk before it has its name: a power cut leaves what was there. Two
    who write at once do not mix, and a link that lies there is not followed.

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
    opener = partial(os.open, mode=0o600 if is_private else 0o666)
    try:
        with open(draft, "xb", opener=opener) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
