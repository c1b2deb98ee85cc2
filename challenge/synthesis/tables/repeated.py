"""Tables with several rows per household: contacts, trajectories.

The copula gives each household a normal score per column. A row of the household
has a score that is partly the household's and partly its own, in such parts that
two rows of one household correlate as declared, and that every row on its own
keeps the declared marginals and associations.

References
----------
Demidenko (2013), "Mixed Models: Theory and Applications with R", section 2.3: the
random intercept and its intraclass correlation.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief.coherence import row_pairs
from challenge.brief.definition import Brief
from challenge.schema import Column, PartnerSchema
from challenge.schema.associations import latent_matrix
from challenge.schema.repetition import Rows
from challenge.synthesis.drawing.block import Block
from challenge.synthesis.drawing.derive import apply_rules, shifted
from challenge.synthesis.tables.coverage import (
    chances,
    covered,
    masked,
    with_consequences,
)
from challenge.synthesis.tables.extracts import Extract

Positions = NDArray[np.intp]


def repeated_extract(block: Block, partner: PartnerSchema, brief: Brief) -> Extract:
    """Draw the rows of a table with several rows per household.

    Parameters
    ----------
    block : Block
        Complete households and their scores.
    partner : PartnerSchema
        The table.
    brief : Brief
        Names the district column.

    Returns
    -------
    Extract
        Rows by household; with `moments` in the order of the moments.
    """
    inside = covered(block, partner)
    form = partner.rows or Rows(per="postcode")
    household, moments = _occasions(block, partner.name, form, np.flatnonzero(inside))
    rows = _drawn(block, partner, household, brief)
    if moments is not None and form.moment:
        rows[form.moment] = moments
    rows = apply_rules(rows, [partner])
    shown = [column for column in partner.columns if column.use == "feature"]
    gaps = {c.name: _gaps(block, c, household) for c in shown}
    gaps = with_consequences(gaps, partner)
    kept = {c.name: masked(rows[c.name], c, gaps[c.name]) for c in shown}
    return Extract(inside, household, pd.DataFrame(kept, index=rows.index))


def most_rows(partner: PartnerSchema) -> int:
    """Tell how many rows a household can have, so that rows can be numbered.

    Parameters
    ----------
    partner : PartnerSchema
        A table with several rows per household.

    Returns
    -------
    int
        At least 1.
    """
    form = partner.rows
    if form is None or form.count is None:
        return len(form.moments or ()) if form else 1
    return max(int(level) for level in form.count.levels)


def within(household: Positions) -> Positions:
    """Count the rows of each household from 0.

    Parameters
    ----------
    household : ndarray of int, shape (n_rows,)
        Household of each row, rising.

    Returns
    -------
    ndarray of int, shape (n_rows,)
        Position of the row among its household's.

    Examples
    --------
    >>> within(np.array([0, 0, 3, 3, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    return np.arange(len(household)) - np.searchsorted(household, household)


def _occasions(
    block: Block, table: str, form: Rows, here: Positions
) -> tuple[Positions, NDArray[np.float64] | None]:
    """Draw how many rows each household in the table has, or at which moments."""
    generator = block.stream(f"occasions {table}")
    if form.count is not None:
        scores = generator.standard_normal(len(block.rows))
        counts = form.count.values(scores).astype(np.intp)[here]
        return np.repeat(here, counts), None
    ages = np.array(form.moments or (), dtype=np.float64)
    draws = generator.random((len(block.rows), len(ages)))[here]
    chance = chances(form.attended, block.rows, here)
    who, when = np.nonzero(draws < chance[:, None])
    return here[who], ages[when]


def _drawn(
    block: Block, partner: PartnerSchema, household: Positions, brief: Brief
) -> pd.DataFrame:
    """Draw the columns that have a marginal, as yet complete."""
    columns = [c for c in partner.columns if c.marginal is not None]
    noise = _noise(block, partner, columns, len(household))
    districts = block.rows[brief.areas.district].to_numpy()[household]
    rows = {}
    for column, own in zip(columns, noise.T, strict=True):
        alike = partner.alike(column)
        shared = block.scores[column.name].to_numpy()[household]
        scores = np.sqrt(alike) * shared + np.sqrt(1 - alike) * own
        if column.marginal is not None:
            drawn = column.marginal.values(scores)
            rows[column.name] = shifted(drawn, column, districts)
    return pd.DataFrame(rows, index=range(len(household)))


def _noise(
    block: Block, partner: PartnerSchema, columns: list[Column], size: int
) -> NDArray[np.float64]:
    """Draw what rows have of their own, correlated as columns of this table are."""
    names = [column.name for column in columns]
    root = np.linalg.cholesky(latent_matrix(names, row_pairs(partner)))
    draws = block.stream(f"rows {partner.name}").standard_normal((size, len(names)))
    return np.asarray(draws @ root.T)


def _gaps(block: Block, column: Column, household: Positions) -> NDArray[np.bool_]:
    """Draw where a column is missing; a chance leans on the household of the row."""
    draws = block.stream(f"missing {column.name}").random(len(household))
    return np.asarray(draws < chances(column.missing, block.rows, household))
