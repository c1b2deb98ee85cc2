"""A partition on disk: written when it is drawn, read back when files are written."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief.definition import Brief
from challenge.synthesis.drawing.constraints import require_consistent
from challenge.synthesis.drawing.partition import Recipe, draw
from challenge.synthesis.parts import Parts
from challenge.synthesis.sets import PUBLIC_SETS, Partition
from challenge.synthesis.tables.linking import Linked, link

_TABLE = "table-"
_ALWAYS = ("complete", "truth", "flat", "groups", "postcodes")


def has_part(parts: Parts, partition: Partition, brief: Brief) -> bool:
    """Tell whether a partition was drawn, and every file of it is there.

    Parameters
    ----------
    parts : Parts
        Where it goes.
    partition : Partition
        Which one.
    brief : Brief
        Names the tables.

    Returns
    -------
    bool
        False where `make_part` has work to do.
    """
    own = (_TABLE + name for name in _own_tables(partition, brief))
    return parts.has(partition.name, (*_ALWAYS, *own))


def make_part(
    parts: Parts,
    recipe: Recipe,
    partition: Partition,
    places: pd.DataFrame,
    areas: Mapping[str, pd.DataFrame],
) -> int:
    """Draw one partition and leave it on disk; this is what workers do.

    Parameters
    ----------
    parts : Parts
        Where it goes.
    recipe : Recipe
        What is declared, and the secret.
    partition : Partition
        Which one.
    places : DataFrame
        Rows of `challenge.synthesis.drawing.areas.plan_areas` of this partition.
    areas : mapping of str to DataFrame
        Area tables.

    Returns
    -------
    int
        Households.

    Raises
    ------
    ContentRefusedError
        If rows contradict the partners' rules.
    """
    drawn = draw(recipe, partition, places)
    linked = link(drawn.block, recipe.brief, recipe.secret, areas)
    require_consistent(drawn.block.rows, linked.tables, recipe.brief)
    truth = {"log_odds": drawn.log_odds, "area_effects": drawn.area_effects}
    tables = {
        "complete": drawn.block.rows,
        "truth": pd.DataFrame(truth),
        "flat": linked.flat,
        "groups": linked.groups,
        "postcodes": pd.DataFrame({"postcode": sorted(linked.postcodes)}, dtype=object),
    }
    tables |= {f"{_TABLE}{name}": rows for name, rows in linked.tables.items()}
    parts.write(partition.name, tables)
    return partition.rows


def read_linked(parts: Parts, partition: Partition, brief: Brief) -> Linked:
    """Read what a release holds of a partition.

    Parameters
    ----------
    parts : Parts
        Where it is.
    partition : Partition
        Which one.
    brief : Brief
        Names the tables.

    Returns
    -------
    Linked
        As it was drawn.
    """
    name = partition.name
    return Linked(
        set=partition.set,
        flat=parts.read(name, "flat"),
        groups=parts.read(name, "groups"),
        tables={
            table: parts.read(name, _TABLE + table)
            for table in _own_tables(partition, brief)
        },
        postcodes=frozenset(parts.read(name, "postcodes")["postcode"]),
    )


def read_log_odds(parts: Parts, partition: Partition) -> NDArray[np.float64]:
    """Read the log-odds of the target of a partition's households.

    Parameters
    ----------
    parts : Parts
        Where it is.
    partition : Partition
        Which one.

    Returns
    -------
    ndarray of float, shape (n_rows,)
        Without intercept.
    """
    truth = parts.read(partition.name, "truth", ["log_odds"])
    return np.asarray(truth["log_odds"], dtype=np.float64)


def _own_tables(partition: Partition, brief: Brief) -> list[str]:
    """Name the tables that are written partition by partition."""
    if partition.set not in PUBLIC_SETS:
        return []
    return [partner.name for partner in brief.partners if not partner.is_area]
