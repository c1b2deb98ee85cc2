"""Area tables: one row per fictional postcode area, drawn once for all sets.

An area's values say something about where a household lives and nothing about the
household itself: reading them as the household's is the ecological fallacy.

References
----------
Robinson (1950), "Ecological correlations and the behavior of individuals",
American Sociological Review 15.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief.coherence import area_pairs
from challenge.brief.definition import Brief
from challenge.schema import PartnerSchema
from challenge.schema.associations import latent_matrix
from challenge.schema.partners import STANDING
from challenge.synthesis.coverage import masked
from challenge.synthesis.derive import apply_rules, shifted
from challenge.synthesis.secret import Secret


def area_tables(
    places: pd.DataFrame, brief: Brief, secret: Secret
) -> dict[str, pd.DataFrame]:
    """Draw every table that has one row per postcode area.

    Parameters
    ----------
    places : DataFrame
        One row per neighbourhood of the release: the district and postcode columns
        of the brief, and `STANDING` as a number.
    brief : Brief
        Its partners declare the tables.
    secret : Secret
        Decides.

    Returns
    -------
    dict of str to DataFrame
        By table: the postcode area, then columns with use feature; sorted by
        postcode.
    """
    tables = [partner for partner in brief.partners if partner.is_area]
    if not tables:
        return {}
    areas = brief.areas
    grouped = places.groupby(areas.postcode, sort=True)
    postcodes = pd.DataFrame(
        {
            areas.postcode: list(grouped.groups),
            areas.district: grouped[areas.district].first().to_numpy(),
            STANDING: _standardised(grouped[STANDING].mean().to_numpy()),
        }
    )
    return {p.name: _area_table(postcodes, p, brief, secret) for p in tables}


def _standardised(standing: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give standings mean 0 and standard deviation 1; equal ones become 0."""
    spread = standing.std()
    return np.asarray((standing - standing.mean()) / (spread if spread > 0 else 1))


def _area_table(
    postcodes: pd.DataFrame, partner: PartnerSchema, brief: Brief, secret: Secret
) -> pd.DataFrame:
    """Draw one table: columns, shifts, rules, then what is missing."""
    drawn = [c for c in partner.columns if c.marginal is not None]
    scores = _scores(postcodes[STANDING].to_numpy(), partner, secret)
    districts = postcodes[brief.areas.district].to_numpy()
    rows = pd.DataFrame(
        {
            column.name: shifted(column.marginal.values(mine), column, districts)
            for column, mine in zip(drawn, scores.T, strict=True)
            if column.marginal is not None
        },
        index=postcodes.index,
    )
    rows = apply_rules(rows, [partner])
    table = postcodes[[brief.areas.postcode]].copy()
    for column in partner.columns:
        if column.use == "feature":
            draws = secret.generator(f"missing {column.name}").random(len(rows))
            absent = draws < column.missing.of(rows)
            table[column.name] = masked(rows[column.name], column, absent)
    draws = secret.generator(f"coverage {partner.name}").random(len(rows))
    inside = draws < partner.coverage.of(rows)
    return table[inside].reset_index(drop=True)


def _scores(
    standing: NDArray[np.float64], partner: PartnerSchema, secret: Secret
) -> NDArray[np.float64]:
    """Draw the columns' normal scores, given how well off each area is."""
    names = [STANDING] + [c.name for c in partner.columns if c.marginal is not None]
    root = np.linalg.cholesky(latent_matrix(names, area_pairs(partner)))
    generator = secret.generator(f"area table {partner.name}")
    noise = generator.standard_normal((len(standing), len(names)))
    # The standing is given: it takes the place of the first column's noise.
    noise[:, 0] = standing
    return np.asarray((noise @ root.T)[:, 1:])
