"""Whether conditions ask of columns what these can answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from challenge.errors import Fault
from challenge.schema.columns import Column
from challenge.schema.conditions import Condition, Value
from challenge.schema.documents import Document
from challenge.schema.lines import Location

Levels = Mapping[str, tuple[Value, ...]]


def condition_faults(
    document: Document,
    where: Location,
    conditions: Iterable[Condition],
    levels: Levels,
    *,
    elsewhere: Mapping[str, str] | None = None,
    emptied: Collection[str] = (),
) -> list[Fault]:
    """List conditions on columns, kinds or levels that do not exist.

    Parameters
    ----------
    document : Document
        The file that holds the conditions.
    where : tuple of str and int
        Their place in it.
    conditions : iterable of Condition
        What to check.
    levels : mapping of str to tuple
        Every column that may be named with its levels (none for numbers).
    elsewhere : mapping of str to str, optional
        Columns that may not, and what they are.
    emptied : collection of str, optional
        Columns without a value in some complete rows: no line goes over them.

    Returns
    -------
    list of Fault
        Empty if all is well.
    """
    faults = []
    for condition in conditions:
        known = levels.get(condition.column)
        if known is None:
            faults.append(
                column_fault(document, where, condition.column, levels, elsewhere or {})
            )
        elif not known and condition.column in emptied and _is_line(condition):
            problem = f"A rule leaves {condition.column} empty in some rows."
            repair = "Use `below` or `at_least` instead of `per`: empty is neither."
            faults.append(document.fault(where, "line-empty", problem, repair))
        else:
            faults += _value_faults(document, where, condition, known)
    return faults


def levels_of(column: Column) -> tuple[Value, ...]:
    """List the values that a condition on a column may name.

    Parameters
    ----------
    column : Column
        Drawn or made.

    Returns
    -------
    tuple of bool or str
        In declared order; empty for numbers.
    """
    if column.type == "boolean":
        return (False, True)
    is_text = column.type == "string" and column.marginal is not None
    return column.marginal.levels if is_text and column.marginal else ()


def column_fault(
    document: Document,
    where: Location,
    name: str,
    known: Collection[str],
    elsewhere: Mapping[str, str],
) -> Fault:
    """Say that a column cannot be named at a place.

    Parameters
    ----------
    document : Document
        The file.
    where : tuple of str and int
        The place.
    name : str
        The column.
    known : collection of str
        Columns that can be named; the one that resembles `name` is suggested.
    elsewhere : mapping of str to str
        Columns that exist and cannot be named, and what they are.

    Returns
    -------
    Fault
        Of two kinds: there is no such column, or it is of another kind.
    """
    if name in elsewhere:
        problem = f"{name} {elsewhere[name]}."
        repair = "Use a column of a table with one row per household."
        return document.fault(where, "column-kind", problem, repair)
    near = get_close_matches(name, known, n=1)
    problem = f"No partner has a column {name}."
    repair = f"Did you mean {near[0]}? " if near else ""
    repair += "Use a column of a partner's table."
    return document.fault(where, "column-unknown", problem, repair)


def _is_line(condition: Condition) -> bool:
    return getattr(condition, "per", None) is not None


def _value_faults(
    document: Document, where: Location, condition: Condition, known: tuple[Value, ...]
) -> list[Fault]:
    """List what a column with these levels cannot answer."""
    name = condition.column
    is_text = any(isinstance(level, str) for level in known)
    compared = (condition.below, condition.at_least) != (None, None)
    if is_text and (compared or _is_line(condition)):
        problem = f"{name} holds categories: they are not above or below a number."
        repair = f"Use `equals` or `in` with {', '.join(map(str, known))}."
        return [document.fault(where, "condition-kind", problem, repair)]
    if not known and any(isinstance(value, str) for value in condition.values):
        problem = f"{name} is a number and never is a text."
        repair = "Use `below`, `at_least`, or a number."
        return [document.fault(where, "condition-kind", problem, repair)]
    return [
        document.fault(
            where,
            "level-unknown",
            f"{name} never is {value!r}.",
            f"Use one of {', '.join(map(str, known))}.",
        )
        for value in condition.values
        if known and value not in known
    ]
