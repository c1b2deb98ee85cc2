"""Who is in a partner's table, which values are missing, and what weighs it right.

All three lean towards some households. Every column and every table has a stream
of its own, so that redrawing one changes no other.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.schema import Column, PartnerSchema
from challenge.schema.chances import Chance
from challenge.synthesis.drawing.block import Block
from challenge.synthesis.drawing.derive import in_order


def covered(block: Block, partner: PartnerSchema) -> NDArray[np.bool_]:
    """Tell which households are in a partner's table.

    Parameters
    ----------
    block : Block
        Complete households.
    partner : PartnerSchema
        Declares its coverage.

    Returns
    -------
    ndarray of bool, shape (n_households,)
        The same for every file in which the table counts.
    """
    draws = block.stream(f"coverage {partner.name}").random(len(block.rows))
    return np.asarray(draws < partner.coverage.of(block.rows))


def survey_weights(
    block: Block, partner: PartnerSchema, here: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Weigh the households in a table so that they stand for all.

    Parameters
    ----------
    block : Block
        Complete households.
    partner : PartnerSchema
        Declares its coverage.
    here : ndarray of int, shape (n_covered,)
        Positions of the households in it.

    Returns
    -------
    ndarray of float, shape (n_covered,)
        Inverse of the chance to be in it, with mean 1.

    References
    ----------
    Horvitz and Thompson (1952), "A generalization of sampling without replacement
    from a finite universe", JASA 47.
    """
    weights = 1 / partner.coverage.of(block.rows)[here]
    return np.asarray(weights / weights.mean() if len(here) else weights)


def chances(
    chance: Chance, rows: pd.DataFrame, positions: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Give a chance that leans on households for each of a table's rows.

    Parameters
    ----------
    chance : Chance
        Keeps its share over these rows.
    rows : DataFrame
        Complete households.
    positions : ndarray of int, shape (n_rows,)
        Household of each row.

    Returns
    -------
    ndarray of float, shape (n_rows,)
        In [0, 1].
    """
    named = list(dict.fromkeys(tilt.column for tilt in chance.tilt))
    return chance.of(rows[named].iloc[positions])


def with_consequences(
    gaps: Mapping[str, NDArray[np.bool_]], partner: PartnerSchema
) -> dict[str, NDArray[np.bool_]]:
    """Let what a rule of a table tells of a missing value be missing too.

    Otherwise "in arrears for six months" would tell of a family that the months of
    arrears, which are not known, are six or more.

    Parameters
    ----------
    gaps : mapping of str to ndarray of bool, shape (n_rows,)
        Where the value of each column that is shown is missing by itself.
    partner : PartnerSchema
        Declares the rules. What follows from a column of another table stays: its
        owner need not look into that table to know it.

    Returns
    -------
    dict of str to ndarray of bool, shape (n_rows,)
        The same columns in the same order.
    """
    spread = dict(gaps)
    for rule in in_order(partner.rules):
        mine = [name for name in (rule.column, *rule.sources) if name in spread]
        if rule.column in spread:
            spread[rule.column] = np.logical_or.reduce([spread[n] for n in mine])
    return spread


def masked(values: pd.Series, column: Column, absent: NDArray[np.bool_]) -> pd.Series:
    """Take values out.

    Parameters
    ----------
    values : Series, shape (n_rows,)
        Complete.
    column : Column
        Tells whether they are texts.
    absent : ndarray of bool, shape (n_rows,)
        Where a value is missing.

    Returns
    -------
    Series, shape (n_rows,)
        Float64 and NaN, or str and None.
    """
    if column.type == "string":
        return values.astype(object).mask(absent, None)
    return values.astype(np.float64).mask(absent)
