"""Small cells: groups of fewer than ten rows in the columns that describe people.

A group of three in a synthetic table is no group of three families. It reads like
one, and a reader who knows the three will take it for one. So no shown level, and no
shown pair of levels of two columns, has fewer than ten rows.

References
----------
Hundepool et al. (2012), Statistical Disclosure Control, section 3.4: local
suppression.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from leaderboard.disclosure.suppression import MINIMUM_CELL

PAIR = 2


def small_cells(rows: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Count the rows of every shown cell with fewer than ten.

    Parameters
    ----------
    rows : DataFrame
        Synthetic rows.
    columns : sequence of str
        Columns of levels, such as municipality and origin.

    Returns
    -------
    Series of int
        Indexed by cell, such as ``"municipality=West, origin=EU"``; empty when all
        cells are large enough. A missing value is in no cell.
    """
    found: dict[str, int] = {}
    for names in _margins(columns):
        counts = rows.groupby(list(names), observed=True).size()
        for levels, count in counts[counts < MINIMUM_CELL].items():
            parts = levels if isinstance(levels, tuple) else (levels,)
            pairs = zip(names, parts, strict=True)
            found[", ".join(f"{n}={level}" for n, level in pairs)] = int(count)
    return pd.Series(found, dtype=np.int64)


def without_small_cells(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Blank values until no shown cell has fewer than ten rows.

    In a pair that is too small the rarer of its two levels goes.

    Parameters
    ----------
    rows : DataFrame
        Synthetic rows.
    columns : sequence of str
        Columns of levels.

    Returns
    -------
    DataFrame
        A copy; what went is missing.
    """
    rows = rows.copy()
    # Each round blanks at least one value, so there is an end to it.
    while _blank_once(rows, columns):
        pass
    return rows


def _blank_once(rows: pd.DataFrame, columns: Sequence[str]) -> bool:
    """Blank what is too small now; tell whether anything was."""
    changed = False
    for names in _margins(columns):
        shown = rows[list(names)].notna().all(axis=1)
        sizes = (
            rows[shown].groupby(list(names), observed=True)[names[0]].transform("size")
        )
        small = sizes.index[sizes < MINIMUM_CELL]
        if not len(small):
            continue
        changed = True
        counts = pd.DataFrame(
            {n: rows.loc[small, n].map(rows[n].value_counts()) for n in names}
        )
        rarest = counts.idxmin(axis=1)
        for name in names:
            gone = rarest.index[rarest == name]
            rows.loc[gone, name] = None if rows[name].dtype == object else np.nan
    return changed


def _margins(columns: Sequence[str]) -> list[tuple[str, ...]]:
    """Every column, and every pair of columns."""
    return [*((name,) for name in columns), *combinations(columns, PAIR)]
