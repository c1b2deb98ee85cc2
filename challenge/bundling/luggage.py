"""What a model carries, and what of that should stay at home."""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from challenge.bundling.own import OURS, is_own
from challenge.errors import PackagingRefusedError

MOST_ROWS = 50
"""A table in a model with the release's columns and more rows than this is data, not
something learned, such as the means of some groups."""


@dataclass(slots=True)
class Seen:
    """What was met while a model was pickled.

    Attributes
    ----------
    modules : set of str
        Imported when it is loaded or asked, by the first part of their names.
    inside : set of str
        Of these, what a function imports while it runs.
    code : bool
        Whether functions or classes are written out in full.
    tables : list of DataFrame or Series
        Tables in it.
    paths : list of str
        Paths of this machine.
    """

    modules: set[str] = field(default_factory=set)
    inside: set[str] = field(default_factory=set)
    code: bool = False
    tables: list[Any] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


def check(name: str, seen: Seen, data: bytes, columns: set[str]) -> None:
    """Refuse what should not travel: rows, paths of this machine, our own modules.

    Parameters
    ----------
    name : str
        What to call the model.
    seen : Seen
        What was met while it was pickled.
    data : bytes
        The pickle.
    columns : set of str
        Names of the features.

    Raises
    ------
    PackagingRefusedError
        With the first of these, or if a function imports a team's own module while
        it runs, which then does not travel.
    """
    for table in seen.tables:
        held = set(table.columns) if table.ndim == 2 else {table.name}
        if len(table) > MOST_ROWS and held & columns:
            raise _holds_rows(name, len(table), sorted(held & columns))
    path = next(iter(seen.paths), None) or _find_path(data)
    if path is not None:
        raise PackagingRefusedError(
            f"{name} holds a path of this machine: {path}",
            hint="No file of yours is in the sandbox. Read it before, and keep what was"
            " read; for a Pipeline, leave out `memory`.",
        )
    ours = (seen.modules | seen.inside) & set(OURS)
    if ours:
        raise PackagingRefusedError(
            f"{name} uses {min(ours)!r}, which no sandbox has.",
            hint="Use it while training only: keep what came out of it, such as"
            " `data.train.features.columns.tolist()`, not the thing itself.",
        )
    lost = sorted(n for n in seen.inside if (m := sys.modules.get(n)) and is_own(n, m))
    if lost:
        raise PackagingRefusedError(
            f"{name} imports your own module {lost[0]!r} while it predicts.",
            hint=f"Move `import {lost[0]}` from inside the function to the top of its"
            " file; then it travels along.",
        )


def _holds_rows(name: str, count: int, columns: list[str]) -> PackagingRefusedError:
    return PackagingRefusedError(
        f"{name} holds a table of {count:,} rows with the column {columns[0]!r}.",
        hint="A model keeps what it learned, not rows. Often a function uses a frame"
        " from around it: compute what it needs before, and use that. With"
        " statsmodels, keep `results.params` instead of the results.",
    )


def _find_path(data: bytes) -> str | None:
    """Find a text that begins with a folder of this machine."""
    places = {str(Path.home()), str(Path.cwd()), tempfile.gettempdir(), sys.prefix}
    for place in sorted(places - {"/", ""}):
        found = re.search(re.escape(place.encode()) + rb"[/\\][\x20-\x7e]*", data)
        if found:
            return found[0].decode("ascii", "replace")
    return None
