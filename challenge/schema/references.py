"""Names that one table uses and does not have, read from the file as written.

A column that is broken is written all the same, so what only follows from a broken
column is not told here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from challenge.errors import Fault
from challenge.schema.content import Content
from challenge.schema.documents import Document
from challenge.schema.lines import Location
from challenge.schema.partners import STANDING

Record = TypeVar("Record", bound=Content)
FIELDS: Location = ("schema", "fields")

_HERE = "Use a column of this table."
_REPAIRS = {"association-column": "Use a column of this table, or write table.column."}


def sound_items(
    document: Document, where: Location, record: type[Record]
) -> Iterator[tuple[Location, Record]]:
    """Give the items of a list that can be read, with their places in the file.

    Parameters
    ----------
    document : Document
        A file as read.
    where : tuple of str and int
        Path of the list.
    record : type of Content
        What each item should be.

    Yields
    ------
    tuple of (tuple of str and int) and Content
        The place, and the record.
    """
    for index, item in raw_items(document, where):
        try:
            yield (*where, index), record.model_validate(item)
        except ValidationError:
            continue  # told when the file was read


def raw_items(
    document: Document, where: Location
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give the mappings in a list as they are written, with their positions.

    Parameters
    ----------
    document : Document
        A file as read.
    where : tuple of str and int
        Path of the list; nothing is given if there is none.

    Yields
    ------
    tuple of int and dict
        Position from 0, and the mapping.
    """
    node: Any = document.data
    for step in where:
        if isinstance(node, list) and isinstance(step, int):
            node = node[step]
        else:
            node = node.get(step) if isinstance(node, dict) else None
    for index, item in enumerate(node if isinstance(node, list) else ()):
        if isinstance(item, dict):
            yield index, item


def written_columns(document: Document) -> set[str] | None:
    """List the names of columns as written.

    Parameters
    ----------
    document : Document
        A partner schema as read.

    Returns
    -------
    set of str or None
        Broken columns included; None if the names cannot all be told.
    """
    table = document.data.get("schema")
    fields = table.get("fields") if isinstance(table, dict) else None
    if not isinstance(fields, list):
        return None
    names = [item.get("name") for _, item in raw_items(document, FIELDS)]
    told = {name for name in names if isinstance(name, str)}
    is_whole = len(names) == len(fields) and all(isinstance(n, str) for n in names)
    return told if is_whole else None


def reference_faults(document: Document) -> list[Fault]:
    """List columns that stand there twice, or are used and do not exist.

    Parameters
    ----------
    document : Document
        A partner schema as read.

    Returns
    -------
    list of Fault
        Empty if all is well; columns of other tables are not looked at.
    """
    faults = _repeated(document)
    written = written_columns(document)
    if written is None:
        return faults
    for where, slug, name in _references(document):
        if isinstance(name, str) and "." not in name and name not in written:
            problem = f"This table has no column {name}."
            repair = _REPAIRS.get(slug, _HERE)
            faults.append(document.fault(where, slug, problem, repair))
    return faults


def _repeated(document: Document) -> list[Fault]:
    """List columns, features and districts that have one name twice."""
    faults = []
    shifted = [index for index, _ in raw_items(document, FIELDS)]
    lists: list[tuple[Location, str]] = [
        (FIELDS, "name"),
        (("x-features",), "name"),
        *(((*FIELDS, index, "x-shifts"), "district") for index in shifted),
    ]
    for where, key in lists:
        seen: set[object] = set()
        for index, item in raw_items(document, where):
            name = str(item.get(key))
            if key in item and name in seen:
                problem, repair = f"{name} stands here twice.", "Rename one of them."
                place = (*where, index, key)
                faults.append(document.fault(place, "name-repeated", problem, repair))
            seen.add(name)
    return faults


def _references(document: Document) -> Iterator[tuple[Location, str, object]]:
    """Give each column name that a table uses: place, slug if unknown, name."""
    table = document.data.get("schema")
    key = table.get("primaryKey") if isinstance(table, dict) else None
    yield ("schema", "primaryKey"), "key-column", key
    keys: Location = ("schema", "foreignKeys")
    for index, item in raw_items(document, keys):
        yield (*keys, index, "fields"), "key-column", item.get("fields")
    rows = document.data.get("x-rows")
    moment = rows.get("moment") if isinstance(rows, dict) else None
    yield ("x-rows", "moment"), "moment-column", moment
    for index, item in raw_items(document, FIELDS):
        yield (*FIELDS, index, "x-moment"), "moment-column", item.get("x-moment")
    for index, item in raw_items(document, ("x-features",)):
        yield ("x-features", index, "column"), "feature-column", _named(item)
    for index, item in raw_items(document, ("x-constraints",)):
        yield ("x-constraints", index, "column"), "rule-column", item.get("column")
    for index, item in raw_items(document, ("x-associations",)):
        pair = item.get("columns")
        for name in pair if isinstance(pair, list) else []:
            if name != STANDING:
                where: Location = ("x-associations", index, "columns")
                yield where, "association-column", name


def _named(feature: Mapping[str, Any]) -> object:
    """Give the column of a feature; none where rows are counted."""
    return feature.get("column") or None
