"""One at a time in a folder, over all threads and processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder until the end of the block, or of the process; others wait.

    Parameters
    ----------
    folder : Path
        Is there; nothing is written into it.

    Yields
    ------
    None
        While nobody else has it.
    """
    import fcntl  # not on Windows, where nobody keeps a service or builds a release

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
