"""What follows from drawn columns: how districts differ, then the partners' rules."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import TopologicalSorter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief.definition import Brief
from challenge.schema import Column, Marginal, PartnerSchema
from challenge.schema.rules import Rule


def derive(rows: pd.DataFrame, brief: Brief) -> pd.DataFrame:
    """Add the household columns that follow from others.

    May be asked again after a column has changed: a rule gives the same values for
    the same rows.

    Parameters
    ----------
    rows : DataFrame
        Drawn columns of the tables with one row per household.
    brief : Brief
        Its partners declare the rules.

    Returns
    -------
    DataFrame
        Also with the derived columns; survey weights come with coverage.
    """
    return apply_rules(rows, [p for p in brief.partners if p.rows is None])


def shift(rows: pd.DataFrame, brief: Brief) -> pd.DataFrame:
    """Add to household columns what their district differs by; before the rules.

    Parameters
    ----------
    rows : DataFrame
        Drawn columns and the district, not yet shifted.
    brief : Brief
        Its partners declare the shifts.

    Returns
    -------
    DataFrame
        The same columns.
    """
    rows = rows.copy()
    districts = rows[brief.areas.district].to_numpy()
    for name, column in brief.household_columns.items():
        if column.shifts:
            rows[name] = shifted(rows[name].to_numpy(), column, districts)
    return rows


def shifted(
    values: NDArray[Any], column: Column, districts: NDArray[Any]
) -> NDArray[Any]:
    """Shift a drawn column in the districts that its schema names.

    Parameters
    ----------
    values : ndarray, shape (n_rows,)
        As drawn.
    column : Column
        Declares the shifts, and by its marginal the bounds and decimals.
    districts : ndarray of str, shape (n_rows,)
        District of each row.

    Returns
    -------
    ndarray, shape (n_rows,)
        Unchanged outside those districts.
    """
    for entry in column.shifts:
        moved = held_inside(values + entry.add, column.marginal)
        values = np.where(districts == entry.district, moved, values)
    return values


def held_inside(
    values: NDArray[np.float64], marginal: Marginal | None
) -> NDArray[np.float64]:
    """Hold numbers inside the bounds of a marginal, on its decimals.

    Parameters
    ----------
    values : ndarray of float, shape (n_rows,)
        Numbers.
    marginal : Marginal or None
        Of the column; None holds nothing back.

    Returns
    -------
    ndarray of float, shape (n_rows,)
        A list of levels bounds by its smallest and largest.
    """
    if marginal is None:
        return values
    levels = [float(level) for level in marginal.levels]
    low = min(levels) if levels else getattr(marginal, "low", None)
    high = max(levels) if levels else getattr(marginal, "high", None)
    return np.round(np.clip(values, low, high), getattr(marginal, "decimals", 0))


def apply_rules(rows: pd.DataFrame, partners: Iterable[PartnerSchema]) -> pd.DataFrame:
    """Apply the rules of tables whose columns stand side by side.

    Parameters
    ----------
    rows : DataFrame
        Drawn columns of these tables.
    partners : iterable of PartnerSchema
        The tables.

    Returns
    -------
    DataFrame
        A copy with the derived columns; floats, or str and None.
    """
    rows, partners = rows.copy(), list(partners)
    kinds = {c.name: c.type for partner in partners for c in partner.columns}
    rules = [r for partner in partners for r in partner.rules if not r.weight]
    for rule in in_order(rules):
        is_boolean = kinds[rule.column] == "boolean"
        rows[rule.column] = rule.apply(rows, boolean=is_boolean)
    return rows


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """Order rules so that a column is made before another follows from it.

    Partners write rules without knowing each other's; rules of one column keep the
    order in which they are written.

    Parameters
    ----------
    rules : iterable of Rule
        Free of circles.

    Returns
    -------
    list of Rule
        The same rules.

    Raises
    ------
    graphlib.CycleError
        If columns follow from each other in a circle.
    """
    made: dict[str, list[Rule]] = {}
    for rule in rules:
        made.setdefault(rule.column, []).append(rule)
    needs = {
        column: [s for rule in mine for s in rule.sources if s != column]
        for column, mine in made.items()
    }
    order = TopologicalSorter(needs).static_order()
    return [rule for column in order for rule in made.get(column, ())]
