"""Read CSV files, and say of a bad one which line and what would be right."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from leaderboard.errors import FileRefusedError
from leaderboard.recomputing.files import read_text
from leaderboard.rows import Vector

COMMENT = "#"  # what a line at the head begins with that is no row
PROBABILITY = "probability"
_TABLE_REPAIR = "Give comma-separated UTF-8 text with one line of column names."


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text, and where each of its rows stands in the file.

    Attributes
    ----------
    columns : dict of str to list of str
        Values by column, in the order of the file.
    lines : list of int
        Line of each row, counted from 1.
    """

    columns: dict[str, list[str]]
    lines: list[int]


def read_table(folder: Path, name: str, *, purpose: str) -> Table:
    """Read a CSV file of a folder; lines that begin with ``#`` before it are skipped.

    Parameters
    ----------
    folder : Path
        Where it stands.
    name : str
        Which, relative to the folder.
    purpose : str
        What it is for, as a sentence for who has not got it.

    Returns
    -------
    Table
        Every value as the text that it is.

    Raises
    ------
    FileRefusedError
        If it cannot be read, two columns have one name, or a row has too many or too
        few values.
    """
    text = read_text(folder, name, purpose=purpose)
    rows = _rows(name, text)
    _, header = next(rows, (0, []))
    if not header or len(set(header)) < len(header):
        twice = [column for column in header if header.count(column) > 1]
        problem = f"column {twice[0]} occurs twice" if twice else "it is empty"
        raise FileRefusedError(name, problem, repair=_TABLE_REPAIR)
    lines, values = [], []
    for line, row in rows:
        if len(row) != len(header):
            problem = f"{len(row)} values for {len(header)} columns"
            repair = f"Give one value for each of {', '.join(header)}."
            raise FileRefusedError(name, problem, repair=repair, line=line)
        lines.append(line)
        values.append(row)
    columns = [list(column) for column in zip(*values, strict=True)] or [
        [] for _ in header
    ]
    return Table(dict(zip(header, columns, strict=True)), lines)


def read_probabilities(folder: Path, name: str, *, rows: int, purpose: str) -> Vector:
    """Read one probability per row.

    Parameters
    ----------
    folder : Path
        Where it stands.
    name : str
        Which, relative to the folder.
    rows : int
        How many there must be.
    purpose : str
        What it is for, as a sentence for who has not got it.

    Returns
    -------
    ndarray of float64, shape (rows,)
        Finite, in [0, 1], to the last bit as they were written.

    Raises
    ------
    FileRefusedError
        If the file cannot be read, is not one column of probabilities, or has another
        number of rows.
    """
    table = read_table(folder, name, purpose=purpose)
    if [*table.columns] != [PROBABILITY]:
        problem = f"its columns are {', '.join(table.columns)}"
        repair = f"Give one column with the name {PROBABILITY}."
        raise FileRefusedError(name, problem, repair=repair)
    texts = table.columns[PROBABILITY]
    if len(texts) != rows:
        problem = f"{len(texts)} rows, and rows.csv has {rows}"
        repair = "Give one probability per row of rows.csv, in the same order."
        raise FileRefusedError(name, problem, repair=repair)
    values = [_share(text) for text in texts]
    if None in values:
        at = values.index(None)
        raise FileRefusedError(
            name,
            f"{texts[at]!r} is no probability",
            repair="Give a number from 0 to 1, with a decimal point.",
            line=table.lines[at],
            column=PROBABILITY,
        )
    return np.array(values, dtype=np.float64)


def _rows(name: str, text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Each row with the line that it ends on; no row for a comment at the head."""
    lines = list(io.StringIO(text))
    head = next((n for n, line in enumerate(lines) if line[:1] != COMMENT), len(lines))
    reader = csv.reader(lines[head:], strict=True)
    try:
        for row in reader:
            yield head + reader.line_num, row
    except csv.Error as error:
        line = head + reader.line_num
        raise FileRefusedError(
            name, f"no CSV: {error}", repair=_TABLE_REPAIR, line=line
        ) from error


def _share(text: str) -> float | None:
    """Read a probability; None for anything else, NaN included."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None
