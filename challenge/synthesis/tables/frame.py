"""The flat feature frame: one row per child, only what is known at the moment.

What is known later than the prediction moment is in the partners' tables and never
here. Several rows of a household become one value as the partner's ``x-features``
say, over the rows whose moment lies at or before the prediction moment.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief.definition import Brief
from challenge.schema import Column, PartnerSchema
from challenge.schema.repetition import Aggregate
from challenge.synthesis.tables.extracts import Extract

EMPTY_IS_ZERO = {"count", "any", "sum"}
"""What is 0 for a household in the table of which no row counts; others are missing."""


def feature_frame(extracts: Mapping[str, Extract], brief: Brief) -> pd.DataFrame:
    """Lay the features of every household side by side.

    Parameters
    ----------
    extracts : mapping of str to Extract
        By table, of one block.
    brief : Brief
        Its features, and the prediction moment.

    Returns
    -------
    DataFrame
        One row per household of the block, columns in the order of
        ``brief.feature_names``: float64, or str and None.
    """
    partners = {partner.name: partner for partner in brief.partners}
    month = brief.target.prediction_month
    columns = {}
    for feature in brief.features:
        extract, made = extracts[feature.table], feature.aggregate
        if made is None:
            columns[feature.name] = _placed(extract, feature.column)
        else:
            values = aggregated(extract, partners[feature.table], made, month=month)
            columns[feature.name] = values
    return pd.DataFrame(columns)


def visible(frame: pd.DataFrame, source: str, brief: Brief) -> pd.DataFrame:
    """Take out what a source set does not have.

    Public rows are written like this, and hidden rows arrive like this at scoring.

    Parameters
    ----------
    frame : DataFrame
        Feature columns, float64 or str and None; others beside them stay.
    source : str
        One of ``brief.source_names``.
    brief : Brief
        Says from which table each feature comes.

    Returns
    -------
    DataFrame
        The same columns of the same types; features of other tables are missing in
        every row.
    """
    mine = brief.tables_of(source)
    gone = [f for f in brief.features if f.table not in mine]
    return frame.assign(**{f.name: None if f.is_text else np.nan for f in gone})


def aggregated(
    extract: Extract, partner: PartnerSchema, made: Aggregate, *, month: float
) -> NDArray[np.float64] | NDArray[np.object_]:
    """Make one value per household from its rows that are known at a moment.

    Missing values do not count. `min` and `max` of a category follow the declared
    order of its levels; `first` and `last` the moments.

    Parameters
    ----------
    extract : Extract
        Rows of the table.
    partner : PartnerSchema
        The table: its moments, and the order of its levels.
    made : Aggregate
        What to make.
    month : float
        Age of the child in months; later rows do not count.

    Returns
    -------
    ndarray, shape (n_households,)
        Float, or str and None; missing for a household that is not in the table.
    """
    column = next((c for c in partner.columns if c.name == made.column), None)
    moments = extract.rows[moment_of(partner, made)].to_numpy(dtype=np.float64)
    if column is not None:
        moments = np.maximum(moments, column.available_from)
    known = np.flatnonzero(moments <= month)  # a missing moment is never known
    known = known[np.argsort(moments[known], kind="stable")]
    values = _counted(extract.rows.iloc[known], made, column)
    how = {"count": "sum", "any": "max"}.get(made.take, made.take)
    taken = values.groupby(extract.household[known]).agg(how)
    every = np.arange(len(extract.inside))
    placed: NDArray[np.float64] = taken.reindex(every).to_numpy(dtype=np.float64)
    if made.take in EMPTY_IS_ZERO:
        zero = _inside_by(extract, partner, month) & np.isnan(placed)
        return np.where(zero, 0.0, placed)
    if column is None or column.type != "string":
        return placed
    return _decoded(placed, column)


def _inside_by(
    extract: Extract, partner: PartnerSchema, month: float
) -> NDArray[np.bool_]:
    """Tell which households are known to be in the table at a moment.

    Where the number of rows is drawn, only a row puts a household in the table: to
    say "no row yet" of those whose rows come later would tell that they come.
    """
    if partner.rows is None or partner.rows.count is None:
        return extract.inside
    known = extract.rows[partner.rows.moment].to_numpy(dtype=np.float64) <= month
    return np.isin(np.arange(len(extract.inside)), extract.household[known])


def moment_of(partner: PartnerSchema, made: Aggregate) -> str:
    """Name the column that says from when a row counts for an aggregate.

    Parameters
    ----------
    partner : PartnerSchema
        A table with several rows per household.
    made : Aggregate
        One of its features.

    Returns
    -------
    str
        The moment of the column that is aggregated, or else of the table.
    """
    own = {column.name: column.moment for column in partner.columns}
    table = partner.rows.moment if partner.rows is not None else None
    return own.get(made.column) or table or ""


def _placed(extract: Extract, name: str) -> NDArray[np.float64] | NDArray[np.object_]:
    """Put the values of a table with at most one row per household in their places."""
    values = extract.rows[name].to_numpy()
    size, is_text = len(extract.inside), values.dtype == object
    placed = np.full(size, None, object) if is_text else np.full(size, np.nan)
    placed[extract.household] = values
    return placed


def _counted(rows: pd.DataFrame, made: Aggregate, column: Column | None) -> pd.Series:
    """Give the numbers that are taken together: whether rows count, or their values."""
    if made.take in {"count", "any"}:
        held = made.holds(rows) if made.tests else np.ones(len(rows), np.bool_)
        return pd.Series(held.astype(np.float64))
    values = rows[made.column].reset_index(drop=True)
    if column is not None and column.type == "string":
        order = pd.Categorical(values, categories=_order(column))
        return pd.Series(order.codes.astype(np.float64)).where(order.codes >= 0)
    return values


def _order(column: Column) -> list[str]:
    """List the levels of a category in declared order."""
    return [] if column.marginal is None else [str(v) for v in column.marginal.levels]


def _decoded(codes: NDArray[np.float64], column: Column) -> NDArray[np.object_]:
    """Turn positions in the declared order back into levels."""
    levels = np.array([*_order(column), None], dtype=object)
    places = np.where(np.isnan(codes), len(levels) - 1, codes)
    return np.asarray(levels[places.astype(np.intp)])
