"""Which columns have one value per household, and what the others are.

Effects, circumstances, attributes and rules of a household can only ask of the
first kind.
"""

from __future__ import annotations

from challenge.brief.definition import Brief
from challenge.schema.circumstances import Levels
from challenge.schema.columns import Column
from challenge.schema.partners import PartnerSchema


def household_levels(brief: Brief) -> Levels:
    """List the columns that may be asked about a household, with their levels.

    Parameters
    ----------
    brief : Brief
        With its partners.

    Returns
    -------
    mapping of str to tuple
        None for numbers; survey weights are left out, they are made last.
    """
    apart = elsewhere(brief)
    return {name: v for name, v in brief.levels.items() if name not in apart}


def emptied(brief: Brief) -> frozenset[str]:
    """List the columns that a rule leaves without a value in some rows.

    A line (`per`) over one of them would have no value there either.

    Parameters
    ----------
    brief : Brief
        With its partners.

    Returns
    -------
    frozenset of str
        What `only` holds back, booleans excepted, and numbers made from these.
    """
    rules = [rule for partner in brief.partners for rule in partner.rules]
    held = {rule.column for rule in rules if rule.only is not None}
    booleans = {
        c.name for p in brief.partners for c in p.columns if c.type == "boolean"
    }
    found = held - booleans
    made = [rule for rule in rules if rule.sum or rule.along]
    while more := {r.column for r in made if found & {*r.sources}} - found:
        found |= more
    return frozenset(found)


def elsewhere(brief: Brief) -> dict[str, str]:
    """Say of every other column what it is.

    Parameters
    ----------
    brief : Brief
        With its partners.

    Returns
    -------
    dict of str to str
        Column to the end of a sentence that starts with its name.
    """
    return {
        column.name: kind
        for partner in brief.partners
        for column in partner.columns
        if (kind := _kind(column, partner, brief))
    }


def _kind(column: Column, partner: PartnerSchema, brief: Brief) -> str:
    """Say what a column is if it is no household's; nothing if it is."""
    if column.use == "link":
        return "only links tables"
    if column.name in brief.areas.columns:
        return "is an area, given to households after they are drawn"
    if partner.is_repeated:
        return "has several values per household"
    if partner.is_area:
        return "belongs to a postcode area and to no household"
    if any(rule.weight and rule.column == column.name for rule in partner.rules):
        return "is a survey weight, made after everything else"
    return ""
