"""Drawing one partition: from the copula to complete households.

Every random number comes from a stream that is named after the partition, so the
same bytes come out on one worker or twenty, in any order, or after a kill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief.definition import Brief
from challenge.brief.mechanism import Mechanism
from challenge.schema.conditions import Tilt
from challenge.schema.partners import STANDING
from challenge.synthesis.drawing.areas import settle
from challenge.synthesis.drawing.block import Block
from challenge.synthesis.drawing.declare import Declaration, declare
from challenge.synthesis.drawing.derive import derive, shift
from challenge.synthesis.drawing.generate import sample
from challenge.synthesis.drawing.outcome import area_effects
from challenge.synthesis.secret import Secret, Streams
from challenge.synthesis.sets import Partition

KEPT = 0.05
"""Share of external rows that is kept at the least. It bounds the work whatever a
brief declares; a shift of the usual size keeps about four in ten."""

SMALLEST_POOL = 5_000
"""Rows from which a few external ones are chosen, so that the largest weight is
known."""


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """What every partition of a build is drawn from.

    Attributes
    ----------
    brief : Brief
        Tables, areas, external shift.
    mechanism : Mechanism
        How the target depends on the columns.
    secret : Secret
        Decides everything.
    declaration : Declaration
        Columns of the copula.
    effects : ndarray of float, shape (n_terms,)
        Log-odds that hold in this build.
    """

    brief: Brief
    mechanism: Mechanism
    secret: Secret
    declaration: Declaration
    effects: NDArray[np.float64]

    @classmethod
    def make(cls, brief: Brief, mechanism: Mechanism, secret: Secret) -> Recipe:
        """Collect what is declared, and draw the effects that hold.

        Parameters
        ----------
        brief : Brief
            Free of faults.
        mechanism : Mechanism
            Valid for its columns.
        secret : Secret
            Of the build.

        Returns
        -------
        Recipe
            Can be sent to other processes.
        """
        effects = mechanism.draw(secret.generator("effects"))
        return cls(brief, mechanism, secret, declare(brief), effects)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One partition, drawn.

    Attributes
    ----------
    block : Block
        Complete households, in random order.
    log_odds : ndarray of float, shape (n_rows,)
        Of the target, without intercept.
    area_effects : ndarray of float, shape (n_rows,)
        The part of `log_odds` that areas add.
    """

    block: Block
    log_odds: NDArray[np.float64]
    area_effects: NDArray[np.float64]


def draw(recipe: Recipe, partition: Partition, places: pd.DataFrame) -> Drawn:
    """Draw the households of one partition, and the log-odds of their target.

    Parameters
    ----------
    recipe : Recipe
        What is declared, and the secret.
    partition : Partition
        How many households, and of which set.
    places : DataFrame
        Rows of `challenge.synthesis.drawing.areas.plan_areas` of this partition.

    Returns
    -------
    Drawn
        The same for the same recipe, partition and places.
    """
    brief, stream = recipe.brief, Streams(recipe.secret, partition.name)
    pool = _pool(recipe, partition, stream)
    home = settle(pool[STANDING].to_numpy(), places, brief, stream("homes"))
    scores = pool[[n for n in recipe.declaration.scored if n != STANDING]]
    homes = places[_area_columns(brief)].iloc[home].reset_index(drop=True)
    rows = pd.concat([pool[list(recipe.declaration.marginals)], homes], axis=1)
    rows = derive(shift(rows, brief), brief)
    log_odds = recipe.mechanism.log_odds(rows, recipe.effects)
    if partition.set == "external":
        log_odds *= brief.external.shift.strength
    added = area_effects(places, brief, recipe.mechanism, recipe.secret, stream)[home]
    block = Block(partition.set, partition.first, rows, scores, stream)
    return Drawn(block, log_odds + added, added)


def _area_columns(brief: Brief) -> list[str]:
    """List the area columns, the postcode area included where there is one."""
    postcode = brief.areas.postcode
    return [*brief.areas.columns, *([postcode] if postcode else [])]


def _pool(recipe: Recipe, partition: Partition, stream: Streams) -> pd.DataFrame:
    """Draw from the copula; outside, pool after pool until enough are accepted.

    Rejection sampling (von Neumann 1951) leans on the declared circumstances in full;
    choosing the likeliest from one pool would use up its tail.
    """
    tilts = recipe.brief.external.shift.tilt if partition.set == "external" else ()
    rows, uniform = stream("rows"), stream("external")
    if not tilts:
        return sample(recipe.declaration, partition.rows, rows)
    accepted: list[pd.DataFrame] = []
    while (missing := partition.rows - sum(map(len, accepted))) > 0:
        pool = sample(recipe.declaration, max(missing, SMALLEST_POOL), rows)
        chance = acceptance(derive(pool, recipe.brief), tilts)
        accepted.append(pool[uniform.random(len(pool)) < chance])
    return pd.concat(accepted, ignore_index=True).head(partition.rows)


def acceptance(rows: pd.DataFrame, tilts: Sequence[Tilt]) -> NDArray[np.float64]:
    """Give the chance with which each row is kept so that the rows kept are tilted.

    Parameters
    ----------
    rows : DataFrame
        Complete households.
    tilts : sequence of Tilt
        Relative odds by circumstance.

    Returns
    -------
    ndarray of float, shape (n_rows,)
        In proportion to the product of the odds; if that would keep less than
        `KEPT`, the largest weights count as one.
    """
    from scipy.optimize import brentq  # slow to import

    weights = np.sum([tilt.log_weight(rows) for tilt in tilts], axis=0)

    def kept(bound: float) -> NDArray[np.float64]:
        return np.asarray(np.exp(np.minimum(weights - bound, 0)))

    low, high = float(weights.min()), float(weights.max())
    if kept(high).mean() < KEPT:
        high = float(brentq(lambda to: kept(to).mean() - KEPT, low, high, maxiter=1000))
    return kept(high)
