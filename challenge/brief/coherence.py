"""Whether the declared associations of all partners can hold together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from challenge.errors import Fault
from challenge.schema import Column, Document, Marginal, PartnerSchema
from challenge.schema.associations import (
    is_correlation,
    latent,
    latent_matrix,
    nearest_correlation,
)
from challenge.schema.partners import Association

Pairs = dict[tuple[str, str], float]


def latent_pairs(partners: Sequence[PartnerSchema]) -> Pairs:
    """Solve every declared association for its latent correlation.

    Parameters
    ----------
    partners : sequence of PartnerSchema
        What cannot be solved is left out; `association_faults` says why.

    Returns
    -------
    dict of (str, str) to float
        Correlations of normal scores.
    """
    marginals = _marginals(partners)
    pairs = {}
    for partner in partners:
        for association in partner.associations:
            if not _measure_problem(association, marginals):
                first, second = association.names
                value = latent(association, marginals[first], marginals[second])
                if value is not None:
                    pairs[first, second] = value
    return pairs


def association_faults(
    documents: Sequence[Document], partners: Sequence[PartnerSchema]
) -> list[Fault]:
    """List associations that lead nowhere or cannot hold.

    Parameters
    ----------
    documents : sequence of Document
        The files.
    partners : sequence of PartnerSchema
        What the files hold, in the same order.

    Returns
    -------
    list of Fault
        Empty if rows with all these associations exist.
    """
    marginals = _marginals(partners)
    tables = {p.name: {c.name: c for c in p.columns} for p in partners}
    pairs = latent_pairs(partners)
    faults: list[Fault] = []
    for document, partner in zip(documents, partners, strict=True):
        faults += _name_faults(document, partner, tables)
        faults += _strength_faults(document, partner, marginals, pairs)
    return faults + _matrix_faults(pairs)


def _marginals(partners: Sequence[PartnerSchema]) -> dict[str, Marginal]:
    return {
        column.name: column.marginal
        for partner in partners
        for column in partner.columns
        if column.marginal is not None
    }


def _name_faults(
    document: Document,
    partner: PartnerSchema,
    tables: Mapping[str, Mapping[str, Column]],
) -> list[Fault]:
    """List names that are no column, from the raw data: broken items count too."""
    faults = []
    for index, item in enumerate(document.data.get("x-associations") or ()):
        pair = item.get("columns") if isinstance(item, dict) else None
        for name in pair if isinstance(pair, list) else []:
            problem = _name_problem(str(name), partner, tables)
            if problem:
                where = ("x-associations", index, "columns")
                repair = "Use table.column of a column that is drawn."
                faults.append(
                    document.fault(where, "association-column", problem, repair)
                )
    return faults


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


def _measure_problem(
    association: Association, marginals: Mapping[str, Marginal]
) -> str:
    """Say why a measure has no meaning between these columns, or nothing."""
    if any(name not in marginals for name in association.names):
        return "One of the columns is not drawn."
    two = all(len(marginals[name].levels) == 2 for name in association.names)
    if association.odds_ratio is not None and not two:
        return "An odds ratio needs two columns of two levels each."
    return ""


def _strength_faults(
    document: Document,
    partner: PartnerSchema,
    marginals: Mapping[str, Marginal],
    pairs: Pairs,
) -> list[Fault]:
    """List associations that no two columns with these marginals can have."""
    faults = []
    for index, association in enumerate(partner.associations):
        if any(name not in marginals for name in association.names):
            continue  # told by name already
        problem = _measure_problem(association, marginals)
        slug, repair = "association-measure", "Declare `spearman` instead."
        if not problem and association.names not in pairs:
            problem = "No columns with these marginals are associated so strongly."
            slug, repair = "association-strength", "Declare a weaker association."
        if problem:
            where = ("x-associations", index)
            faults.append(document.fault(where, slug, problem, repair))
    return faults


def _matrix_faults(pairs: Pairs) -> list[Fault]:
    """List associations that contradict one another when taken together."""
    names = sorted({name for pair in pairs for name in pair})
    matrix = latent_matrix(names, pairs)
    if is_correlation(matrix):
        return []
    nearest = nearest_correlation(matrix)
    # Floored to two decimals towards zero, so that the suggestion itself is possible.
    near = {p: nearest[names.index(p[0]), names.index(p[1])] for p in pairs}
    worst = sorted(pairs, key=lambda pair: -abs(near[pair] - pairs[pair]))[:5]
    hints = "; ".join(
        f"{a} with {b}: {np.trunc(near[a, b] * 100) / 100:.2f}"
        f" (declared {pairs[a, b]:.2f})"
        for a, b in worst
    )
    problem = (
        "The associations contradict one another: together they are no positive"
        " definite correlation."
    )
    repair = f"The nearest possible correlations of normal scores: {hints}."
    return [
        Fault(
            "partners",
            None,
            "x-associations",
            "correlation-impossible",
            problem,
            repair,
        )
    ]
