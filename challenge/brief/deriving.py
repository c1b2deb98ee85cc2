"""Whether the rules of all tables can be applied, and tell nothing too early.

Columns of tables with one row per household stand side by side, so a rule may name
columns of another such table. Rules of other tables name their own columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from challenge.brief.definition import Brief
from challenge.brief.households import elsewhere
from challenge.errors import Fault
from challenge.schema import Column, Document, Location, PartnerSchema
from challenge.schema.circumstances import condition_faults, levels_of
from challenge.schema.columns import Kind
from challenge.schema.references import sound_items
from challenge.schema.rules import Rule

_NUMBERS: set[Kind] = {"integer", "number"}
_CONSTRAINTS: Location = ("x-constraints",)


@dataclass(frozen=True, slots=True)
class Written:
    """A rule with its place.

    Attributes
    ----------
    document : Document
        Its file.
    where : tuple of str and int
        Its place in the file.
    rule : Rule
        What is written there.
    partner : PartnerSchema
        Its table.
    """

    document: Document
    where: Location
    rule: Rule
    partner: PartnerSchema

    def fault(self, slug: str, problem: str, repair: str) -> Fault:
        """Describe a fault of this rule.

        Parameters
        ----------
        slug, problem, repair : str
            As in `challenge.errors.Fault`.

        Returns
        -------
        Fault
            At the place of the rule.
        """
        return self.document.fault(self.where, slug, problem, repair)


def rule_faults(
    documents: Sequence[Document], partners: Sequence[PartnerSchema], brief: Brief
) -> list[Fault]:
    """List rules that cannot be applied or tell too much.

    Parameters
    ----------
    documents : sequence of Document
        The files.
    partners : sequence of PartnerSchema
        What the files hold, in the same order.
    brief : Brief
        Names the areas.

    Returns
    -------
    list of Fault
        Empty if all is well.
    """
    both = list(zip(documents, partners, strict=True))
    households = [pair for pair in both if pair[1].rows is None]
    others = [[pair] for pair in both if pair[1].rows is not None]
    faults = []
    for group in (households, *others):
        faults += _group_faults(group, brief)
    return faults


def _group_faults(
    group: Sequence[tuple[Document, PartnerSchema]], brief: Brief
) -> list[Fault]:
    """List the faults of rules whose columns stand side by side."""
    columns = {
        column.name: column
        for _, partner in group
        for column in partner.columns
        if column.use != "link" and column.name not in brief.areas.columns
    }
    apart = {n: kind for n, kind in elsewhere(brief).items() if n not in columns}
    rules = list(_written(group))
    faults = _order_faults(rules)
    for written in rules:
        made = columns.get(written.rule.column)
        if made is None:
            continue  # told by name, or as a link or an area with a rule
        faults += _source_faults(written, columns, apart)
        faults += _kind_faults(written, made, columns)
        faults += _use_faults(written, made, columns)
    return faults


def _written(
    group: Sequence[tuple[Document, PartnerSchema]],
) -> Iterator[Written]:
    for document, partner in group:
        for where, rule in sound_items(document, _CONSTRAINTS, Rule):
            yield Written(document, where, rule, partner)


def _order_faults(rules: Sequence[Written]) -> list[Fault]:
    """List columns that are made twice, or follow from themselves."""
    faults = []
    touched: set[str] = set()
    needs: dict[str, set[str]] = {}
    for written in rules:
        rule = written.rule
        if rule.makes and rule.column in touched:
            problem = f"Another rule for {rule.column} stands before this one."
            repair = "Make a column once; what holds it back (`only`) comes after."
            faults.append(written.fault("rule-repeated", problem, repair))
        touched.add(rule.column)
        needs.setdefault(rule.column, set()).update(rule.sources)
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = error.args[1]
        first = next(w for w in rules if w.rule.column in circle)
        problem = f"Columns follow from one another: {' from '.join(circle)}."
        repair = "Let one of them be drawn."
        faults.append(first.fault("rule-circle", problem, repair))
    return faults


def _source_faults(
    written: Written, columns: Mapping[str, Column], apart: Mapping[str, str]
) -> list[Fault]:
    """List what a rule is made from and that cannot be had."""
    faults = []
    repair = "Use a column of this table or, per household, of another one."
    for name in dict.fromkeys(written.rule.sources):
        if name not in columns:
            problem = (
                f"{name} {apart[name]}." if name in apart else f"No column {name}."
            )
            faults.append(written.fault("rule-column", problem, repair))
    condition = written.rule.when or written.rule.only
    if condition is not None and condition.column in columns:
        levels = {condition.column: levels_of(columns[condition.column])}
        where, conditions = written.where, (condition,)
        faults += condition_faults(written.document, where, conditions, levels)
    return faults


def _kind_faults(
    written: Written, made: Column, columns: Mapping[str, Column]
) -> list[Fault]:
    """List rules that give another kind of value than the column has."""
    rule = written.rule
    asked: set[Kind] = {"boolean"} if rule.when or rule.any else set(_NUMBERS)
    sources = {columns[n].type for n in rule.sources if n in columns}
    fractions = rule.along is not None and rule.along.decimals > 0
    if rule.weight or fractions or (rule.sum and "number" in sources):
        asked = {"number"}
    if rule.only is None and made.type not in asked:
        problem = f"{made.name} is a {made.type}, and this rule gives another kind."
    elif rule.any and sources - {"boolean"}:
        problem = f"{made.name} is made from columns that are not all booleans."
    elif rule.sum and "string" in sources:
        problem = f"{made.name} adds up columns that are not all numbers."
    elif rule.along and sources - _NUMBERS:
        problem = f"{made.name} goes along with columns that are not all numbers."
    elif rule.weight and written.partner.rows is not None:
        problem = "Only a table with one row per household has survey weights."
    else:
        return []
    repair = "`when` and `any` give booleans; `sum`, `along` and `weight` numbers."
    return [written.fault("rule-kind", problem, repair)]


def _use_faults(
    written: Written, made: Column, columns: Mapping[str, Column]
) -> list[Fault]:
    """List features that tell what models may not see, or not yet."""
    if made.use != "feature":
        return []
    sources = [columns[n] for n in written.rule.sources if n in columns]
    faults = []
    for source in sources:
        if source.use == "audit":
            problem = f"The feature {made.name} would tell {source.name}, an audit one."
            repair = f"Give {made.name} `x-use: audit` too."
            faults.append(written.fault("rule-audit", problem, repair))
        later = source.available_from > made.available_from
        rows_later = written.partner.is_repeated and source.moment is not None
        if later or (rows_later and source.moment != made.moment):
            problem = f"{made.name} is known before {source.name}, which it tells."
            repair = "Give it the same `x-available-from` and `x-moment`."
            faults.append(written.fault("look-ahead", problem, repair))
    return faults
