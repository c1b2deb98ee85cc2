"""What we draw around SDV's rows: sets, areas, keys, coverage, missing values.

SDV's random numbers start from a constant, so nothing that must stay unknown
comes from it: which rows are used and in which order, to which neighbourhood a
household belongs, its keys, and what is missing are drawn from the secret.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief.definition import Brief
from challenge.schema import Column, PartnerSchema
from challenge.synthesis.secret import Secret

SETS = ("train", "practice", "board", "final", "external")
PUBLIC_SETS = ("train", "practice")
HIDDEN_SETS = ("board", "final", "external")


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Every household of a release, complete.

    Attributes
    ----------
    rows : DataFrame
        Drawn, derived and area columns, before coverage and missing values.
    sets : ndarray of str, shape (n_rows,)
        To which set each row belongs; rows of a set stand together.
    """

    rows: pd.DataFrame
    sets: NDArray[np.object_]


def pool_size(sets: dict[str, int]) -> int:
    """Tell how many rows to draw so that a secret part of them is used.

    Parameters
    ----------
    sets : dict of str to int
        Rows of each set.

    Returns
    -------
    int
        A quarter more than the internal sets need, and twice the external one.
    """
    internal = sum(sets.values()) - sets["external"]
    return internal + internal // 4 + 2 * sets["external"]


def populate(
    pool: pd.DataFrame, brief: Brief, sets: dict[str, int], secret: Secret
) -> Population:
    """Choose the households of each set from a pool, and give them areas.

    Parameters
    ----------
    pool : DataFrame
        Rows as SDV drew them, `pool_size` of them.
    brief : Brief
        Areas, derived columns and external shift.
    sets : dict of str to int
        Rows of each set.
    secret : Secret
        Decides who is chosen, in which order, and lives where.

    Returns
    -------
    Population
        Complete rows in the order of the sets.
    """
    rows = derive(pool, brief)
    order = secret.generator("rows").permutation(len(rows))
    internal = sum(sets.values()) - sets["external"]
    candidates = order[internal : internal + 2 * sets["external"]]
    weights = np.zeros(len(candidates))
    for tilt in brief.external.shift.tilt:
        weights += tilt.log_weight(rows.iloc[candidates])
    # The largest log weights plus Gumbel noise: a weighted draw without replacement
    # (Efraimidis and Spirakis 2006).
    keys = weights + secret.generator("external").gumbel(size=len(candidates))
    external = candidates[np.argsort(-keys)[: sets["external"]]]
    chosen = rows.iloc[np.concatenate([order[:internal], external])]
    chosen = chosen.reset_index(drop=True)
    names = np.repeat(np.array(SETS, dtype=object), [sets[name] for name in SETS])
    areas = _areas(brief, sets, secret)
    return Population(pd.concat([chosen, areas], axis=1), names)


def derive(rows: pd.DataFrame, brief: Brief) -> pd.DataFrame:
    """Add the columns that follow from others.

    Parameters
    ----------
    rows : DataFrame
        Drawn columns.
    brief : Brief
        Its partners declare the rules.

    Returns
    -------
    DataFrame
        With the derived columns as 0.0 and 1.0.
    """
    rows = rows.copy()
    for partner in brief.partners:
        for rule in partner.rules:
            if rule.when is not None:
                held = rule.when.holds(rows)
            else:
                held = (rows[list(rule.sources)] > 0).any(axis=1).to_numpy()
            rows[rule.column] = held.astype(np.float64)
    return rows


def feature_frame(population: Population, brief: Brief, secret: Secret) -> pd.DataFrame:
    """Make the flat feature frame: what partners cover, with values missing.

    Parameters
    ----------
    population : Population
        Complete households.
    brief : Brief
        Features, coverage and shares missing.
    secret : Secret
        Decides who is covered and what is missing.

    Returns
    -------
    DataFrame
        Columns in the order of ``brief.feature_names``; float64, or str and None.
    """
    tables = {p.name: partner_rows(population, p, secret) for p in brief.partners}
    owner = {c.name: p.name for p in brief.partners for c in p.columns}
    return pd.DataFrame({n: tables[owner[n]][n] for n in brief.feature_names})


def partner_rows(
    population: Population, partner: PartnerSchema, secret: Secret
) -> pd.DataFrame:
    """Give the features of one partner's table, empty where it does not cover.

    Parameters
    ----------
    population : Population
        Complete households.
    partner : PartnerSchema
        The table.
    secret : Secret
        Decides who is covered and what is missing.

    Returns
    -------
    DataFrame
        One row per household, `covered` gives who has one; audit columns left out.
    """
    inside = covered(population, partner, secret)
    return pd.DataFrame(
        {
            column.name: _masked(population.rows, column, inside, secret)
            for column in partner.columns
            if column.use == "feature"
        }
    )


def covered(
    population: Population, partner: PartnerSchema, secret: Secret
) -> NDArray[np.bool_]:
    """Tell which households are in a partner's table.

    Parameters
    ----------
    population : Population
        Complete households.
    partner : PartnerSchema
        Declares its coverage.
    secret : Secret
        Decides.

    Returns
    -------
    ndarray of bool, shape (n_rows,)
        True where the household is covered.
    """
    draws = secret.generator(f"coverage {partner.name}").random(len(population.rows))
    return np.asarray(draws < partner.coverage)


def keys(population: Population, kind: str, secret: Secret) -> pd.Series:
    """Give each row its key; no number links a hidden row to a public one.

    Parameters
    ----------
    population : Population
        Complete households.
    kind : str
        ``"household"`` or ``"child"``.
    secret : Secret
        Makes the pseudonyms.

    Returns
    -------
    Series of str
        Unique over the release.
    """
    counted = range(len(population.rows))
    return pd.Series([secret.pseudonym(kind, i) for i in counted], dtype=object)


def _masked(
    rows: pd.DataFrame, column: Column, inside: NDArray[np.bool_], secret: Secret
) -> pd.Series:
    """One column with what is not covered or missing taken out."""
    draws = secret.generator(f"missing {column.name}").random(len(rows))
    absent = ~inside | (draws < column.missing)
    if column.type == "string":
        return rows[column.name].astype(object).mask(absent, None)
    return rows[column.name].astype(np.float64).mask(absent)


def _areas(brief: Brief, sets: dict[str, int], secret: Secret) -> pd.DataFrame:
    """Draw the municipality, district and neighbourhood of every row."""
    generator = secret.generator("areas")
    shares = _municipalities(brief)
    blocks = []
    for name in SETS:
        outside = name == "external"
        here = {
            m: s for m, s in shares.items() if (m in brief.areas.held_out) == outside
        }
        blocks.append(
            _neighbourhoods(
                sets[name], here, brief.areas.neighbourhood_size, generator
            ).assign(block=name)
        )
    homes = pd.concat(blocks, ignore_index=True)
    distinct = homes.drop_duplicates().sample(frac=1, random_state=generator)
    number = distinct.groupby("municipality").cumcount()
    district = number // brief.areas.district_size + 1
    within = number % brief.areas.district_size + 1
    town = distinct["municipality"]
    distinct = distinct.assign(
        district=[f"{t} Wijk {d:02d}" for t, d in zip(town, district, strict=True)],
        neighbourhood=[
            f"{t} Buurt {d:02d}-{w:02d}"
            for t, d, w in zip(town, district, within, strict=True)
        ],
    )
    placed = homes.merge(distinct, on=["block", "cluster", "municipality"], how="left")
    named = placed[["municipality", "district", "neighbourhood"]]
    return named.set_axis(list(brief.areas.columns), axis=1)


def _municipalities(brief: Brief) -> dict[str, float]:
    """List the declared share of households in each municipality."""
    for partner in brief.partners:
        for column in partner.columns:
            if column.name == brief.areas.municipality and column.marginal is not None:
                return dict(getattr(column.marginal, "shares", {}))
    return {}


def _neighbourhoods(
    rows: int, shares: dict[str, float], size: int, generator: np.random.Generator
) -> pd.DataFrame:
    """Spread the rows of one set over neighbourhoods of about one size."""
    count = max(1, round(rows / size))
    quota = np.array(list(shares.values())) / sum(shares.values()) * count
    seats = np.floor(quota).astype(int)
    # Largest remainders, so that a small set still follows the shares.
    seats[np.argsort(-(quota - seats), kind="stable")[: count - seats.sum()]] += 1
    towns = np.repeat(np.array(list(shares), dtype=object), seats)
    weights = generator.uniform(0.7, 1.3, size=count)
    homes = np.repeat(
        np.arange(count), generator.multinomial(rows, weights / weights.sum())
    )
    homes = generator.permutation(homes)
    return pd.DataFrame({"cluster": homes, "municipality": towns[homes]})
