"""Drawing one partition: from the copula to complete households.

Every random number comes from a stream that is named after the partition, so the
same bytes come out on one worker or twenty, in any order, or after a kill.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief.definition import Brief
from challenge.brief.mechanism import Mechanism
from challenge.schema.partners import STANDING
from challenge.synthesis.areas import settle
from challenge.synthesis.block import Block
from challenge.synthesis.declare import Declaration, declare
from challenge.synthesis.derive import derive, shift
from challenge.synthesis.generate import sample
from challenge.synthesis.outcome import area_effects
from challenge.synthesis.secret import Secret, Streams
from challenge.synthesis.sets import Partition


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
        Rows of `challenge.synthesis.areas.plan_areas` of this partition.

    Returns
    -------
    Drawn
        The same for the same recipe, partition and places.
    """
    brief, stream = recipe.brief, Streams(recipe.secret, partition.name)
    pool = _pool(recipe, partition, stream)
    home = settle(pool[STANDING].to_numpy(), places, brief, stream("homes"))
    # The external draw left the likeliest first.
    order = stream("order").permutation(len(pool))
    pool, home = pool.iloc[order].reset_index(drop=True), home[order]
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
    """Draw from the copula; outside, twice as many to choose from."""
    tilts = recipe.brief.external.shift.tilt if partition.set == "external" else ()
    if not tilts:
        return sample(recipe.declaration, partition.rows, stream("rows"))
    pool = sample(recipe.declaration, 2 * partition.rows, stream("rows"))
    complete = derive(pool, recipe.brief)
    weights = np.sum([tilt.log_weight(complete) for tilt in tilts], axis=0)
    # The largest log weights plus Gumbel noise: a weighted draw without replacement
    # (Efraimidis and Spirakis 2006).
    keys = weights + stream("external").gumbel(size=len(pool))
    return pool.iloc[np.argsort(-keys)[: partition.rows]].reset_index(drop=True)
