"""What was drawn of each declared column, with the weight of each value.

A column of a table with one row per household is looked at before coverage, in all
sets that the external shift leaves alone. Rows of a table with several rows exist
only after coverage; each then stands for as many rows as its chance to be there
says, so that what was declared for all rows can be held against those that are left.

References
----------
Horvitz and Thompson (1952), "A generalization of sampling without replacement from
a finite universe", JASA 47. Kish (1965), "Survey Sampling", 8.2: effective size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief.definition import Brief
from challenge.schema import Column, Marginal, PartnerSchema
from challenge.synthesis.audit.population import AuditRows, Observed
from challenge.synthesis.audit.records import Per
from challenge.synthesis.tables.coverage import chance_known, chances, gap_causes

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The drawn values of one column.

    Attributes
    ----------
    column : Column
        As declared.
    marginal : Marginal
        Its distribution.
    table : str
        Its partner table.
    units : ndarray of int, shape (n,)
        Household, or profile of postcode areas, of each value.
    values : ndarray of float, shape (n,)
        Numbers; categories as their place among the declared levels; NaN is missing.
    weights : ndarray of float, shape (n,)
        For how many values each stands, up to a factor.
    per : {"household", "row", "postcode"}
        What a value belongs to.
    is_held_back : bool
        Whether a rule lets the drawn value count in some rows only, so that what
        is seen is not what was declared.
    """

    column: Column
    marginal: Marginal
    table: str
    units: NDArray[np.intp]
    values: Vector
    weights: Vector
    per: Per
    is_held_back: bool

    @property
    def effective(self) -> float:
        """Rows of equal weight, one per household, that would tell as much."""
        known = ~np.isnan(self.values)
        return effective_size(self.units[known], self.weights[known])


def samples(rows: AuditRows, brief: Brief) -> dict[str, Sample]:
    """Collect what was drawn of every column that has a marginal.

    Parameters
    ----------
    rows : AuditRows
        What is audited.
    brief : Brief
        Declares the columns.

    Returns
    -------
    dict of str to Sample
        By column.
    """
    found: dict[str, Sample] = {}
    for partner in brief.partners:
        held = {rule.column for rule in partner.rules if not rule.makes}
        for column in partner.columns:
            if column.marginal is None or column.name not in brief.columns:
                continue
            seen = _seen(rows, brief, partner, column)
            if seen is not None:
                found[column.name] = Sample(
                    column,
                    column.marginal,
                    partner.name,
                    seen.units,
                    codes(seen.values, column),
                    seen.weights,
                    seen.per,
                    column.name in held,
                )
    return found


def codes(values: pd.Series, column: Column) -> Vector:
    """Turn values into numbers whose order is the declared one.

    Parameters
    ----------
    values : Series
        Float64, or str and None.
    column : Column
        Declares the levels.

    Returns
    -------
    ndarray of float, shape (n,)
        NaN where there is no value.
    """
    if values.dtype != object:
        return np.asarray(values, dtype=np.float64)
    levels = [] if column.marginal is None else [str(v) for v in column.marginal.levels]
    place = pd.Index(levels).get_indexer(values.to_numpy())
    return np.where(place < 0, np.nan, place.astype(np.float64))


def profiles(table: pd.DataFrame, brief: Brief) -> NDArray[np.intp]:
    """Give rows of an area table that say the same one number.

    Postcode areas share profiles (`challenge.synthesis.tables.postcodes`), so equal
    rows were drawn once.

    Parameters
    ----------
    table : DataFrame
        One row per postcode area.
    brief : Brief
        Names the postcode column.

    Returns
    -------
    ndarray of int, shape (n_rows,)
        Counted from 0.
    """
    values = [name for name in table if name != brief.areas.postcode]
    if not values:
        return np.arange(len(table))
    return np.asarray(table.groupby(values, dropna=False).ngroup(), dtype=np.intp)


def effective_size(units: NDArray[np.intp], weights: Vector) -> float:
    """Count the equal, independent units that weighted rows are worth.

    Parameters
    ----------
    units : ndarray of int, shape (n,)
        Rows of one unit count as one.
    weights : ndarray of float, shape (n,)
        Above 0.

    Returns
    -------
    float
        At most the number of units; 0 without rows.
    """
    if not len(units):
        return 0.0
    mine = np.bincount(units, weights)
    return float(mine.sum() ** 2 / np.sum(mine**2))


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Where the values of one column are, and what each stands for."""

    units: NDArray[np.intp]
    values: pd.Series
    weights: Vector
    per: Per


def _seen(
    rows: AuditRows, brief: Brief, partner: PartnerSchema, column: Column
) -> _Seen | None:
    """Look up one column where it was drawn; None where it is in no file."""
    if partner.is_area:
        table = rows.areas.get(partner.name)
        if table is None or column.name not in table:
            return None
        units = profiles(table, brief)
        return _Seen(units, table[column.name], np.ones(len(units)), "postcode")
    stays = _unshifted(rows, brief, column)
    if not partner.is_repeated:
        here = np.flatnonzero(rows.inside & stays)
        values = rows.rows[column.name].iloc[here]
        return _Seen(here, values, np.ones(len(here)), "household")
    seen = rows.tables.get(partner.name)
    if seen is None or column.name not in seen.rows:
        return None
    kept = stays[seen.household]
    mine = Observed(seen.household[kept], seen.rows[kept])
    weights = 1 / _chance(rows, partner, column, mine)
    return _Seen(mine.household, mine.rows[column.name], weights, "row")


def _unshifted(rows: AuditRows, brief: Brief, column: Column) -> NDArray[np.bool_]:
    """Tell which households live where no declared shift moves the column."""
    districts = [entry.district for entry in column.shifts]
    return np.asarray(~rows.rows[brief.areas.district].isin(districts))


def _chance(
    rows: AuditRows, partner: PartnerSchema, column: Column, seen: Observed
) -> Vector:
    """Give the chance that each row is in the table, with a value."""
    public = np.flatnonzero(rows.public)
    inside = np.zeros(len(rows.rows))
    inside[public] = chances(partner.coverage, rows.rows, public)
    parts = list(_later_chances(rows, partner, column, seen))
    return np.asarray(np.prod([inside[seen.household], *parts], axis=0))


def _later_chances(
    rows: AuditRows, partner: PartnerSchema, column: Column, seen: Observed
) -> Iterator[Vector]:
    """Give the chances of being there after coverage."""
    here, back = np.unique(seen.household, return_inverse=True)
    if partner.rows is not None and partner.rows.moments is not None:
        yield chances(partner.rows.attended, rows.rows, here)[back]
    causes = gap_causes(partner)[column.name]
    known = chance_known(causes, rows.rows, here)[back]
    yield np.where(known > 0, known, 1)  # else there is no value to weigh
