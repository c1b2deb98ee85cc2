"""Area tables: what is said of each fictional postcode area, drawn once for all sets.

An area's values say something about where a household lives and nothing about the
household itself: reading them as the household's is the ecological fallacy. As in
geodemographic segmentations, areas share *profiles*: if every area had values of its
own, they would be its name, and the features of a household would tell a model its
postcode, its municipality and the set it is in.

References
----------
Harris, Sleight and Webber (2005), "Geodemographics, GIS and Neighbourhood
Targeting": areas that look alike get one profile. Robinson (1950), "Ecological
correlations and the behavior of individuals", American Sociological Review 15.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from challenge.brief.coherence import area_pairs
from challenge.brief.definition import Brief
from challenge.schema import PartnerSchema
from challenge.schema.associations import latent_matrix
from challenge.schema.partners import STANDING
from challenge.synthesis.drawing.derive import apply_rules
from challenge.synthesis.secret import Secret
from challenge.synthesis.tables.coverage import masked, with_consequences

SHARED_BY = 10
"""Postcode areas that share a profile, at the least; as many as an aggregate needs
to come out. With fewer in all, they share one."""

_BLUR = 0.1
"""A profile is no place: standard deviation of what is added to a postcode area's
rank in [0, 1] before it gets its profile."""


def area_tables(
    places: pd.DataFrame, brief: Brief, secret: Secret
) -> dict[str, pd.DataFrame]:
    """Draw every table that has one row per postcode area.

    What is covered and what is missing belongs to the profile too, and all tables
    deal the same profiles: no combination of their values is rarer than a profile.

    Parameters
    ----------
    places : DataFrame
        One row per neighbourhood of the release: the municipality and postcode
        columns of the brief, and `STANDING` as a number.
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
    profiles = _dealt(places, brief, secret.generator("area profiles"))
    return {p.name: _area_table(profiles, p, secret) for p in tables}


def _dealt(
    places: pd.DataFrame, brief: Brief, generator: np.random.Generator
) -> pd.Series:
    """Give each postcode area the number of its profile, 0 for the least well off.

    Each profile gets its part of every municipality, and of those held out together,
    so that it tells of none.
    """
    areas = brief.areas
    grouped = places.groupby(areas.postcode, sort=True)
    town = grouped[areas.municipality].first()
    rank = ndtr(grouped[STANDING].mean()) + generator.normal(0, _BLUR, len(town))
    # Chance inside the steps keeps small municipalities out of the same profiles.
    rank = _quantile(rank, town, generator.uniform(size=len(town)))
    rank = _quantile(rank, town.isin(areas.held_out), 0.5)
    order = np.argsort(rank.to_numpy(), kind="stable")
    dealt = np.empty(len(town), dtype=np.intp)
    runs = np.array_split(order, max(1, len(town) // SHARED_BY))
    for number, mine in enumerate(runs):
        dealt[mine] = number
    return pd.Series(dealt, index=town.index)


def _quantile(
    values: pd.Series, group: pd.Series, back: NDArray[np.float64] | float
) -> pd.Series:
    """Give the place of each value in its group, in [0, 1], part of a step back."""
    grouped = values.groupby(group)
    return (grouped.rank(method="first") - back) / grouped.transform("size")


def _area_table(
    profiles: pd.Series, partner: PartnerSchema, secret: Secret
) -> pd.DataFrame:
    """Look up the profile of every postcode area."""
    rows = _profile_rows(int(profiles.max()) + 1, partner, secret)
    here = profiles[profiles.isin(rows.index)]
    return rows.loc[here.to_numpy()].set_axis(here.index).reset_index()


def _profile_rows(count: int, partner: PartnerSchema, secret: Secret) -> pd.DataFrame:
    """Draw the profiles of one table: columns, rules, then what is missing."""
    drawn = [c for c in partner.columns if c.marginal is not None]
    scores = _scores(ndtri((np.arange(count) + 0.5) / count), partner, secret)
    rows = pd.DataFrame(
        {
            column.name: column.marginal.values(mine)
            for column, mine in zip(drawn, scores.T, strict=True)
            if column.marginal is not None
        },
        index=range(count),
    )
    rows = apply_rules(rows, [partner])
    shown = [column for column in partner.columns if column.use == "feature"]
    absent = {
        c.name: secret.generator(f"missing {c.name}").random(count) < c.missing.of(rows)
        for c in shown
    }
    absent = with_consequences(absent, partner)
    table = {c.name: masked(rows[c.name], c, absent[c.name]) for c in shown}
    draws = secret.generator(f"coverage {partner.name}").random(count)
    return pd.DataFrame(table)[draws < partner.coverage.of(rows)]


def _scores(
    standing: NDArray[np.float64], partner: PartnerSchema, secret: Secret
) -> NDArray[np.float64]:
    """Draw the columns' normal scores, given how well off each profile is."""
    names = [STANDING] + [c.name for c in partner.columns if c.marginal is not None]
    root = np.linalg.cholesky(latent_matrix(names, area_pairs(partner)))
    generator = secret.generator(f"area table {partner.name}")
    noise = generator.standard_normal((len(standing), len(names)))
    # The standing is given: it takes the place of the first column's noise.
    noise[:, 0] = standing
    return np.asarray((noise @ root.T)[:, 1:])
