"""What real rows teach: one marginal a column, and how columns move together.

Nothing else goes into the synthetic rows. They are drawn the same way as from a
schema that a partner wrote by hand, with these figures in the place of assumptions,
so whatever the figures do not tell, the rows cannot tell either.

Which values are missing is learned too: columns that are missing together share a
boolean column that is drawn along with the others and blanks them afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.schema import Marginal, PartnerSchema
from challenge.schema.associations import (
    is_correlation,
    latent,
    latent_matrix,
    nearest_correlation,
)
from challenge.schema.chances import Chance
from challenge.schema.columns import Source
from challenge.schema.levels import Share
from challenge.schema.partners import Association
from challenge.synthesis.drawing.declare import Declaration
from challenge.synthesis.walls.figures import safe_marginal, safe_share
from challenge.synthesis.walls.rows import derived, learnable
from leaderboard.disclosure.suppression import MINIMUM_CELL, round_count

PROVENANCE = Source(
    status="learned",
    reference="learned from real rows inside the partner's walls: blocks of at least"
    " 10 rows, counts rounded to 5",
)
_FEWEST_PAIRS = 50  # rows known in both columns, below which no dependence is learned
_STRONGEST = 0.98


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """Everything that is kept of real rows.

    Attributes
    ----------
    schema : PartnerSchema
        The partner's, with learned figures and their provenance.
    declaration : Declaration
        Columns to draw: the learned ones, then one boolean per missing pattern.
    absent : mapping of str to tuple of str
        Missing pattern to the columns that it blanks.
    empty : tuple of str
        Columns with fewer than ten known values: they stay empty.
    ranks : DataFrame
        Rank correlations of the declaration's columns.
    """

    schema: PartnerSchema
    declaration: Declaration
    absent: Mapping[str, tuple[str, ...]]
    empty: tuple[str, ...]
    ranks: pd.DataFrame


def learn(rows: pd.DataFrame, schema: PartnerSchema) -> Learned:
    """Learn marginals, missing patterns and rank correlations from real rows.

    Parameters
    ----------
    rows : DataFrame
        Of `challenge.synthesis.walls.rows.read_rows`.
    schema : PartnerSchema
        Types, levels, bounds and rules.

    Returns
    -------
    Learned
        Figures on at least ten rows each.

    References
    ----------
    Cario and Nelson (1997), "Modeling and generating random vectors with arbitrary
    marginal distributions and correlation matrix".
    """
    columns = {column.name: column for column in learnable(schema)}
    found = {name: safe_marginal(rows[name], c) for name, c in columns.items()}
    marginals: dict[str, Marginal] = {n: m for n, m in found.items() if m is not None}
    kinds: dict[str, str] = {name: columns[name].type for name in marginals}
    codes = pd.DataFrame(
        {n: order_codes(rows[n], marginal) for n, marginal in marginals.items()},
        index=rows.index,
    )
    absent: dict[str, tuple[str, ...]] = {}
    for pattern, names in _patterns(rows, schema, tuple(marginals)).items():
        name = f"absent__{len(absent)}"
        missing = np.frombuffer(pattern, dtype=np.bool_)
        absent[name], kinds[name] = names, "boolean"
        marginals[name] = Share(share=safe_share(int(missing.sum()), len(rows)))
        codes[name] = missing.astype(np.float64)
    ranks = rank_correlations(codes)
    correlation = _latent_correlation(ranks, marginals)
    declaration = Declaration(
        marginals=marginals, kinds=kinds, scored=(), correlation=correlation
    )
    empty = tuple(name for name, marginal in found.items() if marginal is None)
    return Learned(
        schema=_redrafted(schema, declaration, absent),
        declaration=declaration,
        absent=absent,
        empty=empty,
        ranks=ranks,
    )


def order_codes(values: pd.Series, marginal: Marginal) -> pd.Series:
    """Give values as numbers in the order that the marginal's levels have.

    Parameters
    ----------
    values : Series
        Floats, or str and None.
    marginal : Marginal
        Of the column.

    Returns
    -------
    Series of float
        NaN where missing.
    """
    if values.dtype != object:
        return values
    order = {str(level): place for place, level in enumerate(marginal.levels)}
    return values.map(order).astype(np.float64)


def rank_correlations(codes: pd.DataFrame) -> pd.DataFrame:
    """Correlate ranks, ties at their middle rank, as far as may leave.

    A correlation of two columns of two values each would give away their four
    counts: it is made from counts rounded to five. And a correlation that chance
    gives in so many columns is taken as none: it would tell of these rows and not of
    families in general, and many of them together would betray who was learned from.

    Parameters
    ----------
    codes : DataFrame
        Numbers in a meaningful order; NaN where missing.

    Returns
    -------
    DataFrame
        Spearman's correlation; 0 where it is not defined, rests on few rows or is
        no larger than chance gives.

    References
    ----------
    Bickel and Levina (2008), "Covariance regularization by thresholding", Annals of
    Statistics 36: no correlation below the square root of 2 log(columns) / rows.
    """
    table = codes.rank().corr(min_periods=_FEWEST_PAIRS).fillna(0.0)
    binary = [name for name in codes if codes[name].nunique() == 2]
    for place, first in enumerate(binary):
        for second in binary[place + 1 :]:
            both = codes[[first, second]].dropna()
            if len(both) >= _FEWEST_PAIRS:
                value = _rounded_phi(both[first], both[second])
                table.loc[first, second] = table.loc[second, first] = value
    known = codes.notna().astype(np.float64)
    pairs = (known.T @ known).clip(lower=1)
    chance = np.sqrt(2 * np.log(max(2, codes.shape[1])) / pairs)
    return table.where(table.abs() > chance, 0.0)


def _patterns(
    rows: pd.DataFrame, schema: PartnerSchema, names: tuple[str, ...]
) -> dict[bytes, tuple[str, ...]]:
    """Group columns by where they are missing, rules of the schema apart."""
    held = {
        rule.column: rule.only.holds(rows)
        for rule in schema.rules
        if rule.only is not None and rule.only.column in rows
    }
    also = tuple(c.name for c in derived(schema) if c.name in rows)
    groups: dict[bytes, tuple[str, ...]] = {}
    for name in (*names, *also):
        missing = rows[name].isna().to_numpy() & held.get(name, True)
        if MINIMUM_CELL <= missing.sum() <= len(rows) - MINIMUM_CELL:
            pattern = missing.tobytes()
            groups[pattern] = (*groups.get(pattern, ()), name)
    return groups


def _rounded_phi(first: pd.Series, second: pd.Series) -> float:
    """Correlation of two columns of two values, from counts rounded to five."""
    counts = pd.crosstab(first, second).to_numpy()
    if counts.shape != (2, 2):
        return 0.0
    (a, b), (c, d) = np.vectorize(round_count)(counts)
    scale = float((a + b) * (c + d) * (a + c) * (b + d)) ** 0.5
    return float((a * d - b * c) / scale) if scale else 0.0


def _latent_correlation(
    ranks: pd.DataFrame, marginals: Mapping[str, Marginal]
) -> NDArray[np.float64]:
    """Find the correlation of normal scores behind the rank correlations."""
    varied = [
        name
        for name, marginal in marginals.items()
        if not marginal.levels or max(marginal.shares.values()) < 1  # type: ignore[union-attr]
    ]
    pairs = {}
    for place, first in enumerate(varied):
        for second in varied[place + 1 :]:
            spearman = float(np.clip(ranks.loc[first, second], -0.99, 0.99))
            told = Association.model_validate(
                {"columns": (first, second), "spearman": spearman}
                | {"x-source": PROVENANCE}
            )
            value = latent(told, marginals[first], marginals[second])
            limit = float(np.sign(spearman)) * _STRONGEST
            pairs[first, second] = limit if value is None else value
    matrix = latent_matrix(list(marginals), pairs)
    if not is_correlation(matrix):
        matrix = nearest_correlation(matrix)
    rounded = _rounded(matrix)
    while not is_correlation(rounded):
        # Rounding may cost the margin; drawing towards no dependence gives it back.
        matrix = 0.98 * matrix + 0.02 * np.eye(len(matrix))
        rounded = _rounded(matrix)
    return rounded


def _rounded(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    rounded = np.round(matrix, 3)
    np.fill_diagonal(rounded, 1.0)
    return rounded


def _redrafted(
    schema: PartnerSchema,
    declaration: Declaration,
    absent: Mapping[str, tuple[str, ...]],
) -> PartnerSchema:
    """Put the learned figures in the partner's schema, each with its provenance."""
    missing = {
        n: declaration.marginals[p] for p, names in absent.items() for n in names
    }
    columns = []
    for column in schema.columns:
        told: dict[str, object] = {}
        if column.name in declaration.marginals:
            told = {"marginal": declaration.marginals[column.name]}
            told |= {"source": PROVENANCE, "missing": Chance(share=0)}
        if column.name in missing:
            told["missing"] = Chance(share=missing[column.name].share)  # type: ignore[union-attr]
        columns.append(column.model_copy(update=told))
    names = [name for name in declaration.names if name not in absent]
    elsewhere = [a for a in schema.associations if not set(a.columns) <= set(names)]
    table = schema.table.model_copy(update={"columns": tuple(columns)})
    learned = [
        Association.model_validate(
            {"columns": (first, second), "correlation": value, "x-source": PROVENANCE}
        )
        for i, first in enumerate(names)
        for j, second in enumerate(names[:i])
        if (value := float(declaration.correlation[i, j]))
    ]
    return schema.model_copy(
        update={"table": table, "associations": (*elsewhere, *learned)}
    )
