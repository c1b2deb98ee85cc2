"""Linking: everything that a release holds of the households of one block.

The link is a pseudonym: a keyed hash of a running number, with the key in
``sealed/``. It is one per household and edition, and tells nothing without the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief.definition import Brief
from challenge.schema import PartnerSchema
from challenge.synthesis.drawing.block import Block
from challenge.synthesis.secret import Secret
from challenge.synthesis.sets import PUBLIC_SETS
from challenge.synthesis.tables.extracts import Extract, area_extract, household_extract
from challenge.synthesis.tables.frame import feature_frame
from challenge.synthesis.tables.repeated import most_rows, repeated_extract, within


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """What is written of one block, labels left out.

    Attributes
    ----------
    set : str
        Name of the row set.
    flat : DataFrame
        One row per child: its key, then the features.
    groups : DataFrame
        One row per child: its key, the set, attributes and areas, from complete rows.
    tables : dict of str to DataFrame
        Partners' tables by name: keys, then columns with use feature, sorted by key.
        None for a hidden set.
    postcodes : frozenset of str
        Fictional postcode areas in which these households live.
    """

    set: str
    flat: pd.DataFrame
    groups: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    postcodes: frozenset[str]


def link(
    block: Block, brief: Brief, secret: Secret, areas: Mapping[str, pd.DataFrame]
) -> Linked:
    """Turn complete households into what a release holds of them.

    Parameters
    ----------
    block : Block
        Complete households of one partition.
    brief : Brief
        Tables, features, attributes.
    secret : Secret
        Makes the pseudonyms.
    areas : mapping of str to DataFrame
        Area tables of `challenge.synthesis.tables.postcodes.area_tables`.

    Returns
    -------
    Linked
        In the order of the block; the same for the same secret and streams.
    """
    extracts = extract_tables(block, brief, areas)
    numbers = block.first + np.arange(len(block.rows))
    children = _keys(secret, "child", numbers)
    flat = feature_frame(extracts, brief)
    flat.insert(0, brief.keys.child, children)
    groups = {brief.keys.child: children, "set": block.set}
    groups |= {a.name: a.of(block.rows) for a in brief.attributes}
    groups |= {name: block.rows[name].to_numpy() for name in brief.areas.columns}
    tables = {}
    if block.set in PUBLIC_SETS:
        households = _keys(secret, "household", numbers)
        keys = {brief.keys.household: households, brief.keys.child: children}
        own = [partner for partner in brief.partners if not partner.is_area]
        tables = {p.name: _table(block, p, extracts[p.name], keys, secret) for p in own}
    postcode = brief.areas.postcode
    lived_in = frozenset(block.rows[postcode]) if postcode else frozenset()
    return Linked(block.set, flat, pd.DataFrame(groups), tables, lived_in)


def extract_tables(
    block: Block, brief: Brief, areas: Mapping[str, pd.DataFrame]
) -> dict[str, Extract]:
    """Take what each partner's table holds of a block.

    Parameters
    ----------
    block : Block
        Complete households.
    brief : Brief
        Its partners.
    areas : mapping of str to DataFrame
        Area tables.

    Returns
    -------
    dict of str to Extract
        By table.
    """
    return {p.name: _extract(block, p, brief, areas) for p in brief.partners}


def _extract(
    block: Block,
    partner: PartnerSchema,
    brief: Brief,
    areas: Mapping[str, pd.DataFrame],
) -> Extract:
    if partner.is_area:
        return area_extract(block, brief.areas.postcode, areas[partner.name])
    if partner.is_repeated:
        return repeated_extract(block, partner, brief)
    return household_extract(block, partner)


def _keys(
    secret: Secret, kind: str, numbers: NDArray[np.integer]
) -> NDArray[np.object_]:
    """Give each running number of a kind its pseudonym."""
    return np.array(secret.pseudonyms(kind, numbers.tolist()), dtype=object)


def _table(
    block: Block,
    partner: PartnerSchema,
    extract: Extract,
    keys: Mapping[str, NDArray[np.object_]],
    secret: Secret,
) -> pd.DataFrame:
    """Put keys before the rows of an extract; no audit column is among them."""
    household, key = extract.household, partner.table.primary_key
    columns = {}
    for column in partner.columns:
        if column.use != "link":
            continue
        if partner.is_repeated and column.name == key:
            number = (block.first + household) * most_rows(partner) + within(household)
            columns[key] = _keys(secret, partner.name, number)
        else:  # the household's, the child's, or else the postcode area
            known = keys.get(column.name)
            values = block.rows[column.name].to_numpy() if known is None else known
            columns[column.name] = values[household]
    # Sorted by key: the order of the flat rows tells nothing about the tables.
    table = pd.concat([pd.DataFrame(columns), extract.rows], axis=1)
    return table.sort_values(key, ignore_index=True)
