"""Whether a brief agrees with its partners: attributes, areas, sources."""

from __future__ import annotations

from collections.abc import Mapping

from challenge.brief.attributes import Attribute
from challenge.brief.definition import Brief
from challenge.brief.households import elsewhere, emptied, household_levels
from challenge.brief.linking import postcode_faults
from challenge.brief.names import folded
from challenge.brief.policy import policy_faults
from challenge.brief.timetable import phase_faults
from challenge.errors import Fault
from challenge.schema import Document, Location
from challenge.schema.circumstances import Levels, column_fault, condition_faults


def brief_faults(document: Document, brief: Brief) -> list[Fault]:
    """List where a brief disagrees with its partners, or with itself.

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
    faults = _name_faults(document, brief) + _area_faults(document, brief)
    faults += postcode_faults(document, brief) + _time_faults(document, brief)
    faults += phase_faults(document, brief)
    levels, apart = household_levels(brief), elsewhere(brief)
    for key, attributes in (
        ("protected", brief.protected),
        ("monitored", brief.monitored),
    ):
        for index, attribute in enumerate(attributes):
            where: Location = (key, index)
            faults += _attribute_faults(document, where, attribute, brief)
            faults += _group_faults(document, where, attribute, levels, apart)
    for index, tilt in enumerate(brief.external.shift.tilt):
        where = ("external", "shift", "tilt", index)
        faults += condition_faults(
            document, where, (tilt,), levels, elsewhere=apart, emptied=emptied(brief)
        )
    faults += policy_faults(document, brief.limits)
    faults += _example_faults(document, brief)
    return faults + _source_faults(document, brief)


def _example_faults(document: Document, brief: Brief) -> list[Fault]:
    """List what keeps jurors from holding their points against the agreed ones."""
    example = brief.jury.example
    slugs = {criterion.slug for criterion in brief.rubric}
    if example is None or example.points.keys() == slugs:
        return []
    problem = "The points of the example are not those of the rubric."
    repair = f"Give points for: {', '.join(sorted(slugs))}."
    where = ("jury", "example", "points")
    return [document.fault(where, "example-points", problem, repair)]


_KEPT = {"area", "cluster", "label", "missing", "set", "true_risk"}
"""Columns of our own that stand beside the groups in files."""


def _name_faults(document: Document, brief: Brief) -> list[Fault]:
    """List names in the brief that stand for two things."""
    taken = {*brief.areas.columns, brief.keys.child, *_KEPT}
    faults = []
    for key, names in (
        ("protected", [a.name for a in brief.protected]),
        ("monitored", [a.name for a in brief.monitored]),
        ("rubric", [c.slug for c in brief.rubric]),
        ("teams", [folded(t.name) for t in brief.teams]),
        ("sources", list(brief.source_names[1:])),
    ):
        own = {brief.source_names[0]} if key == "sources" else taken
        for index, name in enumerate(names):
            if name in own:
                problem = f"The name {name} is taken."
                where = (key, index)
                faults.append(
                    document.fault(where, "name-repeated", problem, "Choose another.")
                )
            own.add(name)
    return faults


def _attribute_faults(
    document: Document, where: Location, attribute: Attribute, brief: Brief
) -> list[Fault]:
    """List what keeps a protected attribute's column from being protected."""
    column = brief.columns.get(attribute.column)
    if where[0] != "protected" or column is None or column.use == "audit":
        return []
    problem = f"{attribute.column} is protected and has `x-use: {column.use}`."
    repair = "Give the column `x-use: audit`, or follow it under [[monitored]]."
    place = (*where, "column")
    return [document.fault(place, "protected-feature", problem, repair)]


def _group_faults(
    document: Document,
    where: Location,
    attribute: Attribute,
    levels: Levels,
    apart: Mapping[str, str],
) -> list[Fault]:
    """List what keeps an attribute's column from giving its groups."""
    if attribute.column not in levels:
        place = (*where, "column")
        return [column_fault(document, place, attribute.column, levels, apart)]
    faults = []
    if not attribute.levels and not levels[attribute.column]:
        problem = f"{attribute.column} is a number, and no groups are made of it."
        repair = "Add levels, such as one with `below`."
        faults.append(document.fault(where, "levels-missing", problem, repair))
    for level in attribute.levels:
        if level.column != attribute.column:
            problem = f"Level {level.name} looks at {level.column}."
            repair = f"Let it look at {attribute.column}."
            faults.append(document.fault(where, "level-column", problem, repair))
        elif level.tests:
            faults += condition_faults(document, where, (level,), levels)
    return faults


def _area_faults(document: Document, brief: Brief) -> list[Fault]:
    """List area columns that are not there, or that models could see."""
    columns = {c.name: c for p in brief.partners if p.rows is None for c in p.columns}
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


def _time_faults(document: Document, brief: Brief) -> list[Fault]:
    """List a target that lies in the past."""
    faults = []
    if brief.target.target_month <= brief.target.prediction_month:
        problem = "The target refers to a moment at or before the estimate."
        repair = "Let `target_month` come after `prediction_month`."
        where: Location = ("target", "target_month")
        faults.append(document.fault(where, "target-moment", problem, repair))
    return faults


def _source_faults(document: Document, brief: Brief) -> list[Fault]:
    """List source sets of tables that do not exist, and teams without a set."""
    tables = {partner.name for partner in brief.partners}
    named: list[tuple[Location, tuple[str, ...]]] = [(("core",), brief.core)]
    named += [
        (("sources", index, "tables"), source.tables)
        for index, source in enumerate(brief.sources)
    ]
    faults = [
        document.fault(
            where,
            "table-unknown",
            f"There is no table {name}.",
            f"Name some of {', '.join(sorted(tables))}.",
        )
        for where, listed in named
        for name in listed
        if name not in tables
    ]
    for index, team in enumerate(brief.teams):
        if team.sources not in brief.source_names:
            problem = f"There is no source set {team.sources}."
            repair = f"Name one of {', '.join(brief.source_names)}."
            where = ("teams", index, "sources")
            faults.append(document.fault(where, "sources-unknown", problem, repair))
    return faults or _empty_sets(document, brief)


def _empty_sets(document: Document, brief: Brief) -> list[Fault]:
    """List source sets with which a team would have no feature at all."""
    faults = []
    for index, source in enumerate(brief.sources):
        mine = set(brief.tables_of(source.name))
        if not any(feature.table in mine for feature in brief.features):
            problem = f"The set {source.name} has no feature."
            repair = "Add a table with features known at the prediction month."
            where = ("sources", index, "tables")
            faults.append(document.fault(where, "sources-empty", problem, repair))
    return faults
