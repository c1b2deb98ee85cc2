"""Whether the tables of a challenge agree with one another.

Each file is valid on its own when it gets here; these checks hold them side by
side: names that lead nowhere or stand for two things, columns that nothing gives a
value, and circumstances that no household has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from challenge.brief.contradictions import association_faults
from challenge.brief.definition import Brief
from challenge.brief.deriving import rule_faults
from challenge.brief.households import elsewhere, emptied, household_levels
from challenge.brief.linking import foreign_key_faults, link_faults
from challenge.errors import Fault
from challenge.schema import Column, Document, Location, PartnerSchema
from challenge.schema.chances import Chance
from challenge.schema.circumstances import condition_faults, levels_of
from challenge.schema.partners import STANDING, Association
from challenge.schema.references import FIELDS, raw_items, sound_items
from challenge.schema.repetition import Aggregate


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
    faults = _name_faults(documents, partners)
    for document, partner in zip(documents, partners, strict=True):
        faults += foreign_key_faults(document, partners)
        if brief is not None:
            faults += _marginal_faults(document, partner, brief)
            faults += link_faults(document, partner, brief)
            faults += _chance_faults(document, partner, brief)
            faults += _district_faults(document, brief)
            faults += _reserved_faults(document, brief)
            faults += _placed_faults(document, brief)
    if brief is not None:
        faults += rule_faults(documents, partners, brief)
    return faults + association_faults(documents, partners)


def _marginal_faults(
    document: Document, partner: PartnerSchema, brief: Brief
) -> list[Fault]:
    """List columns that nothing gives a value, or two things do."""
    keys = {brief.keys.household, brief.keys.child, brief.areas.postcode}
    rules = list(raw_items(document, ("x-constraints",)))
    made = {*brief.areas.columns[1:], *(r.column for r in partner.rules if r.makes)}
    # A rule that cannot be read may make its column, or only hold it back.
    unclear = {rule.get("column") for _, rule in rules if "only" not in rule} - made
    if partner.rows is not None and partner.rows.moments is not None:
        made.add(partner.rows.moment or "")
    faults = []
    for where, column in sound_items(document, FIELDS, Column):
        is_made = column.use == "link" or column.name in made
        as_it_should = is_made == (column.marginal is None)
        if as_it_should or column.name in unclear | keys:
            continue  # keys are told as links that are missing
        slug, problem = (
            ("marginal-missing", f"Nothing says how {column.name} is distributed.")
            if column.marginal is None
            else ("marginal-needless", f"{column.name} is made and has a marginal.")
        )
        repair = "Columns take an x-marginal; links, areas and derived ones none."
        faults.append(document.fault(where, slug, problem, repair))
    return faults


def _name_faults(
    documents: Sequence[Document], partners: Sequence[PartnerSchema]
) -> list[Fault]:
    """List names that two tables use: the feature frame has one column per name."""
    faults = []
    taken: dict[str, str] = {}
    for document, partner in zip(documents, partners, strict=True):
        own: dict[str, object] = {}
        for where, name in _names(document):
            # Twice in one list is told when the file is read.
            if name in taken or own.get(name, where[0]) != where[0]:
                problem = f"Table {taken.get(name, partner.name)} has {name} too."
                repair = "Rename one of the two."
                faults.append(document.fault(where, "name-repeated", problem, repair))
            own[name] = where[0]
        taken = dict.fromkeys(own, partner.name) | taken
    return faults


def _names(document: Document) -> Iterator[tuple[Location, str]]:
    """Give every name that a table brings into the frame or the tables."""
    for where, column in sound_items(document, FIELDS, Column):
        if column.use != "link":
            yield (*where, "name"), column.name
    for where, feature in sound_items(document, ("x-features",), Aggregate):
        yield (*where, "name"), feature.name


def _reserved_faults(document: Document, brief: Brief) -> list[Fault]:
    """List names that files or associations need for something else."""
    keys = {brief.keys.household, brief.keys.child, brief.areas.postcode}
    reserved = {STANDING, brief.target.name, "set"}
    faults = []
    for where, name in _names(document):
        if name in reserved or (where[0] == "x-features" and name in keys):
            problem = f"The name {name} stands for something else."
            repair = "Choose another name."
            faults.append(document.fault(where, "name-reserved", problem, repair))
    return faults


def _chance_faults(
    document: Document, partner: PartnerSchema, brief: Brief
) -> list[Fault]:
    """List circumstances of coverage and of missing values that lead nowhere."""
    levels, apart = household_levels(brief), elsewhere(brief)
    without = emptied(brief)
    if partner.is_area:  # an area leans on its own columns
        levels = {c.name: levels_of(c) for c in partner.columns if c.use != "link"}
        apart = {
            c.name: "is in another table" for p in brief.partners for c in p.columns
        }
    faults = []
    for where, chance in _chances(document, partner):
        for index, tilt in enumerate(chance.tilt):
            place = (*where, "tilt", index)
            faults += condition_faults(
                document, place, (tilt,), levels, elsewhere=apart, emptied=without
            )
    return faults


def _chances(
    document: Document, partner: PartnerSchema
) -> Iterator[tuple[Location, Chance]]:
    """Give every chance in a table with its place."""
    yield ("x-coverage",), partner.coverage
    if partner.rows is not None:
        yield ("x-rows", "attended"), partner.rows.attended
    for where, column in sound_items(document, FIELDS, Column):
        yield (*where, "x-missing"), column.missing


def _placed_faults(document: Document, brief: Brief) -> list[Fault]:
    """List associations with the municipality, which no score decides."""
    problem = f"{brief.areas.municipality} is an area, given to households later."
    repair = f"Associate columns with {STANDING} instead."
    return [
        document.fault((*where, "columns"), "association-column", problem, repair)
        for where, association in sound_items(
            document, ("x-associations",), Association
        )
        if brief.areas.municipality in association.names
    ]


def _district_faults(document: Document, brief: Brief) -> list[Fault]:
    """List shifts in districts that no municipality has."""
    marginal = next(
        (
            column.marginal
            for partner in brief.partners
            for column in partner.columns
            if column.name == brief.areas.municipality and column.marginal is not None
        ),
        None,
    )
    if marginal is None:
        return []
    towns = "|".join(re.escape(str(town)) for town in marginal.levels)
    repair = (
        f'Write a municipality and a number, such as "{marginal.levels[0]} Wijk 01".'
    )
    return [
        document.fault(
            (*where, "x-shifts", index, "district"),
            "shift-district",
            f"{shift.district} is no fictional district.",
            repair,
        )
        for where, shifted in sound_items(document, FIELDS, Column)
        for index, shift in enumerate(shifted.shifts)
        if not re.fullmatch(rf"({towns}) Wijk \d\d+", shift.district)
    ]
