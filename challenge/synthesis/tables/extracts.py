"""Extracts: what one partner's table holds of the households of one block.

The flat frame and the table's own file are both made from the extract, so that
they cannot disagree about who is covered and what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.schema import Column, PartnerSchema
from challenge.synthesis.drawing.block import Block
from challenge.synthesis.tables.coverage import (
    chances,
    covered,
    masked,
    survey_weights,
    with_consequences,
)


@dataclass(frozen=True, slots=True, eq=False)
class Extract:
    """One partner's rows for the households of a block.

    Attributes
    ----------
    inside : ndarray of bool, shape (n_households,)
        Which households are in the table, also if it has no row of them.
    household : ndarray of int, shape (n_rows,)
        Position in the block of the household of each row, rising.
    rows : DataFrame, shape (n_rows, n_columns)
        Columns with use feature, values missing: float64, or str and None.
    """

    inside: NDArray[np.bool_]
    household: NDArray[np.intp]
    rows: pd.DataFrame


def household_extract(block: Block, partner: PartnerSchema) -> Extract:
    """Take the rows of a table with one row per household.

    Parameters
    ----------
    block : Block
        Complete households.
    partner : PartnerSchema
        The table.

    Returns
    -------
    Extract
        One row for each household covered.
    """
    inside = covered(block, partner)
    here = np.flatnonzero(inside)
    weighs = {rule.column for rule in partner.rules if rule.weight}
    shown = {c.name: c for c in partner.columns if c.use == "feature"}
    absent = with_consequences(
        {name: _absent(block, column, here) for name, column in shown.items()}, partner
    )
    columns = {
        name: masked(
            pd.Series(survey_weights(block, partner, here))
            if name in weighs
            else block.rows[name].iloc[here].reset_index(drop=True),
            column,
            absent[name],
        )
        for name, column in shown.items()
    }
    return Extract(inside, here, pd.DataFrame(columns, index=range(len(here))))


def _absent(block: Block, column: Column, here: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Draw where a column is missing by itself.

    Drawn for everybody: who is covered changes nothing for the others.
    """
    draws = block.stream(f"missing {column.name}").random(len(block.rows))[here]
    return np.asarray(draws < chances(column.missing, block.rows, here))


def area_extract(block: Block, postcode: str, areas: pd.DataFrame) -> Extract:
    """Look up the rows of an area table for each household.

    Parameters
    ----------
    block : Block
        Complete households.
    postcode : str
        Column with the fictional postcode area.
    areas : DataFrame
        One row per area: `postcode`, then features.

    Returns
    -------
    Extract
        One row for each household whose area is in the table.
    """
    table = areas.set_index(postcode)
    place = table.index.get_indexer(block.rows[postcode])
    inside = place >= 0
    rows = table.iloc[place[inside]].reset_index(drop=True)
    return Extract(inside, np.flatnonzero(inside), rows)
