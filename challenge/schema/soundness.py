"""Whether what a partner declares about one table makes sense together.

Every column, rule and feature is valid on its own when it gets here. Columns that
cannot be found are passed over: `challenge.schema.references` tells those.
"""

from __future__ import annotations

from collections.abc import Mapping

from challenge.errors import Fault
from challenge.schema.categories import changed
from challenge.schema.circumstances import condition_faults, levels_of
from challenge.schema.columns import Column
from challenge.schema.documents import Document
from challenge.schema.limits import MOST_ROWS
from challenge.schema.lines import Location
from challenge.schema.partners import PartnerSchema
from challenge.schema.references import FIELDS, raw_items, sound_items
from challenge.schema.repetition import Aggregate

_NUMBERS = {"integer", "number"}


def table_faults(document: Document, partner: PartnerSchema) -> list[Fault]:
    """List what does not make sense inside one table.

    Parameters
    ----------
    document : Document
        The file.
    partner : PartnerSchema
        What the file holds.

    Returns
    -------
    list of Fault
        Empty if all is well.
    """
    faults = _row_faults(document, partner)
    columns = {column.name: column for column in partner.columns}
    for where, column in sound_items(document, FIELDS, Column):
        faults += _level_faults(document, where, column)
        faults += _shift_faults(document, where, column, partner)
        faults += _repetition_faults(document, where, column, partner)
        if partner.is_repeated and column.moment is not None:
            place = (*where, "x-moment")
            faults += _moment_faults(document, place, columns.get(column.moment))
    return faults + _feature_faults(document, partner, columns)


def _row_faults(document: Document, partner: PartnerSchema) -> list[Fault]:
    """List what is unclear about the rows of a table."""
    rows = partner.rows
    if rows is None:
        return []
    problems = []
    if rows.count is not None and not all(
        isinstance(level, int) and 0 < level <= MOST_ROWS for level in rows.count.levels
    ):
        problems.append(("count", f"A number of rows is 1 to {MOST_ROWS}."))
    moments = rows.moments or ()
    if list(moments) != sorted(set(moments)):
        problems.append(("moments", "The moments do not rise."))
    if "attended" in rows.model_fields_set and not moments:
        problems.append(("attended", "Only moments are attended."))
    faults = [
        document.fault(
            ("x-rows", key),
            "rows-form",
            problem,
            "Give a share for 1, 2 and more rows, or moments in rising order with"
            " the share attended.",
        )
        for key, problem in problems
    ]
    columns = {column.name: column for column in partner.columns}
    moment = columns.get(rows.moment or "")
    if moment and moment.type == "integer" and any(m % 1 for m in moments):
        problem = f"{moment.name} is a whole number, and not every moment is."
        repair = f"Write `type: number` for {moment.name}, or whole months."
        where = ("x-rows", "moments")
        faults.append(document.fault(where, "moment-column", problem, repair))
    return faults + _moment_faults(document, ("x-rows", "moment"), moment)


def _moment_faults(
    document: Document, where: Location, column: Column | None
) -> list[Fault]:
    """List why a column cannot tell from when a row is known."""
    if column is None or (column.type in _NUMBERS and column.use == "feature"):
        return []
    problem = f"{column.name} does not tell the age of the child in months."
    repair = "Name a number with `x-use: feature`: it decides what is known when."
    return [document.fault(where, "moment-column", problem, repair)]


def _level_faults(document: Document, where: Location, column: Column) -> list[Fault]:
    """List categories that are no texts, and words for values that do not exist."""
    if column.marginal is None:
        return []  # made, or told as missing
    levels = column.marginal.levels
    odd = [level for level in levels if not isinstance(level, str)]
    if column.type == "string" and odd:
        problem = f"The category {odd[0]!r} is not a text."
        repair = "Put quotes around it: YAML reads yes, no and digits otherwise."
        return [document.fault(where, "marginal-type", problem, repair)]
    problem, repair = changed(levels) or ("", "")
    if problem:
        return [document.fault(where, "level-unsafe", problem, repair)]
    known = {str(v).lower() if isinstance(v, bool) else str(v) for v in levels}
    differs = sorted(known ^ set(column.levels)) if column.levels else []
    if not differs:
        return []
    problem = f"{', '.join(differs)}: with words and no share, or the other way round."
    repair = "Give words for exactly the values of the marginal."
    place = (*where, "x-levels")
    return [document.fault(place, "levels-differ", problem, repair)]


def _shift_faults(
    document: Document, where: Location, column: Column, partner: PartnerSchema
) -> list[Fault]:
    """List shifts of what cannot be shifted."""
    is_drawn = column.type in _NUMBERS and column.marginal is not None
    if not column.shifts or (is_drawn and not partner.is_area):
        return []
    problem = f"{column.name} is not drawn as a number, so it cannot be shifted."
    repair = "Shift a number that has a marginal."
    if partner.is_area:
        problem = f"A shift of {column.name} would tell who lives in one district."
        repair = "Shift a column of households, or leave `x-shifts` out."
    return [document.fault((*where, "x-shifts"), "shift-column", problem, repair)]


def _repetition_faults(
    document: Document, where: Location, column: Column, partner: PartnerSchema
) -> list[Fault]:
    """List keys that only mean something where a household has several rows."""
    given = {"x-alike": column.alike, "x-moment": column.moment}
    return [
        _needs_rows(document, (*where, key))
        for key, value in given.items()
        if value is not None and not partner.is_repeated
    ]


def _needs_rows(document: Document, where: Location) -> Fault:
    problem = "This means nothing without several rows per household."
    repair = "Remove it, or say under `x-rows` how many rows there are."
    return document.fault(where, "rows-needed", problem, repair)


def _feature_faults(
    document: Document, partner: PartnerSchema, columns: Mapping[str, Column]
) -> list[Fault]:
    """List features that cannot be made of the rows."""
    if not partner.is_repeated:
        written = any(True for _ in raw_items(document, ("x-features",)))
        return [_needs_rows(document, ("x-features",))] if written else []
    faults = []
    for where, made in sound_items(document, ("x-features",), Aggregate):
        column = columns.get(made.column)
        if column is None:
            continue
        place, slug = (*where, "column"), "feature-column"
        if column.use != "feature":
            problem = f"{column.name} has `x-use: {column.use}`."
            repair = "Make features of columns that models may see."
            faults.append(document.fault(place, slug, problem, repair))
        elif made.take in {"sum", "mean"} and column.type == "string":
            problem = f"{column.name} holds categories, which have no {made.take}."
            repair = "Use `count` or `any` with a condition, or `first` or `last`."
            faults.append(document.fault(place, slug, problem, repair))
        elif made.tests:
            levels = {column.name: levels_of(column)}
            faults += condition_faults(document, where, (made,), levels)
    return faults
