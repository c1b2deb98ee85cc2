"""Reading the first rows of a CSV, whoever wrote it and however large it is."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from challenge.errors import DraftRefusedError, Fault

MOST_BYTES = 32 * 2**20
MOST_ROWS = 10_000
MOST_COLUMNS = 1_000
ROW_NUMBER = "row_id"

ABSENT = "This file is not there."
LOOK = "Look at its name and its folder."

_JSON = re.compile(r'\s*(\{\s*["}]|\[\s*[\[{"\]])')
_DELIMITERS = ",;\t|"
_NOTHING = {
    "", "-", ".", "?", "na", "n/a", "nan", "null", "none", "nvt", "n.v.t.", "#n/a",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """The first rows of a CSV.

    Attributes
    ----------
    headers : tuple of str
        As they stand there.
    columns : tuple of tuple of str
        Values of each column, stripped; empty where a value is missing.
    is_whole : bool
        Whether these are all the rows.
    """

    headers: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    is_whole: bool


def read_table(path: Path) -> Table:
    """Read the head of a CSV: separator, encoding and missing values are found out.

    Parameters
    ----------
    path : Path
        UTF-8 or Windows-1252, separated by commas, semicolons, tabs or bars.

    Returns
    -------
    Table
        At most `MOST_ROWS` rows of at most `MOST_BYTES` bytes.

    Raises
    ------
    DraftRefusedError
        If it cannot be read as one, with the reason.
    """
    text, is_whole = _text(path)
    _require_no_json(path, text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        headers = tuple(cell.strip() for cell in next(_filled(reader), []))
        if len(headers) > 1 and not headers[0]:
            headers = (ROW_NUMBER, *headers[1:])  # pandas writes its index like this
        _require_headers(path, headers)
        rows = list(itertools.islice(_filled(reader), MOST_ROWS + 1))
    except csv.Error as error:
        raise _refusal(path, "csv-form", f"Line {reader.line_num}: {error}.") from error
    fitting = [row for row in rows[:MOST_ROWS] if len(row) == len(headers)]
    if len(fitting) < 0.99 * min(len(rows), MOST_ROWS):
        problem = (
            "More than 1 in 100 rows have another number of cells than the header."
        )
        raise _refusal(path, "csv-form", problem)
    columns = zip(*fitting, strict=True) if fitting else ((),) * len(headers)
    known = tuple(tuple(_known(cell) for cell in column) for column in columns)
    return Table(headers, known, is_whole and len(rows) <= MOST_ROWS)


def _text(path: Path) -> tuple[str, bool]:
    """Decode the head of a file; tell whether that is all of it."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        fault = Fault(path.name, None, "(the whole file)", "file-missing", ABSENT, LOOK)
        raise DraftRefusedError([fault]) from error
    except OSError as error:
        problem = "This file cannot be read."
        raise _refusal(path, "file-missing", problem) from error
    is_whole = len(raw) <= MOST_BYTES
    if not is_whole:
        raw = raw[: raw.rfind(b"\n", 0, MOST_BYTES) + 1]
    if b"\0" in raw and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refusal(path, "file-not-text", "This file is not text.")
    for encoding in _encodings(raw):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.strip():
            return text, is_whole
    raise _refusal(path, "csv-empty", "There is no line in this file.")


def _require_no_json(path: Path, text: str) -> None:
    """Refuse a description of a table: its lines would be read as rows."""
    if path.suffix != ".json" and not _JSON.match(text):
        return
    problem = "This is JSON, not a CSV."
    repair = (
        "Use `challenge schema from-sdv` for SDV metadata, or"
        " `challenge schema from-datapackage` for a Data Package."
    )
    fault = Fault(path.name, None, "(the whole file)", "csv-form", problem, repair)
    raise DraftRefusedError([fault])


def _encodings(raw: bytes) -> tuple[str, ...]:
    """Give the encodings to try, the likeliest first; the last one reads anything."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16", "latin-1")
    return ("utf-8-sig", "cp1252", "latin-1")


def _delimiter(text: str) -> str:
    """Find the separator: the one that splits the first lines as the header."""
    lines = list(itertools.islice(io.StringIO(text), 20))
    scores = {}
    for delimiter in _DELIMITERS:
        rows = _filled(_lenient(csv.reader(lines, delimiter=delimiter)))
        widths = [len(row) for row in rows] or [0]
        scores[delimiter] = (widths[0] > 1, widths.count(widths[0]), widths[0])
    return max(_DELIMITERS, key=lambda delimiter: scores[delimiter])


def _lenient(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """Give rows until one cannot be read."""
    try:
        yield from reader
    except csv.Error:
        return


def _filled(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """Give the rows in which something stands."""
    return (row for row in reader if any(cell.strip() for cell in row))


def _require_headers(path: Path, headers: tuple[str, ...]) -> None:
    """Refuse headers that name nothing, or one thing twice."""
    if len(headers) > MOST_COLUMNS:
        problem = f"There are more than {MOST_COLUMNS} columns."
        raise _refusal(path, "csv-form", problem)
    faults = []
    for number, header in enumerate(headers, 1):
        if not header:
            problem, repair = f"Column {number} has no name.", "Name it."
            key = f"column {number}"
        elif header in headers[: number - 1]:
            problem, repair = "Two columns have this name.", "Rename one of them."
            key = header
        else:
            continue
        faults.append(Fault(path.name, 1, key, "csv-header", problem, repair))
    if faults:
        raise DraftRefusedError(faults)


def _known(cell: str) -> str:
    value = cell.strip()
    return "" if value.lower() in _NOTHING else value


def _refusal(path: Path, slug: str, problem: str) -> DraftRefusedError:
    repair = "Save the table as CSV with a line of headers, in UTF-8."
    fault = Fault(path.name, None, "(the whole file)", slug, problem, repair)
    return DraftRefusedError([fault])
