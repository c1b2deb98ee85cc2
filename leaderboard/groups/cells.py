"""Cells: which rows belong to which group, whole or crossed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leaderboard.errors import GroupsRefusedError, LengthMismatchError
from leaderboard.policy import CROSS

MISSING = "missing"


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """The rows of one level of one attribute.

    Attributes
    ----------
    attribute, level : str
        Which cell.
    members : ndarray of bool, shape (n_samples,)
        Which rows.
    """

    attribute: str
    level: str
    members: NDArray[np.bool_]


def read_cells(table: pd.DataFrame, *, rows: int) -> tuple[Cell, ...]:
    """Split rows by each column of a table.

    Parameters
    ----------
    table : DataFrame of shape (n_samples, n_attributes)
        One column per attribute; the index does not matter. Rows without a
        value form the level ``"missing"``.
    rows : int
        Number of rows there should be.

    Returns
    -------
    tuple of Cell
        By attribute in column order, then by level, ``"missing"`` last.

    Raises
    ------
    GroupsRefusedError
        If `table` is not a DataFrame or two columns share a name.
    LengthMismatchError
        If it does not have one row per label.

    Examples
    --------
    >>> cells = read_cells(pd.DataFrame({"a": ["x", None, "x"]}), rows=3)
    >>> [(cell.level, int(cell.members.sum())) for cell in cells]
    [('x', 2), ('missing', 1)]
    """
    if not isinstance(table, pd.DataFrame):
        raise GroupsRefusedError(f"a {type(table).__name__}")
    if len(table) != rows:
        raise LengthMismatchError("groups", length=len(table), expected=rows)
    names = [str(name) for name in table.columns]
    if len(set(names)) < len(names):
        raise GroupsRefusedError("two columns of the same name")
    return tuple(
        cell
        for position, name in enumerate(names)
        for cell in _split(name, table.iloc[:, position])
    )


def _split(attribute: str, column: pd.Series) -> Iterator[Cell]:
    codes, found = pd.factorize(column)  # -1, the last of all, is missing
    names = [*(str(level) for level in found), MISSING]
    levels, places = np.unique(names, return_inverse=True)
    mine = places[codes]
    cells = (Cell(attribute, str(n), mine == at) for at, n in enumerate(levels))
    inhabited = (cell for cell in cells if cell.members.any())
    yield from sorted(inhabited, key=lambda cell: cell.level == MISSING)


def cross_cells(
    cells: Sequence[Cell], intersections: Sequence[Sequence[str]]
) -> tuple[Cell, ...]:
    """Split rows by several attributes at once.

    Parameters
    ----------
    cells : sequence of Cell
        Of the attributes themselves.
    intersections : sequence of sequence of str
        The attributes to combine.

    Returns
    -------
    tuple of Cell
        By intersection, then by the levels of its attributes; combinations that
        nobody has are left out.

    Examples
    --------
    >>> cells = read_cells(pd.DataFrame({"a": ["x", "y"], "b": ["u", "u"]}), rows=2)
    >>> [cell.level.split(CROSS) for cell in cross_cells(cells, [("a", "b")])]
    [['x', 'u'], ['y', 'u']]
    """
    return tuple(
        Cell(CROSS.join(names), CROSS.join(cell.level for cell in parts), members)
        for names in intersections
        for parts in product(
            *([cell for cell in cells if cell.attribute == name] for name in names)
        )
        if (members := np.logical_and.reduce([c.members for c in parts])).any()
    )
