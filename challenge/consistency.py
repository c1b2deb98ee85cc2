"""Whether the files of a challenge agree with one another.

Each file is valid on its own when it gets here; these checks hold them side by
side: names that lead nowhere, attributes with the wrong use, areas, and whether
columns can be associated as declared at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from challenge.associations import (
    is_correlation,
    latent,
    latent_matrix,
    nearest_correlation,
)
from challenge.content import Document, Location
from challenge.definition import Brief
from challenge.errors import Fault
from challenge.marginals import Marginal
from challenge.mechanism import condition_faults
from challenge.schema import Association, Column, PartnerSchema
from challenge.sections import Attribute

Place = tuple[Document, Location, Association]


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
        faults += _column_faults(document, partner, brief)
        faults += _key_faults(document, partner, partners, brief)
    faults += _repeated_columns(documents, partners)
    return faults + _association_faults(documents, partners)


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
    faults = [] if brief.partners else [_no_partners()]
    for key, attributes in (
        ("protected", brief.protected),
        ("monitored", brief.monitored),
    ):
        for index, attribute in enumerate(attributes):
            faults += _attribute_faults(document, (key, index), attribute, brief)
    tilts = brief.external.shift.tilt
    for index, tilt in enumerate(tilts):
        where = ("external", "shift", "tilt", index)
        faults += condition_faults(document, where, (tilt,), brief.levels)
    names = [attribute.name for attribute in brief.attributes]
    for name in sorted({name for name in names if names.count(name) > 1}):
        problem = f"There are two attributes {name}."
        faults.append(
            document.fault(("protected",), "name-repeated", problem, "Rename one.")
        )
    return faults + _area_faults(document, brief)


def latent_pairs(partners: Sequence[PartnerSchema]) -> dict[tuple[str, str], float]:
    """Solve every declared association for its latent correlation.

    Parameters
    ----------
    partners : sequence of PartnerSchema
        Free of faults, or with faults: what cannot be solved is left out.

    Returns
    -------
    dict of (str, str) to float
        Correlations of normal scores.
    """
    marginals = _marginals(partners)
    pairs = {}
    for partner in partners:
        for association in partner.associations:
            first, second = association.names
            if first in marginals and second in marginals:
                value = latent(association, marginals[first], marginals[second])
                if value is not None:
                    pairs[first, second] = value
    return pairs


def _marginals(partners: Sequence[PartnerSchema]) -> dict[str, Marginal]:
    return {
        column.name: column.marginal
        for partner in partners
        for column in partner.columns
        if column.marginal is not None
    }


def _no_partners() -> Fault:
    return Fault(
        "partners", None, "(the whole folder)", "partners-missing",
        "There is no partner schema.", "Add partners/NAME.yaml.",
    )  # fmt: skip


def _column_faults(
    document: Document, partner: PartnerSchema, brief: Brief | None
) -> list[Fault]:
    """Columns that nothing gives a value, or two things do."""
    areas = set() if brief is None else set(brief.areas.columns[1:])
    derived = [rule.column for rule in partner.rules]
    faults = []
    for index, column in enumerate(partner.columns):
        filled = column.use == "link" or column.name in areas | set(derived)
        if filled == (column.marginal is None) or brief is None:
            continue
        slug = "marginal-missing" if column.marginal is None else "marginal-needless"
        problem = (
            f"Nothing says how {column.name} is distributed."
            if column.marginal is None
            else f"{column.name} is a link, an area or derived, and has a marginal."
        )
        repair = "Give it an x-marginal, or a rule in x-constraints; never both."
        faults.append(
            document.fault(("schema", "fields", index), slug, problem, repair)
        )
    return faults


def _key_faults(
    document: Document,
    partner: PartnerSchema,
    partners: Sequence[PartnerSchema],
    brief: Brief | None,
) -> list[Fault]:
    """Tables that cannot be linked."""
    faults = []
    for index, key in enumerate(partner.table.foreign_keys):
        other = key.reference.get("resource", "")
        if other not in {p.name for p in partners}:
            where = ("schema", "foreignKeys", index)
            problem = f"There is no table {other!r} to link to."
            faults.append(
                document.fault(where, "link-table", problem, "Name another table.")
            )
    if brief is not None:
        links = {c.name for c in partner.columns if c.use == "link"}
        if brief.keys.household not in links:
            problem = f"The table has no link column {brief.keys.household}."
            repair = "Add it with `x-use: link`; every table is linked by it."
            faults.append(
                document.fault(("schema", "fields"), "link-missing", problem, repair)
            )
    return faults


def _repeated_columns(
    documents: Sequence[Document], partners: Sequence[PartnerSchema]
) -> list[Fault]:
    """Names that two tables use: the feature frame has one column per name."""
    faults = []
    for (_, first), (document, second) in combinations(
        zip(documents, partners, strict=True), 2
    ):
        mine = {c.name for c in first.columns if c.use != "link"}
        for index, column in enumerate(second.columns):
            if column.use != "link" and column.name in mine:
                problem = f"Table {first.name} has a column {column.name} too."
                faults.append(
                    document.fault(
                        ("schema", "fields", index, "name"),
                        "name-repeated",
                        problem,
                        "Rename one of the two.",
                    )  # fmt: skip
                )
    return faults


def _association_faults(
    documents: Sequence[Document], partners: Sequence[PartnerSchema]
) -> list[Fault]:
    """Associations that lead nowhere or cannot hold."""
    marginals = _marginals(partners)
    tables = {p.name: {c.name: c for c in p.columns} for p in partners}
    faults: list[Fault] = []
    for document, partner in zip(documents, partners, strict=True):
        for index, item in enumerate(document.data.get("x-associations") or ()):
            where = ("x-associations", index, "columns")
            pair = item.get("columns") if isinstance(item, dict) else None
            for name in pair if isinstance(pair, list) else []:
                problem = _name_problem(str(name), partner, tables)
                if problem:
                    repair = "Use table.column of a column that is drawn."
                    faults.append(
                        document.fault(where, "association-column", problem, repair)
                    )
        faults += _strength_faults(document, partner, marginals)
    return faults + _matrix_faults(partners, marginals)


def _name_problem(
    name: str, partner: PartnerSchema, tables: Mapping[str, Mapping[str, Column]]
) -> str:
    """Say what is wrong with a column name in an association, or nothing."""
    table, _, column = name.rpartition(".")
    if table and column not in tables.get(table, {}):
        return f"There is no column {name}."
    found = tables.get(table or partner.name, {}).get(column)
    if found is not None and found.marginal is None:
        return f"{name} is not drawn, so nothing can be declared about it."
    return ""


def _strength_faults(
    document: Document, partner: PartnerSchema, marginals: Mapping[str, Marginal]
) -> list[Fault]:
    """Associations that no pair of such columns can have."""
    faults = []
    for association in partner.associations:
        first, second = (marginals.get(name) for name in association.names)
        if first is None or second is None:
            continue
        where: Location = ("x-associations", partner.associations.index(association))
        two = all(len(marginal.levels) == 2 for marginal in (first, second))
        if association.odds_ratio is not None and not two:
            problem = "An odds ratio needs two columns of two levels."
            repair = "Declare `spearman` instead."
            faults.append(document.fault(where, "association-measure", problem, repair))
        elif latent(association, first, second) is None:
            problem = "No two columns with these marginals are associated so strongly."
            repair = "Declare a weaker association."
            faults.append(
                document.fault(where, "association-strength", problem, repair)
            )
    return faults


def _matrix_faults(
    partners: Sequence[PartnerSchema], marginals: Mapping[str, Marginal]
) -> list[Fault]:
    """Associations that contradict one another when taken together."""
    sound = [p for p in partners if not _has_loose_odds_ratio(p, marginals)]
    pairs = latent_pairs(sound)
    names = sorted({name for pair in pairs for name in pair})
    matrix = latent_matrix(names, pairs)
    if is_correlation(matrix):
        return []
    nearest = nearest_correlation(matrix)
    changes = sorted(
        (
            (abs(nearest[names.index(a), names.index(b)] - value), a, b, value)
            for (a, b), value in pairs.items()
        ),
        reverse=True,
    )
    hints = [
        f"{a} with {b}: {nearest[names.index(a), names.index(b)]:.2f}"
        f" (declared {value:.2f})"
        for _, a, b, value in changes[:5]
    ]
    return [
        Fault(
            "partners",
            None,
            "x-associations",
            "correlation-impossible",
            "The associations contradict one another: together they are not a"
            " positive definite correlation.",
            f"The nearest possible correlations of normal scores: {'; '.join(hints)}.",
        )  # fmt: skip
    ]


def _has_loose_odds_ratio(
    partner: PartnerSchema, marginals: Mapping[str, Marginal]
) -> bool:
    """Whether an odds ratio is declared where it has no meaning."""
    return any(
        a.odds_ratio is not None
        and any(len(marginals[n].levels) != 2 for n in a.names if n in marginals)
        for a in partner.associations
    )


def _attribute_faults(
    document: Document, where: Location, attribute: Attribute, brief: Brief
) -> list[Fault]:
    """List what keeps an attribute's column from carrying it."""
    column = brief.columns.get(attribute.column)
    known = brief.levels
    if column is None:
        problem = f"No partner has a column {attribute.column}."
        repair = "Use a column of a partner's table."
        return [document.fault((*where, "column"), "column-unknown", problem, repair)]
    faults = []
    if where[0] == "protected" and column.use != "audit":
        problem = f"{attribute.column} is protected and has `x-use: {column.use}`."
        repair = "Give the column `x-use: audit`, or follow it under [[monitored]]."
        faults.append(
            document.fault((*where, "column"), "protected-feature", problem, repair)
        )
    if not attribute.levels and not known[attribute.column]:
        problem = f"{attribute.column} is a number, and no groups are made of it."
        repair = "Add levels, such as one with `below`."
        faults.append(document.fault(where, "levels-missing", problem, repair))
    for level in attribute.levels:
        if level.column != attribute.column:
            problem = f"Level {level.name} looks at {level.column}."
            repair = f"Let it look at {attribute.column}."
            faults.append(document.fault(where, "level-unknown", problem, repair))
    return faults + condition_faults(document, where, attribute.levels, known)


def _area_faults(document: Document, brief: Brief) -> list[Fault]:
    """Area columns that are not there, or that models could see."""
    columns = {c.name: c for p in brief.partners for c in p.columns}
    faults = []
    for key, name in zip(
        ("municipality", "district", "neighbourhood"), brief.areas.columns, strict=True
    ):
        if name not in columns or columns[name].use != "audit":
            problem = f"There is no column {name} with `x-use: audit`."
            repair = "Areas are for audits: give the column that use."
            faults.append(
                document.fault(("areas", key), "area-column", problem, repair)
            )
    column = columns.get(brief.areas.municipality)
    municipalities = (
        () if column is None or column.marginal is None else column.marginal.levels
    )
    outside = set(brief.areas.held_out) - set(municipalities)
    if municipalities and (outside or len(brief.areas.held_out) >= len(municipalities)):
        problem = f"Cannot hold out {', '.join(brief.areas.held_out)}."
        repair = f"Name some, not all, of {', '.join(map(str, municipalities))}."
        faults.append(
            document.fault(("areas", "held_out"), "level-unknown", problem, repair)
        )
    return faults
