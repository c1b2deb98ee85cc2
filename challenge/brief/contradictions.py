"""Where declared associations lead nowhere, or cannot hold together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

import numpy as np

from challenge.brief.coherence import (
    Drawn,
    Pairs,
    area_pairs,
    drawn_columns,
    latent_pairs,
    measure_problem,
    shared_between,
    solved,
    strongest,
)
from challenge.errors import Fault
from challenge.schema import Document, Location, PartnerSchema
from challenge.schema.associations import (
    is_correlation,
    latent_matrix,
    nearest_correlation,
)
from challenge.schema.partners import STANDING, Association
from challenge.schema.references import raw_items, sound_items

# Towards what is possible; the tables of the tests take five.
_ROUNDS = 500
_STEP = 0.005
_MEASURE = "Declare `spearman`, between columns of two values or more."
_DRAWN = "Use table.column of a column that is drawn."
_WITHIN = f"Associate areas inside their own table, or with {STANDING}."


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
    drawn = drawn_columns(partners)
    tables = {
        p.name: {c.name: c.marginal is not None for c in p.columns} for p in partners
    }
    areas = {p.name for p in partners if p.is_area}
    faults = _repetition_faults(documents)
    for document, partner in zip(documents, partners, strict=True):
        faults += _name_faults(document, partner, tables, areas)
        faults += _strength_faults(document, drawn)
    if not faults and _are_whole(documents, partners):
        # A pair left out counts as 0, which may contradict what is declared.
        apart = [area_pairs(partner) for partner in partners if partner.is_area]
        for pairs in (latent_pairs(partners), *apart):
            faults += _matrix_faults(pairs, drawn)
    return faults


def _are_whole(
    documents: Sequence[Document], partners: Sequence[PartnerSchema]
) -> bool:
    """Tell whether every association that is written down could be read."""
    return all(
        len(document.data.get("x-associations") or ()) == len(partner.associations)
        for document, partner in zip(documents, partners, strict=True)
    )


def _written(document: Document) -> Iterator[tuple[Location, tuple[str, ...]]]:
    """Give the names in each association as written: broken items count too."""
    for index, item in raw_items(document, ("x-associations",)):
        pair = item.get("columns")
        names = tuple(map(str, pair)) if isinstance(pair, list) else ()
        yield ("x-associations", index, "columns"), names


def _repetition_faults(documents: Sequence[Document]) -> list[Fault]:
    """List pairs that are declared twice, or are one column."""
    faults = []
    seen: set[frozenset[str]] = set()
    for document in documents:
        for where, names in _written(document):
            pair = frozenset(name.rpartition(".")[2] for name in names)
            if len(names) == 2 and (len(pair) == 1 or pair in seen):
                problem = (
                    f"{names[0]} and {names[1]} are associated elsewhere too."
                    if len(pair) == 2
                    else f"{names[0]} is associated with itself."
                )
                repair = "Keep one association of two different columns."
                faults.append(
                    document.fault(where, "association-repeated", problem, repair)
                )
            seen.add(pair)
    return faults


def _name_faults(
    document: Document,
    partner: PartnerSchema,
    tables: Mapping[str, Mapping[str, bool]],
    areas: Set[str],
) -> list[Fault]:
    """List names that nothing can be declared about here."""
    faults = []
    for where, names in _written(document):
        for name in names:
            table, dot, column = name.rpartition(".")
            known = tables.get(table or partner.name, {})
            slug, problem, repair = "association-column", "", _DRAWN
            if dot and column not in known:
                problem = f"There is no column {name}."
            elif known.get(column) is False:
                problem = f"{name} is not drawn, so nothing can be declared about it."
            elif dot and table != partner.name and areas & {table, partner.name}:
                slug, repair = "association-area", _WITHIN
                problem = f"{name} cannot be associated from table {partner.name}."
            if problem:
                faults.append(document.fault(where, slug, problem, repair))
    return faults


def _strength_faults(document: Document, drawn: Mapping[str, Drawn]) -> list[Fault]:
    """List associations that no two columns with these marginals can have."""
    faults = []
    items = sound_items(document, ("x-associations",), Association)
    for where, association in items:
        if any(name not in drawn for name in association.names):
            continue  # told by name already
        problem = measure_problem(association, drawn)
        slug, repair = "association-measure", _MEASURE
        if not problem and solved(association, drawn) is None:
            problem = "No columns with these marginals are associated so strongly."
            slug, repair = "association-strength", _weaker(association, drawn)
        if problem:
            faults.append(document.fault(where, slug, problem, repair))
    return faults


def _weaker(association: Association, drawn: Mapping[str, Drawn]) -> str:
    """Say how strongly two columns may be associated."""
    limit = strongest(association, drawn)
    neutral = 1 if association.odds_ratio is not None else 0
    # Towards no association, so that what is suggested is possible.
    told = neutral + np.trunc((limit - neutral) * 100) / 100
    bound = "most" if limit > neutral else "least"
    return f"Declare at {bound} `{association.measure}: {told:.2f}`."


def _matrix_faults(pairs: Pairs, drawn: Mapping[str, Drawn]) -> list[Fault]:
    """List associations that contradict one another when taken together."""
    names = sorted({name for pair in pairs for name in pair})
    matrix = latent_matrix(names, pairs)
    if is_correlation(matrix):
        return []
    shares = {(a, b): shared_between(drawn[a], drawn[b]) for a, b in pairs}
    was = {pair: value * shares[pair] for pair, value in pairs.items()}
    near = _possible(names, was, shares)
    hints = "; ".join(
        f"{a} with {b}: {near[a, b]:.2f} (declared {was[a, b]:.2f})"
        for a, b in sorted(near, key=lambda pair: -abs(near[pair] - was[pair]))
    )
    problem = (
        "The associations contradict one another: together they are no positive"
        " definite correlation."
    )
    repair = f"These can hold together; declare them as `correlation`: {hints}."
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


def _possible(
    names: Sequence[str], declared: Pairs, shares: Pairs
) -> dict[tuple[str, str], float]:
    """Move declared pairs, and only those, until all can hold together.

    What nobody declared stays 0 for whoever does what is suggested, so here too. Only
    pairs that move are given, in the two decimals in which they are told; `shares` say
    how much of the scores' correlation reaches the rows, for which they are declared.
    """
    place = {name: index for index, name in enumerate(names)}
    near = {pair: value / shares[pair] for pair, value in declared.items()}
    for _ in range(_ROUNDS):
        matrix = nearest_correlation(latent_matrix(names, near), steps=1)
        near = {(a, b): float(matrix[place[a], place[b]]) for a, b in declared}
        # Floored towards zero, as a person would type it.
        told = {p: float(np.trunc(near[p] * shares[p] * 100) / 100) for p in near}
        moved = {p: v for p, v in told.items() if abs(v - declared[p]) >= _STEP}
        typed = {p: v / shares[p] for p, v in {**declared, **moved}.items()}
        if is_correlation(latent_matrix(names, typed)):
            return moved
    return dict.fromkeys(declared, 0.0)
