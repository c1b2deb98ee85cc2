"""A draft from a CSV: its headers, and what its first rows are like.

Nothing leaves the partner but the draft, and a person reads that first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from challenge.schema.columns import Kind
from challenge.schema.drafting.drafts import Draft, DraftColumn, refuse_empty
from challenge.schema.drafting.figures import (
    LEAST_ROWS,
    level_marginal,
    number_marginal,
    proportions,
    share_marginal,
    stepped,
)
from challenge.schema.drafting.kinds import (
    are_dates,
    are_names,
    are_personal,
    booleans,
    count_up,
    numbers,
)
from challenge.schema.drafting.names import (
    column_name,
    is_key,
    personal,
    unique_names,
    use_of,
)
from challenge.schema.drafting.placeholders import (
    COUNTED,
    DATES,
    KEY,
    NAMES,
    placeholder,
)
from challenge.schema.drafting.tables import read_table

_BASIS = "rounded from the partner's rows"
_MOST_ROWS_EACH = 5


def draft_rows(
    path: Path, *, table: str | None = None, taken: Collection[str] = ()
) -> Draft:
    """Draft a schema from the head of a CSV.

    Parameters
    ----------
    path : Path
        The file; at most 10,000 rows of it are looked at.
    table : str, optional
        Name of the table; default: from the name of the file.
    taken : collection of str
        Column names of other tables of the challenge.

    Returns
    -------
    Draft
        With figures that rest on ten rows or more, rounded.

    Raises
    ------
    DraftRefusedError
        If the file cannot be read, or no column can be drafted.
    """
    read = read_table(path)
    columns = dict(zip(read.headers, read.columns, strict=True))
    keys = _keys(columns)
    left_out = dict.fromkeys(keys, KEY)
    drafted = []
    name = table or column_name(path.stem)
    names = dict(zip(columns, unique_names(columns, name, taken), strict=True))
    for header, values in columns.items():
        if header in keys:
            continue
        column = _column(header, names[header], values)
        if isinstance(column, str):
            left_out[header] = column
        else:
            drafted.append(column)
    origin = path.name if read.is_whole else f"the first rows of {path.name}"
    counts = _rows_each(columns, keys)
    return refuse_empty(Draft(name, origin, tuple(drafted), left_out, counts))


def _keys(columns: Mapping[str, tuple[str, ...]]) -> list[str]:
    """List the columns that look like keys and have too many values for categories."""
    found = []
    for header, values in columns.items():
        different = len(set(values) - {""})
        if is_key(header) and (not values or different > min(20, len(values) / 2)):
            found.append(header)
    return found


def _rows_each(
    columns: Mapping[str, tuple[str, ...]], keys: list[str]
) -> dict[int, float] | None:
    """Assume how many rows a household has; None if it is one."""
    most = None
    for header in keys:
        held = Counter(value for value in columns[header] if value)
        each = Counter(min(n, _MOST_ROWS_EACH) for n in held.values())
        several = sum(n for rows, n in each.items() if rows > 1)
        if several >= max(LEAST_ROWS, 0.05 * len(held)) and len(held) >= LEAST_ROWS:
            most = {rows: n for rows, n in sorted(each.items()) if n >= LEAST_ROWS}
    return proportions(most) if most else None


def _column(header: str, name: str, values: tuple[str, ...]) -> DraftColumn | str:
    """Draft one column, or say why it is left out."""
    reason = personal(header)
    if reason:
        return reason
    known = [value for value in values if value]
    use = use_of(header)
    if not values or 0 < len(known) < LEAST_ROWS:
        todo = "type and distribution; the source has too few rows to tell"
        return replace(placeholder("number", name, header), todo=todo)
    if not known:
        return "is empty"
    if are_personal(known):
        return "holds what points at persons"
    if are_dates(known):
        return DATES
    missing = len(values) - len(known)
    share = min(stepped(missing / len(values)), 0.95) if missing >= LEAST_ROWS else 0.0
    told = booleans(known)
    if told is not None:
        marginal = share_marginal(told)
        return DraftColumn(name, header, "boolean", marginal, _BASIS, use, share)
    return _valued(header, name, known, share)


def _valued(
    header: str, name: str, known: list[str], missing: float
) -> DraftColumn | str:
    """Draft a column of numbers or categories, or say why it is left out."""
    use, read = use_of(header), numbers(known)
    if read is not None and len(read) >= LEAST_ROWS:
        if count_up(read):
            return COUNTED
        marginal = number_marginal(read)
        if marginal is None:
            return "has nearly one value"
        kind: Kind = "number" if marginal.get("decimals", 0) > 0 else "integer"
        return DraftColumn(name, header, kind, marginal, _BASIS, use, missing)
    if are_names(sorted(set(known))):
        return NAMES
    levels = level_marginal(known)
    if levels is None:
        return "holds texts, or too many or too rare categories"
    todo = "put the categories in order from low to high"
    return DraftColumn(name, header, "string", levels, _BASIS, use, missing, todo)
