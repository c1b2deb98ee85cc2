"""Categories that a CSV keeps as they are: what one reads back is what was written.

A spreadsheet runs a cell that begins like a formula, and tools that guess types take
some texts for a missing value, a number, or yes and no. Parquet has no such trouble,
and both files of a table must say the same.

References
----------
OWASP, "CSV Injection"; pandas, "IO tools": the default of ``na_values``.
"""

from __future__ import annotations

from collections.abc import Sequence

_FORMULA = ("=", "+", "-", "@")
_MISSING = {
    *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND"),
    *("1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
}


def changed(levels: Sequence[object]) -> tuple[str, str] | None:
    """Tell which category would be another thing in a CSV.

    Parameters
    ----------
    levels : sequence of object
        Of one column, in any order; what is no text is passed over.

    Returns
    -------
    tuple of str and str, or None
        What is wrong with the first, and its repair; None if all is well.
    """
    texts = [level for level in levels if isinstance(level, str)]
    for text in texts:
        problem = _problem(text)
        if problem:
            repair = "Write it out, in words that begin with a letter."
            return f"The category {text[:40]!r} {problem}.", repair
    if texts and all(map(_is_number, texts)):
        problem = "Every category is a number, and would be read back as one."
        return problem, "Make it an integer column, or add a word to each."
    if texts and {text.lower() for text in texts} <= {"true", "false"}:
        problem = "The categories are true and false, and would be read back as such."
        return problem, "Make it a boolean column."
    return None


def _problem(text: str) -> str:
    """Say as what a category would be read; nothing if as itself."""
    if text in _MISSING:
        return "is read back as a missing value"
    if text.startswith(_FORMULA):
        return "is run as a formula by a spreadsheet"
    if text != text.strip() or not text.isprintable():
        return "has space around it, or a character that nobody sees"
    return ""


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
