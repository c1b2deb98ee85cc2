"""Whether the files of a challenge agree with one another.

Each file is valid on its own when it gets here; these checks hold them side by
side: names that lead nowhere, attributes with the wrong use, areas, and whether
columns can be associated as declared at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from challenge.brief.attributes import Attribute
from challenge.brief.coherence import association_faults
from challenge.brief.definition import Brief
from challenge.brief.mechanism import UNKNOWN_COLUMN, condition_faults
from challenge.errors import Fault
from challenge.schema import Document, Location, PartnerSchema


def partner_faults(
    documents: Sequence[Document],
    partners: Sequence[PartnerSchema],
    brief: Brief | None,
) -> list[Fault]:
    """List where partners' schemas disagree with one another or the brief's keys.

    Parameters
    ----------
    documents : sequence of Document
        The files.
    partners : sequence of PartnerSchema
        What the files hold, in the same order.
    brief : Brief or None
        Names links and areas; None if it is unreadable.

    Returns
    -------
    list of Fault
        Empty if all is well.
    """
    faults = []
    for document, partner in zip(documents, partners, strict=True):
        faults += _foreign_key_faults(document, partner, partners)
        if brief is not None:
            faults += _marginal_faults(document, partner, brief)
            faults += _link_faults(document, partner, brief)
    faults += _repeated_columns(documents, partners)
    return faults + association_faults(documents, partners)


def brief_faults(document: Document, brief: Brief) -> list[Fault]:
    """List where a brief disagrees with its partners.

    Parameters
    ----------
    document : Document
        ``brief.toml`` as read.
    brief : Brief
        With its partners.

    Returns
    -------
    list of Fault
        Empty if all is well.
    """
    faults = _slug_faults(document, brief) + _area_faults(document, brief)
    for key, attributes in (
        ("protected", brief.protected),
        ("monitored", brief.monitored),
    ):
        for index, attribute in enumerate(attributes):
            faults += _attribute_faults(document, (key, index), attribute, brief)
    for index, tilt in enumerate(brief.external.shift.tilt):
        where = ("external", "shift", "tilt", index)
        faults += condition_faults(document, where, (tilt,), brief.levels)
    return faults


def _marginal_faults(
    document: Document, partner: PartnerSchema, brief: Brief
) -> list[Fault]:
    """List columns that nothing gives a value, or two things do."""
    made = {*brief.areas.columns[1:], *(rule.column for rule in partner.rules)}
    faults = []
    for index, column in enumerate(partner.columns):
        is_made = column.use == "link" or column.name in made
        if is_made != (column.marginal is None):
            slug, problem = (
                ("marginal-missing", f"Nothing says how {column.name} is distributed.")
                if column.marginal is None
                else ("marginal-needless", f"{column.name} is made and has a marginal.")
            )
            repair = "Columns take an x-marginal; links, areas and derived ones none."
            where = ("schema", "fields", index)
            faults.append(document.fault(where, slug, problem, repair))
    return faults


def _foreign_key_faults(
    document: Document, partner: PartnerSchema, partners: Sequence[PartnerSchema]
) -> list[Fault]:
    """List links to tables that do not exist."""
    tables = {p.name for p in partners}
    return [
        document.fault(
            ("schema", "foreignKeys", index),
            "link-table",
            f"There is no table {key.reference.get('resource')!r} to link to.",
            f"Name one of {', '.join(sorted(tables))}.",
        )
        for index, key in enumerate(partner.table.foreign_keys)
        if key.reference.get("resource") not in tables
    ]


def _link_faults(
    document: Document, partner: PartnerSchema, brief: Brief
) -> list[Fault]:
    """List what keeps a table from being linked."""
    links = {c.name for c in partner.columns if c.use == "link"}
    everywhere = {c.name for p in brief.partners or (partner,) for c in p.columns}
    wanted = {brief.keys.household} - links
    if brief.partners and partner is brief.partners[0]:
        wanted |= {brief.keys.child} - everywhere
    return [
        document.fault(
            ("schema", "fields"),
            "link-missing",
            f"There is no link column {name}.",
            "Add it with `x-use: link`: every table has the household's key, and"
            " one of them the child's.",
        )
        for name in sorted(wanted)
    ]


def _repeated_columns(
    documents: Sequence[Document], partners: Sequence[PartnerSchema]
) -> list[Fault]:
    """List names that two tables use: the feature frame has one column per name."""
    faults = []
    both = combinations(zip(documents, partners, strict=True), 2)
    for (_, first), (document, second) in both:
        taken = {c.name for c in first.columns if c.use != "link"}
        for index, column in enumerate(second.columns):
            if column.use != "link" and column.name in taken:
                where = ("schema", "fields", index, "name")
                problem = f"Table {first.name} has a column {column.name} too."
                repair = "Rename one of the two."
                faults.append(document.fault(where, "name-repeated", problem, repair))
    return faults


def _slug_faults(document: Document, brief: Brief) -> list[Fault]:
    """List names in the brief that stand for two things."""
    taken = {*brief.areas.columns, brief.keys.child, "set", "missing"}
    faults = []
    for key, names in (
        ("protected", [a.name for a in brief.protected]),
        ("monitored", [a.name for a in brief.monitored]),
        ("rubric", [c.slug for c in brief.rubric]),
        ("teams", [t.name for t in brief.teams]),
    ):
        for index, name in enumerate(names):
            if name in taken:
                problem = f"The name {name} is taken."
                where = (key, index)
                faults.append(
                    document.fault(where, "name-repeated", problem, "Choose another.")
                )
            taken.add(name)
    return faults


def _attribute_faults(
    document: Document, where: Location, attribute: Attribute, brief: Brief
) -> list[Fault]:
    """List what keeps an attribute's column from carrying it."""
    column = brief.columns.get(attribute.column)
    place = (*where, "column")
    if column is None:
        problem = UNKNOWN_COLUMN.format(attribute.column)
        repair = "Use a column of a partner's table."
        return [document.fault(place, "column-unknown", problem, repair)]
    faults = []
    if where[0] == "protected" and column.use != "audit":
        problem = f"{attribute.column} is protected and has `x-use: {column.use}`."
        repair = "Give the column `x-use: audit`, or follow it under [[monitored]]."
        faults.append(document.fault(place, "protected-feature", problem, repair))
    if not attribute.levels and not brief.levels[attribute.column]:
        problem = f"{attribute.column} is a number, and no groups are made of it."
        repair = "Add levels, such as one with `below`."
        faults.append(document.fault(where, "levels-missing", problem, repair))
    for level in attribute.levels:
        if level.column != attribute.column:
            problem = f"Level {level.name} looks at {level.column}."
            repair = f"Let it look at {attribute.column}."
            faults.append(document.fault(where, "level-column", problem, repair))
    return faults + condition_faults(document, where, attribute.levels, brief.levels)


def _area_faults(document: Document, brief: Brief) -> list[Fault]:
    """List area columns that are not there, or that models could see."""
    columns = {c.name: c for p in brief.partners for c in p.columns}
    faults = []
    keys = ("municipality", "district", "neighbourhood")
    for key, name in zip(keys, brief.areas.columns, strict=True):
        if name not in columns or columns[name].use != "audit":
            problem = f"There is no column {name} with `x-use: audit`."
            repair = "Areas are for audits: give the column that use."
            where = ("areas", key)
            faults.append(document.fault(where, "area-column", problem, repair))
    column = columns.get(brief.areas.municipality)
    marginal = None if column is None else column.marginal
    towns = () if marginal is None else marginal.levels
    held_out = set(brief.areas.held_out)
    if towns and not held_out < set(towns):
        problem = f"Cannot hold out {', '.join(sorted(held_out))}."
        repair = f"Name some, not all, of {', '.join(map(str, towns))}."
        where = ("areas", "held_out")
        faults.append(document.fault(where, "level-unknown", problem, repair))
    return faults
