"""How things are handed to a guest: in memory files that nobody can change.

Rows travel as Arrow without their index: as fast to read as a pickle, and nothing
in it can run.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa

from challenge.writing import whole

_MAGIC = b"ARROW1"


def write_rows(rows: pd.DataFrame, path: Path) -> None:
    """Write an Arrow file that only this account may read, whole or not at all.

    Parameters
    ----------
    rows : DataFrame
        Feature columns; the index is left out.
    path : Path
        Where it goes, in a folder that exists; what is there is replaced.
    """
    with whole(path, is_private=True) as file:
        file.write(pack_rows(pa.Table.from_pandas(rows, preserve_index=False)))


def is_whole(path: Path) -> bool:
    """Tell whether a file is there to its end, also after a power cut.

    Parameters
    ----------
    path : Path
        Where `write_rows` put one, or where none is yet.

    Returns
    -------
    bool
        True if it ends as an Arrow file does.

    References
    ----------
    Apache Arrow columnar format, IPC file format: the magic stands at both ends.
    """
    if not path.is_file() or path.stat().st_size < 2 * len(_MAGIC):
        return False
    with path.open("rb") as file:
        file.seek(-len(_MAGIC), os.SEEK_END)
        return file.read() == _MAGIC


def read_rows(path: Path) -> pd.DataFrame:
    """Read what `write_rows` wrote.

    Not mapped into memory: a mapped file that shrinks on a shared disk would end
    the worker with SIGBUS.

    Parameters
    ----------
    path : Path
        An Arrow file.

    Returns
    -------
    DataFrame
        The columns that it was given, with a plain index.
    """
    return unpack_rows(path.read_bytes()).to_pandas()


def pack_rows(table: pa.Table) -> memoryview:
    """Write a table as the bytes of an Arrow file.

    Parameters
    ----------
    table : Table
        Feature columns.

    Returns
    -------
    memoryview
        For `sealed`.
    """
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return memoryview(sink.getvalue())


def unpack_rows(data: bytes) -> pa.Table:
    """Read the bytes of an Arrow file, without a copy.

    Parameters
    ----------
    data : bytes
        As `write_rows` put them in a file.

    Returns
    -------
    Table
        Its columns.
    """
    return pa.ipc.open_file(pa.py_buffer(data)).read_all()


@contextlib.contextmanager
def sealed(*contents: bytes | memoryview) -> Iterator[list[int]]:
    """Open sealed memory files for as long as the block lasts.

    Parameters
    ----------
    *contents : bytes or memoryview
        A zip, or an Arrow file.

    Yields
    ------
    list of int
        One descriptor for each, closed on our side at the end of the block.
    """
    # Not on every system; a team's machine may read rows where none can be sealed.
    import fcntl

    files: list[int] = []
    try:
        for content in contents:
            file = os.memfd_create("handoff", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
            files.append(file)
            view = memoryview(content)
            while view:
                view = view[os.write(file, view) :]
            # Named here, since elsewhere than on Linux the names do not exist.
            seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW
            fcntl.fcntl(file, fcntl.F_ADD_SEALS, seals | fcntl.F_SEAL_WRITE)
            os.lseek(file, 0, os.SEEK_SET)
        yield files
    finally:
        for file in files:
            os.close(file)
