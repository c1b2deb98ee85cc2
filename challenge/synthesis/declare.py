"""What a brief declares about its columns, ready to be fitted.

The copula is not fitted to anybody's rows: it is fitted to a *seed frame* of
normal scores that we draw with the declared correlations.

Two things would otherwise be guessable, because SDV has no public seed: after a
fit its random numbers always start from the same constant. A cheating team could
draw the same pool of rows and recognise hidden households in it. So
the seed frame gets *companion* columns that are secret mixtures of the declared
ones and noise. SDV turns its constant noise into rows through the singular vectors
of the joint correlation; with companions these vectors follow the secret mixtures,
and rows of two builds have nothing in common. Companions are dropped after sampling.
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

SEED_ROWS = 20_000
"""Rows of the seed frame: fitted correlations are within 0.02 of the declared."""

COMPANION = "companion_"
COMPANIONS = (24, 56)
"""Fewest and most companions; how many there are is secret too, because the number
of columns decides which of SDV's random numbers make which row."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """The columns to be drawn.

    Attributes
    ----------
    marginals : mapping of str to Marginal
        Columns in order.
    kinds : mapping of str to str
        Table Schema type of each.
    correlation : ndarray of float, shape (n_columns, n_columns)
        Of the normal scores.
    """

    marginals: Mapping[str, Marginal]
    kinds: Mapping[str, str]
    correlation: NDArray[np.float64]

    @property
    def names(self) -> list[str]:
        """Columns in order."""
        return list(self.marginals)

    def values(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Turn normal scores into values.

        Parameters
        ----------
        scores : DataFrame
            One column of normal scores per declared column.

        Returns
        -------
        DataFrame
            Values: floats, and str for categories.
        """
        return pd.DataFrame(
            {
                name: marginal.values(scores[name].to_numpy())
                for name, marginal in self.marginals.items()
            }
        )


def declare(brief: Brief) -> Declaration:
    """Collect what a brief's partners declare about the columns to be drawn.

    Parameters
    ----------
    brief : Brief
        Free of faults.

    Returns
    -------
    Declaration
        Links, areas and derived columns left out.
    """
    drawn = {n: c for n, c in brief.columns.items() if c.marginal is not None}
    pairs = latent_pairs(brief.partners)
    return Declaration(
        marginals={n: c.marginal for n, c in drawn.items() if c.marginal is not None},
        kinds={n: c.type for n, c in drawn.items()},
        correlation=latent_matrix(list(drawn), pairs),
    )


def seed_scores(
    declaration: Declaration,
    generator: np.random.Generator,
    *,
    rows: int = SEED_ROWS,
) -> pd.DataFrame:
    """Draw the seed frame: declared columns and their secret companions.

    Parameters
    ----------
    declaration : Declaration
        What to draw.
    generator : Generator
        From the secret.
    rows : int
        Length of the frame.

    Returns
    -------
    DataFrame
        Standard-normal scores; companions are named ``companion_0`` and on.
    """
    size, more = len(declaration.marginals), int(generator.integers(*COMPANIONS))
    root = np.linalg.cholesky(declaration.correlation)
    noise = generator.standard_normal((rows, size + more))
    mixture = generator.standard_normal((size + more, more))
    mixture *= 0.9 / np.linalg.norm(mixture, axis=0)
    own = np.sqrt(1 - 0.9**2) * generator.standard_normal((rows, more))
    scores = np.hstack([noise[:, :size] @ root.T, noise @ mixture + own])
    scores = (scores - scores.mean(axis=0)) / scores.std(axis=0)
    names = declaration.names + [f"{COMPANION}{i}" for i in range(more)]
    return pd.DataFrame(scores, columns=names)
