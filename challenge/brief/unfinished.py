"""What a draft or a new challenge still asks a person to write.

Neither is at fault: both check and build, so that somebody can try. Only a real event
is refused with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import shorten

from challenge.errors import Fault
from challenge.schema.drafting.drafts import FILL_IN

_OPEN = re.compile(rf"{FILL_IN}(?=:|$)|^Write here\b")
"""A mark of a draft, or the start of a paragraph of a new datasheet."""
_KEY = re.compile(r"[\s-]*([\w-]+):")
_CONTENT = ("brief.toml", "mechanism.toml", "partners/*.yaml", "DATASHEET.md")


def unfinished(folder: Path) -> tuple[Fault, ...]:
    """List what is still to be written in a challenge folder.

    Parameters
    ----------
    folder : Path
        Holds the content of a challenge.

    Returns
    -------
    tuple of Fault
        One per line, by file.
    """
    paths = [path for name in _CONTENT for path in sorted(folder.glob(name))]
    return unfinished_lines(paths, root=folder)


def unfinished_lines(paths: Iterable[Path], *, root: Path) -> tuple[Fault, ...]:
    """List what is still to be written in some files.

    Parameters
    ----------
    paths : iterable of Path
        Text files; one that is absent holds nothing.
    root : Path
        Folder that the files are named relative to.

    Returns
    -------
    tuple of Fault
        One per line, in order.
    """
    return tuple(
        Fault(
            path.relative_to(root).as_posix(),
            number,
            key,
            "text-unfinished",
            f"“{shorten(text, 80, placeholder=' …')}” is still to be written.",
            "Write what goes there and remove the mark.",
        )
        for path in paths
        if path.is_file()
        for number, key, text in _open_lines(path)
    )


def _open_lines(path: Path) -> Iterator[tuple[int, str, str]]:
    """Give number, key or else heading, and the rest of each line with a mark."""
    heading = "(the whole file)"
    # What cannot be read is told by `challenge check`.
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        if line.startswith("## "):
            heading = line[3:].strip()
        if _OPEN.search(line.rstrip()):
            key = _KEY.match(line)
            yield number, key[1] if key else heading, line[key.end() if key else 0 :]
