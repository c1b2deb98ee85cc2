"""Whether tables can be linked: their keys, foreign keys and postcode areas."""

from __future__ import annotations

from collections.abc import Sequence

from challenge.brief.definition import Brief
from challenge.errors import Fault
from challenge.schema import Column, Document, PartnerSchema
from challenge.schema.parsing import broken_columns
from challenge.schema.partners import ForeignKey
from challenge.schema.references import FIELDS, sound_items, written_columns

_PRIMARY = ("schema", "primaryKey")


def foreign_key_faults(
    document: Document, partners: Sequence[PartnerSchema]
) -> list[Fault]:
    """List foreign keys that lead nowhere.

    Parameters
    ----------
    document : Document
        A partner schema as read.
    partners : sequence of PartnerSchema
        Every table.

    Returns
    -------
    list of Fault
        Empty if all is well.
    """
    tables = {p.name: {c.name for c in p.columns} for p in partners}
    faults = []
    for where, key in sound_items(document, ("schema", "foreignKeys"), ForeignKey):
        table, column = (key.reference.get(part) for part in ("resource", "fields"))
        if table not in tables:
            slug, problem = "link-table", f"There is no table {table!r} to link to."
            repair = f"Name one of {', '.join(sorted(tables))}."
        elif column not in tables[str(table)]:
            slug, problem = "link-column", f"Table {table} has no column {column!r}."
            repair = "Name the column to link to under `reference.fields`."
        else:
            continue
        faults.append(document.fault(where, slug, problem, repair))
    return faults


def link_faults(
    document: Document, partner: PartnerSchema, brief: Brief
) -> list[Fault]:
    """List what keeps a table from being linked.

    Parameters
    ----------
    document : Document
        A partner schema as read.
    partner : PartnerSchema
        What the file holds.
    brief : Brief
        Names the keys and the postcode column.

    Returns
    -------
    list of Fault
        Empty if all is well.
    """
    if partner.is_area and not brief.areas.postcode:
        problem = "The brief names no column with a postcode area."
        repair = "Write `postcode` under [areas] in brief.toml."
        return [document.fault(("x-rows", "per"), "area-postcode", problem, repair)]
    return (
        _missing(document, partner, brief)
        or _primary_key(document, partner, brief)
        or _unknown(document, partner, brief)
    )


def postcode_faults(document: Document, brief: Brief) -> list[Fault]:
    """List why postcode areas cannot be linked to households.

    Parameters
    ----------
    document : Document
        ``brief.toml`` as read.
    brief : Brief
        With its partners.

    Returns
    -------
    list of Fault
        Empty if one table with one row per household has the postcode column.
    """
    postcode = brief.areas.postcode
    homes = [p.name for p in brief.partners if p.rows is None and postcode in links(p)]
    if not postcode or len(homes) == 1:
        return []
    problem = f"{postcode} is a link column of {' and '.join(homes) or 'no table'}."
    repair = "Give it to one table with one row per household, with `x-use: link`."
    where = ("areas", "postcode")
    return [document.fault(where, "area-postcode", problem, repair)]


def links(partner: PartnerSchema) -> set[str]:
    """List the columns of a table that only link it.

    Parameters
    ----------
    partner : PartnerSchema
        The table.

    Returns
    -------
    set of str
        Names.
    """
    return {column.name for column in partner.columns if column.use == "link"}


def _missing(document: Document, partner: PartnerSchema, brief: Brief) -> list[Fault]:
    """List the keys that a table lacks; one table answers for having both."""
    household, child = brief.keys.household, brief.keys.child
    present = links(partner)
    wanted = set()
    if partner.is_area:
        wanted = {brief.areas.postcode} - present
    elif not present & {household, child}:
        wanted = {household}
    both = any({household, child} <= links(p) for p in brief.partners)
    answers = next((p for p in brief.partners if p.rows is None), brief.partners[0])
    if not wanted and not both and partner is answers:
        wanted = {household, child} - present or {child}
    repair = (
        "Add it with `x-use: link`: a table has the household's or the child's key,"
        " an area table the postcode, and one table both keys."
    )
    return [
        document.fault(FIELDS, "link-missing", f"No link column {name}.", repair)
        for name in sorted(wanted)
    ]


def _primary_key(
    document: Document, partner: PartnerSchema, brief: Brief
) -> list[Fault]:
    """List a primary key that does not tell rows apart."""
    key, keys = partner.table.primary_key, {brief.keys.household, brief.keys.child}
    written, broken = written_columns(document), broken_columns(document, partner)
    if written is None or key not in written or key in (broken or set()):
        return []
    if partner.is_area:
        is_right, asked = key == brief.areas.postcode, brief.areas.postcode
    elif partner.is_repeated:
        apart = {*keys, brief.areas.postcode}
        is_right, asked = key in links(partner) - apart, "a link column of its own"
    else:
        is_right, asked = key in keys, " or ".join(sorted(keys))
    if is_right:
        return []
    problem = f"{key} does not tell the rows of this table apart."
    repair = f"The primary key here is {asked}."
    return [document.fault(_PRIMARY, "primary-key", problem, repair)]


def _unknown(document: Document, partner: PartnerSchema, brief: Brief) -> list[Fault]:
    """List link columns that nothing fills."""
    filled = {brief.keys.household, brief.keys.child, brief.areas.postcode}
    if partner.is_repeated:
        if partner.table.primary_key not in links(partner):
            return []  # told with the primary key
        filled.add(partner.table.primary_key)
    if partner.is_area:
        filled = {brief.areas.postcode}
    repair = (
        "Leave it out, or give it another `x-use`: link columns are the keys of"
        " household and child, the postcode area, and the primary key of a table with"
        " several rows per household."
    )
    return [
        document.fault(where, "link-unknown", f"Nothing fills {column.name}.", repair)
        for where, column in sound_items(document, FIELDS, Column)
        if column.use == "link" and column.name not in filled
    ]
