"""A sheet: rows for a spreadsheet, which must not take text for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE

# What a spreadsheet begins a formula with (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_sheet(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, language: str = "nl"
) -> str:
    """Write rows as CSV, below what must always be said.

    Parameters
    ----------
    columns : sequence of str
        Names, for the first row.
    rows : iterable of sequence
        As many cells each; None is left empty.
    language : str
        Of what is said above: ``"nl"`` or ``"en"``.

    Returns
    -------
    str
        With a mark that makes spreadsheets read it as UTF-8.

    Examples
    --------
    >>> print(write_sheet(["team"], [["=1+1"]]).splitlines()[-1])
    '=1+1
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([f"# {NOTICE[language]}"])
    writer.writerow([f"# {FORBIDDEN_USE[language]}"])
    writer.writerow(columns)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return "\ufeff" + written.getvalue()


def safe_cell(cell: object) -> object:
    """Mark text that a spreadsheet would carry out; numbers stay numbers.

    Parameters
    ----------
    cell : object
        Of any kind.

    Returns
    -------
    object
        Text that would be a formula, behind an apostrophe; all else as it is.
    """
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell
