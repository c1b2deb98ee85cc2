"""A partner's own rows, read inside its walls and held against its schema.

What is wrong is told as counts of rows, never as a value of one of them: a message
ends up in logs and tickets. A level that the schema lacks is named only when enough
rows have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from challenge.errors import Fault, RowsRefusedError
from challenge.schema import Column, PartnerSchema
from challenge.schema.curves import Quantiles
from challenge.schema.levels import Counts
from leaderboard.disclosure.suppression import MINIMUM_CELL

MINIMUM_ROWS = 200
"""Half of the rows learns and half checks: below 100 each, a quantile rests on too
few rows and no check could tell a copy from chance."""


_NOT_THERE = "This file is not there.", "Look at its name and its folder."
_NOT_PARQUET = (
    "This file is not Parquet.",
    "Write it with pandas: `read_csv('rows.csv').to_parquet('rows.parquet')`.",
)


def read_rows(path: Path, schema: PartnerSchema) -> pd.DataFrame:
    """Read a partner's rows, or refuse them with every fault.

    Parameters
    ----------
    path : Path
        A Parquet file; links may be absent, they are never used.
    schema : PartnerSchema
        What the rows should be.

    Returns
    -------
    DataFrame
        Columns that can be learned or follow from others; numbers and booleans as
        float64, categories as str and None.

    Raises
    ------
    RowsRefusedError
        If the file cannot be read, or differs from the schema anywhere.
    """
    try:
        frame = pd.read_parquet(path)
    except (OSError, pa.ArrowException) as error:
        problem, repair = _NOT_PARQUET if path.is_file() else _NOT_THERE
        fault = Fault(
            path.name, None, "(the whole file)", "rows-unreadable", problem, repair
        )
        raise RowsRefusedError([fault]) from error
    faults = list(row_faults(frame, schema, path.name))
    if faults:
        raise RowsRefusedError(faults)
    names = [c for c in (*learnable(schema), *derived(schema)) if c.name in frame]
    return pd.DataFrame({c.name: _standard(frame[c.name], c) for c in names})


def learnable(schema: PartnerSchema) -> tuple[Column, ...]:
    """List the columns that are learned from rows.

    Links are made anew, derived columns follow from rules, and a text without
    declared levels could hold anything: it never leaves.

    Parameters
    ----------
    schema : PartnerSchema
        Of one table.

    Returns
    -------
    tuple of Column
        In the partner's order.
    """
    made = {column.name for column in derived(schema)}
    return tuple(
        column
        for column in schema.columns
        if column.use != "link"
        and column.name not in made
        and (column.type != "string" or column.marginal is not None)
    )


def derived(schema: PartnerSchema) -> tuple[Column, ...]:
    """List the columns that follow from others by a rule.

    Parameters
    ----------
    schema : PartnerSchema
        Of one table.

    Returns
    -------
    tuple of Column
        In the partner's order; a survey weight follows from nothing in the table.
    """
    made = {rule.column for rule in schema.rules if rule.makes and not rule.weight}
    return tuple(column for column in schema.columns if column.name in made)


def row_faults(
    frame: pd.DataFrame, schema: PartnerSchema, file: str
) -> Iterator[Fault]:
    """Find everything in which rows differ from their schema.

    Parameters
    ----------
    frame : DataFrame
        As read.
    schema : PartnerSchema
        What it should be.
    file : str
        What the faults call the file.

    Yields
    ------
    Fault
        Slugs as in ``docs/partner-walls.md``; the key is the column.
    """

    def fault(key: str, slug: str, problem: str, repair: str) -> Fault:
        return Fault(file, None, key, slug, problem, repair)

    whole = "(the whole file)"
    if schema.is_repeated:
        yield fault(
            whole, "rows-repeated", "The schema has several rows per household.",
            "Only tables with one row each are learned: one family's rows together"
            " would weigh more than one family.",
        )  # fmt: skip
    if len(frame) < MINIMUM_ROWS:
        yield fault(
            whole, "rows-few", f"There are {len(frame)} rows.",
            f"At least {MINIMUM_ROWS} are needed.",
        )  # fmt: skip
    known = {column.name for column in schema.columns}
    for name in frame.columns.difference(list(known), sort=False):
        yield fault(
            str(name), "rows-column-extra", "The schema has no such column.",
            "Leave it out of the rows, or describe it in the schema.",
        )  # fmt: skip
    key = schema.table.primary_key
    if key in frame and (frame[key].isna().any() or frame[key].duplicated().any()):
        yield fault(
            key, "rows-key", "Rows have no key, or one key twice.",
            "Give each row a key of its own, or leave the column out.",
        )  # fmt: skip
    for column in learnable(schema):
        if column.name not in frame:
            yield fault(
                column.name, "rows-column-missing", "The rows lack this column.",
                "Add it, empty if need be, or take it out of the schema.",
            )  # fmt: skip
            continue
        for slug, problem, repair in _column_faults(frame[column.name], column):
            yield fault(column.name, slug, problem, repair)


def _column_faults(values: pd.Series, column: Column) -> Iterator[tuple[str, str, str]]:
    """Slug, problem and repair of what is wrong in one column."""
    found = _standard(values, column)
    wrong = int((found.isna() & values.notna()).sum())
    if wrong:
        yield (
            "rows-type", f"{wrong} values are not of type {column.type}.",
            "Write them in the type that the schema declares.",
        )  # fmt: skip
        return
    known = found.dropna()
    if column.marginal is None:
        return
    if isinstance(column.marginal, Counts) or not column.marginal.levels:
        low, high = _bounds(column)
        lump = (known == 0) & (getattr(column.marginal, "zero", 0) > 0)
        outside = int((~known.between(low, high) & ~lump).sum())
        if outside:
            yield (
                "rows-bounds",
                f"{outside} values lie {_beyond(low, high)}.",
                "Check the unit, or widen what the schema declares.",
            )
        return
    strange = known[~known.isin(_levels(column))].value_counts()
    if len(strange):
        often = [str(level) for level in strange.index[strange >= MINIMUM_CELL]]
        named = f", among them {', '.join(often[:5])}" if often else ""
        yield (
            "rows-level",
            f"{int(strange.sum())} values are no level of the schema{named}.",
            "Recode them, or declare the level.",
        )


def _standard(values: pd.Series, column: Column) -> pd.Series:
    """Give a column in our types; what is of another type becomes missing."""
    plain = values.astype(object).where(values.notna(), None)
    if column.type == "string":
        return plain.map(lambda v: v if isinstance(v, str) else None).astype(object)
    is_flag = plain.map(lambda v: isinstance(v, bool | np.bool_)).astype(bool)
    numbers = pd.to_numeric(
        plain.where(plain.map(lambda v: not isinstance(v, str))), errors="coerce"
    ).astype(np.float64)
    if column.type == "boolean":
        return numbers.where(numbers.isin((0.0, 1.0)))
    fits = ~is_flag & np.isfinite(numbers)
    if column.type == "integer":
        fits &= numbers == numbers.round()
    return numbers.where(fits)


def _bounds(column: Column) -> tuple[float, float]:
    """Smallest and largest value that a schema allows; a count above its cap is one."""
    marginal = column.marginal
    if isinstance(marginal, Counts):
        return 0.0, np.inf
    low, high = getattr(marginal, "low", None), getattr(marginal, "high", None)
    if isinstance(marginal, Quantiles):
        ends = list(marginal.quantiles.values())
        low = ends[0] if low is None else low
        high = ends[-1] if high is None else high
    return -np.inf if low is None else low, np.inf if high is None else high


def _beyond(low: float, high: float) -> str:
    """Say what lies outside bounds, of which one may be absent."""
    if np.isinf(high):
        return f"below {low:.15g}"
    if np.isinf(low):
        return f"above {high:.15g}"
    return f"outside {low:.15g} to {high:.15g}"


def _levels(column: Column) -> list[object]:
    """List the declared levels in the type that rows have."""
    levels = () if column.marginal is None else column.marginal.levels
    is_text = column.type == "string"
    return [str(level) if is_text else float(level) for level in levels]
