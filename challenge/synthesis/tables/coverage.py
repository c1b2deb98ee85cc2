"""Who is in a partner's table, which values are missing, and what weighs it right.

All three lean towards some households. Every column and every table has a stream
of its own, so that redrawing one changes no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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


def gap_causes(partner: PartnerSchema) -> dict[str, tuple[Column, ...]]:
    """Tell with which columns each column that is shown is missing.

    What a rule tells of a missing value is missing too. Otherwise "in arrears for six
    months" would tell of a family that the months of arrears, which are not known,
    are six or more.

    Parameters
    ----------
    partner : PartnerSchema
        Declares the rules. What follows from a column of another table stays: its
        owner need not look into that table to know it.

    Returns
    -------
    dict of str to tuple of Column
        In the partner's order: the column itself, then what it follows from.
    """
    shown = {c.name: c for c in partner.columns if c.use == "feature"}
    causes = {name: {name: column} for name, column in shown.items()}
    for rule in in_order(partner.rules):
        for source in rule.sources:
            if rule.column in causes:
                causes[rule.column] |= causes.get(source, {})
    return {name: tuple(mine.values()) for name, mine in causes.items()}


def with_consequences(
    gaps: Mapping[str, NDArray[np.bool_]], partner: PartnerSchema
) -> dict[str, NDArray[np.bool_]]:
    """Let gaps have the consequences that `gap_causes` tells of.

    Parameters
    ----------
    gaps : mapping of str to ndarray of bool, shape (n_rows,)
        Where the value of each column that is shown is missing by itself.
    partner : PartnerSchema
        Declares the rules.

    Returns
    -------
    dict of str to ndarray of bool, shape (n_rows,)
        The same columns in the partner's order.
    """
    return {
        name: np.logical_or.reduce([gaps[cause.name] for cause in causes])
        for name, causes in gap_causes(partner).items()
    }


def chance_known(
    causes: Iterable[Column], rows: pd.DataFrame, positions: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Give the chance that none of some columns has a gap.

    Parameters
    ----------
    causes : iterable of Column
        Each has its own gaps, given the household.
    rows : DataFrame
        Complete households.
    positions : ndarray of int, shape (n_rows,)
        Household of each row.

    Returns
    -------
    ndarray of float, shape (n_rows,)
        In [0, 1].
    """
    known = [1 - chances(cause.missing, rows, positions) for cause in causes]
    return np.asarray(np.prod(known, axis=0))


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
