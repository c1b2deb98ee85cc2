"""Rules held against finished rows by SDV's own constraint classes.

Inside SDV a constraint replaces the columns it names, so that their declared marginals
cannot be used: with `Inequality` the distribution of a column is off by up to .15, and
with `FixedCombinations` every rank correlation of the columns is lost (measured). So
our rules make the columns, and SDV's constraints are the second opinion: after
districts, rules and tables have done their work, no contradiction may be left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import pandas as pd

from challenge.brief.definition import Brief
from challenge.errors import ContentRefusedError, Fault
from challenge.schema import PartnerSchema
from challenge.schema.rules import Rule


def require_consistent(
    rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], brief: Brief
) -> None:
    """Refuse rows that break a rule for which SDV has a constraint class.

    Parameters
    ----------
    rows : DataFrame
        Complete households.
    tables : mapping of str to DataFrame
        Partners' tables; those with several rows per household are looked at.
    brief : Brief
        Its partners declare the rules.

    Raises
    ------
    ContentRefusedError
        With a fault for every rule that is broken.
    """
    faults = [
        _fault(partner, rule)
        for partner in brief.partners
        if (mine := rows if partner.rows is None else tables.get(partner.name))
        is not None
        for rule in _alone(partner.rules)
        if set(_columns(rule)) <= set(mine) and not _holds(rule, partner, mine)
    ]
    if faults:
        raise ContentRefusedError(faults)


def _alone(rules: Sequence[Rule]) -> Iterator[Rule]:
    """Give the rules whose column no other rule holds back afterwards."""
    named = [rule.column for rule in rules]
    return (rule for rule in rules if named.count(rule.column) == 1)


def _columns(rule: Rule) -> list[str]:
    return [*rule.sources, rule.column]


def _holds(rule: Rule, partner: PartnerSchema, rows: pd.DataFrame) -> bool:
    """Tell whether a rule holds in every row, as far as SDV can say it."""
    kinds = {column.name: column.type for column in partner.columns}
    known = rows[_columns(rule)].dropna()
    if rule.any and all(kinds.get(name) == "boolean" for name in known):
        return _is_any(rule, known.astype(bool))
    if rule.sum and (known[list(rule.sum)] >= 0).all(axis=None):
        return _is_sum(rule, known)
    return True


def _is_any(rule: Rule, rows: pd.DataFrame) -> bool:
    """Hold "any of these" against the combinations that are possible."""
    from sdv.cag import FixedCombinations

    cases = product([False, True], repeat=len(rule.sources))
    possible = pd.DataFrame([[*case, any(case)] for case in cases], columns=list(rows))
    constraint = FixedCombinations(column_names=list(rows))
    constraint.fit({"rows": possible}, _metadata(rows, "boolean"))
    return bool(constraint.is_valid({"rows": rows})["rows"].all())


def _is_sum(rule: Rule, rows: pd.DataFrame) -> bool:
    """Hold a sum against its parts, none of which is negative: none is larger."""
    from sdv.cag import Inequality

    metadata = _metadata(rows, "numerical")
    return all(
        Inequality(low_column_name=part, high_column_name=rule.column)
        .is_valid({"rows": rows}, metadata)["rows"]
        .all()
        for part in rule.sources
    )


def _metadata(rows: pd.DataFrame, kind: str) -> Any:
    from sdv.metadata import Metadata

    columns = {name: {"sdtype": kind} for name in rows}
    tables = {"rows": {"columns": columns}}
    return Metadata.load_from_dict(
        {"METADATA_SPEC_VERSION": "V1", "tables": tables, "relationships": []}
    )


def _fault(partner: PartnerSchema, rule: Rule) -> Fault:
    return Fault(
        f"partners/{partner.name}.yaml",
        None,
        "x-constraints",
        "constraint-broken",
        f"In some rows {rule.column} contradicts {', '.join(rule.sources)}.",
        "Look whether a shift or another rule changes one of them.",
    )
