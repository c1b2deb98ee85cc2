"""A feature frame as numbers that a straight line in log-odds can bend with.

A number becomes a line with bends at its quantiles, a category or small count one
column per value, and what is missing a column of its own: enough for any smooth
effect of any one feature. Steps and interactions are those of the mechanism, as far
as they can be seen: the audit knows which there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief.definition import Brief
from challenge.brief.mechanism import Mechanism

Matrix = NDArray[np.float32]

KNOTS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Quantiles at which a number may bend; Harrell (2015), "Regression Modeling
Strategies", 2.4.6, uses as many."""

_FEW = 8  # distinct values up to which a number is treated as levels


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """Rows as a design matrix.

    Attributes
    ----------
    matrix : ndarray of float32, shape (n_rows, n_columns)
        The intercept first; column by column in memory.
    needs : tuple of frozenset of int
        Features, by their places, that each column is made from.
    """

    matrix: Matrix
    needs: tuple[frozenset[int], ...]

    def columns_of(self, features: NDArray[np.intp]) -> NDArray[np.intp]:
        """List the columns that can be made from some features.

        Parameters
        ----------
        features : ndarray of int
            Places of features.

        Returns
        -------
        ndarray of int
            Places of columns, rising; the intercept is always there.
        """
        given = frozenset(features.tolist())
        return np.flatnonzero([needed <= given for needed in self.needs])


def basis(frame: pd.DataFrame, brief: Brief, mechanism: Mechanism) -> Basis:
    """Lay a feature frame out as numbers.

    Parameters
    ----------
    frame : DataFrame
        Feature columns, float64 or str and None.
    brief : Brief
        Its features, in the order of the frame.
    mechanism : Mechanism
        Terms of which every column is a feature get a column too.

    Returns
    -------
    Basis
        Knots and levels are those of these rows.
    """
    columns: list[Matrix] = [np.ones(len(frame), dtype=np.float32)]
    needs = [frozenset[int]()]
    for place, feature in enumerate(brief.features):
        values = frame[feature.name]
        made = _levels(values) if feature.is_text else _numbers(values)
        missing = values.isna().to_numpy()
        if 0 < missing.mean() < 1:
            made.append(missing.astype(np.float32))
        columns += made
        needs += [frozenset({place})] * len(made)
    places = {name: place for place, name in enumerate(brief.feature_names)}
    for term in mechanism.terms:
        if set(term.columns) <= set(places):
            # What is missing is taken to be 0: nothing is known to hold.
            exposure = np.nan_to_num(term.exposure(frame))
            columns.append(exposure.astype(np.float32))
            needs.append(frozenset(places[name] for name in term.columns))
    return Basis(np.asfortranarray(np.column_stack(columns)), tuple(needs))


def _levels(values: pd.Series) -> list[Matrix]:
    codes, levels = pd.factorize(values, sort=True)
    return [(codes == k).astype(np.float32) for k in range(1, len(levels))]


def _numbers(values: pd.Series) -> list[Matrix]:
    """Bend at quantiles; a missing value is 0 in every column."""
    x = values.to_numpy(dtype=np.float64)
    known = ~np.isnan(x)
    if not known.any():
        return []
    seen = np.unique(x[known])
    if len(seen) <= _FEW:
        return [(x == value).astype(np.float32) for value in seen[1:]]
    centre, spread = float(x[known].mean()), float(x[known].std())
    knots = np.unique(np.quantile(x[known], KNOTS))
    bends = [np.maximum(x - knot, 0) / spread for knot in knots]
    made = [(x - centre) / spread, *bends]
    return [np.where(known, column, 0).astype(np.float32) for column in made]
