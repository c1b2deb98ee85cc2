"""How many households each audited group has, and how sure a policy can be of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from challenge.brief.attributes import Attribute
from challenge.brief.definition import Brief
from challenge.schema import Words
from challenge.synthesis.audit.population import AuditRows
from challenge.synthesis.audit.records import CellFinding


def cell_findings(rows: AuditRows, brief: Brief) -> tuple[CellFinding, ...]:
    """Count the households of every level of every attribute, set by set.

    Parameters
    ----------
    rows : AuditRows
        What is audited.
    brief : Brief
        Its attributes; a level that nobody has counts 0.

    Returns
    -------
    tuple of CellFinding
        Estimates where a large release was not looked at whole.
    """
    return tuple(
        finding
        for attribute in brief.attributes
        for finding in _cells(rows, brief, attribute)
    )


def level_words(brief: Brief, attribute: Attribute) -> dict[str, Words]:
    """Say each level of an attribute in words.

    Parameters
    ----------
    brief : Brief
        Its columns have labels of their own.
    attribute : Attribute
        Which.

    Returns
    -------
    dict of str to Words
        In declared order.
    """
    if attribute.levels:
        return {level.name: level.label for level in attribute.levels}
    column = brief.columns[attribute.column]
    names = [str(v) for v in brief.levels.get(attribute.column, ())]
    return {name: column.levels.get(name, Words(nl=name, en=name)) for name in names}


def _cells(
    rows: AuditRows, brief: Brief, attribute: Attribute
) -> Iterator[CellFinding]:
    groups = attribute.of(rows.rows)
    words = level_words(brief, attribute)
    names = list(words) if words else sorted(set(groups))
    for name, size in rows.sizes.items():
        here = groups[rows.sets == name]
        for level in names:
            share = float(np.mean(here == level)) if len(here) else 0.0
            yield CellFinding(
                attribute=attribute.name,
                level=level,
                labels=(attribute.label, words.get(level, Words(nl=level, en=level))),
                set=name,
                rows=round(share * size),
            )
