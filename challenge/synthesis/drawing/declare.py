"""What a brief declares about its columns, ready to be fitted.

The copula is not fitted to anybody's rows: it is fitted to a *seed frame* of
normal scores that have exactly the declared correlations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief.coherence import latent_pairs
from challenge.brief.definition import Brief
from challenge.schema import Marginal
from challenge.schema.associations import latent_matrix
from challenge.schema.partners import STANDING

SEED_ROWS = 2_000
"""Rows of the seed frame; more would add nothing but time."""


@dataclass(frozen=True, slots=True, eq=False)
class Declaration:
    """The columns that the copula draws, one row per household.

    Attributes
    ----------
    marginals : mapping of str to Marginal
        Columns that are drawn as values, in order.
    kinds : mapping of str to str
        Table Schema type of each of them.
    scored : tuple of str
        Columns that are drawn as normal scores: those of tables with several rows
        per household, and `STANDING`.
    correlation : ndarray of float, shape (n_columns, n_columns)
        Of the normal scores of all columns.
    """

    marginals: Mapping[str, Marginal]
    kinds: Mapping[str, str]
    scored: tuple[str, ...]
    correlation: NDArray[np.float64]

    @property
    def names(self) -> list[str]:
        """All columns, in the order of `correlation`."""
        return [*self.marginals, *self.scored]

    def values(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Turn normal scores into values.

        Parameters
        ----------
        scores : DataFrame
            One column of normal scores per declared column.

        Returns
        -------
        DataFrame
            Values: floats, and str for categories; scores where they are wanted.
        """
        values = {
            name: marginal.values(scores[name].to_numpy())
            for name, marginal in self.marginals.items()
        }
        return pd.DataFrame(values | {name: scores[name] for name in self.scored})


def declare(brief: Brief) -> Declaration:
    """Collect what a brief's partners declare about the columns to be drawn.

    Parameters
    ----------
    brief : Brief
        Free of faults.

    Returns
    -------
    Declaration
        Links, areas, derived columns and columns of area tables left out.
    """
    drawn = {n: c for n, c in brief.household_columns.items() if c.marginal is not None}
    repeated = [
        column.name
        for partner in brief.partners
        if partner.is_repeated
        for column in partner.columns
        if column.marginal is not None
    ]
    names = [*drawn, *repeated, STANDING]
    pairs = latent_pairs(brief.partners)
    return Declaration(
        marginals={n: c.marginal for n, c in drawn.items() if c.marginal is not None},
        kinds={n: c.type for n, c in drawn.items()},
        scored=(*repeated, STANDING),
        correlation=latent_matrix(
            names, {pair: r for pair, r in pairs.items() if set(pair) <= set(names)}
        ),
    )


def seed_scores(declaration: Declaration) -> pd.DataFrame:
    """Make the seed frame.

    Nothing in it is secret or random: anybody who reads the schemas can make it.

    Parameters
    ----------
    declaration : Declaration
        Columns and their correlation.

    Returns
    -------
    DataFrame
        Scores with mean 0, standard deviation 1 and exactly the declared
        correlations; at least ten rows a column.
    """
    size = len(declaration.names)
    rows = max(SEED_ROWS, 10 * size)
    noise = np.random.default_rng(0).standard_normal((rows, size))
    noise -= noise.mean(axis=0)
    by_chance = np.linalg.cholesky(noise.T @ noise / rows)
    scores = np.linalg.solve(by_chance, noise.T).T
    root = np.linalg.cholesky(declaration.correlation)
    return pd.DataFrame(scores @ root.T, columns=declaration.names)
