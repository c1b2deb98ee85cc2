"""Drafts from a Data Package or a Data Resource without our ``x-`` keys.

References
----------
Frictionless Data, "Data Package", "Data Resource" and "Table Schema", version 1.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from pydantic import Field

from challenge.schema.categories import changed
from challenge.schema.columns import Kind
from challenge.schema.documents import Document
from challenge.schema.drafting.descriptors import (
    Foreign,
    read_descriptor,
    record_of,
    refusal,
)
from challenge.schema.drafting.drafts import Draft, DraftColumn, refuse_empty
from challenge.schema.drafting.figures import MOST_LEVELS, proportions
from challenge.schema.drafting.kinds import are_names
from challenge.schema.drafting.names import (
    column_name,
    is_key,
    personal,
    unique_names,
)
from challenge.schema.drafting.placeholders import (
    DATES,
    KEY,
    NAMES,
    ROWS_EACH,
    placeholder,
)

_KINDS: dict[str, Kind] = {k: k for k in get_args(Kind)}
_TIMES = {"date", "time", "datetime", "year", "yearmonth", "duration"}


class Constraints(Foreign):
    """What values of a field may be; bounds are not read.

    Attributes
    ----------
    enum : tuple
        Categories of the codebook.
    unique : bool
        Whether no value occurs twice.
    """

    enum: tuple[Any, ...] = ()
    unique: bool = False


class PackageField(Foreign):
    """One field of a Table Schema.

    Attributes
    ----------
    name : str
        Header.
    title : str
        What people call it.
    type : str
        Table Schema type.
    constraints : Constraints
        What values may be.
    """

    name: str
    title: str = ""
    type: str = "string"
    constraints: Constraints = Constraints()


class PackageLink(Foreign):
    """A foreign key of a Table Schema.

    Attributes
    ----------
    fields : str or list of str
        Columns of this table.
    """

    fields: str | list[str]


class PackageTable(Foreign):
    """A Table Schema.

    Attributes
    ----------
    columns : tuple of PackageField
        In order.
    primary_key : str or list of str
        Columns that tell rows apart.
    foreign_keys : tuple of PackageLink
        Links.
    """

    columns: tuple[PackageField, ...] = Field(alias="fields", min_length=1)
    primary_key: str | list[str] = Field(default="", alias="primaryKey")
    foreign_keys: tuple[PackageLink, ...] = Field(default=(), alias="foreignKeys")


class PackageResource(Foreign):
    """A Data Resource with its schema inside.

    Attributes
    ----------
    name : str
        Name of the table.
    title : str
        What people call it.
    table : PackageTable
        Its schema.
    """

    name: str
    title: str = ""
    table: PackageTable = Field(alias="schema")


class DataPackage(Foreign):
    """A Data Package.

    Attributes
    ----------
    resources : tuple of PackageResource
        Its tables.
    """

    resources: tuple[PackageResource, ...] = Field(min_length=1)


def draft_packages(
    path: Path, *, table: str | None = None, taken: Collection[str] = ()
) -> tuple[Draft, ...]:
    """Draft a schema for each table of a Data Package.

    Parameters
    ----------
    path : Path
        ``datapackage.json``, or one Data Resource, in JSON or YAML. Nothing it
        refers to is opened.
    table : str, optional
        Name for the table of a Data Resource that names none.
    taken : collection of str
        Column names of other tables of the challenge.

    Returns
    -------
    tuple of Draft
        Every figure is a placeholder; categories are those of the codebook.

    Raises
    ------
    DraftRefusedError
        If the file is no such description, or a table has no column to be drafted.
    """
    document = read_descriptor(path)
    data = document.data
    if "METADATA_SPEC_VERSION" in data:
        problem = "This is SDV metadata, not a Data Package."
        repair = "Use `challenge schema from-sdv`."
        raise refusal(document, "draft-schema", "(the whole file)", problem, repair)
    if "resources" not in data:
        name = data.get("name") or table or column_name(path.stem)
        data = {"resources": [{**data, "name": name}]}
    resources = data["resources"] if isinstance(data["resources"], list) else []
    for resource in resources:
        _require_inline(document, resource)
    package = record_of(document, data, DataPackage)
    drafts: list[Draft] = []
    for resource in package.resources:
        used = {*taken, *(column for draft in drafts for column in draft.names)}
        drafts.append(_draft(path, resource, used))
    return tuple(drafts)


def _require_inline(document: Document, resource: Any) -> None:
    """Refuse a schema that stands elsewhere; we open no other file or address."""
    schema = resource.get("schema") if isinstance(resource, dict) else None
    if isinstance(schema, str) or (isinstance(resource, dict) and schema is None):
        problem = "The Table Schema does not stand in this file."
        raise refusal(document, "draft-schema", "resources.schema", problem)


def _draft(path: Path, resource: PackageResource, taken: set[str]) -> Draft:
    """Draft one table."""
    table, fields = column_name(resource.name), resource.table.columns
    own = set(_listed(resource.table.primary_key))
    links = {k for link in resource.table.foreign_keys for k in _listed(link.fields)}
    names = unique_names((field.name for field in fields), table, taken)
    columns, left_out = [], {}
    for field, name in zip(fields, names, strict=True):
        header = field.name
        unique = field.constraints.unique and is_key(header)
        if header in own | links or unique:
            left_out[header] = KEY
            continue
        drafted = _column(field, name)
        if isinstance(drafted, str):
            left_out[header] = drafted
        else:
            columns.append(replace(drafted, label=field.title))
    several = ROWS_EACH if links - own else None
    draft = Draft(table, path.name, tuple(columns), left_out, several, resource.title)
    return refuse_empty(draft)


def _column(field: PackageField, name: str) -> DraftColumn | str:
    """Draft one column, or say why it is left out."""
    reason = personal(field.name) or personal(field.title)
    if reason:
        return reason
    if field.constraints.enum and field.type in {"string", "integer", "number", "any"}:
        return _category(name, field)
    if field.type in {"boolean", "integer", "number"}:
        return placeholder(_KINDS[field.type], name, field.name)
    if field.type in _TIMES:
        return DATES
    if field.type == "string":
        return "holds texts: list its categories under `constraints.enum`"
    return f"has a type that is no circumstance: {column_name(field.type)}"


def _category(name: str, field: PackageField) -> DraftColumn | str:
    """Draft a column with the categories of the codebook."""
    listed = field.constraints.enum
    whole = all(type(level) is int for level in listed)
    levels = dict.fromkeys(listed if whole else map(str, listed), 1)
    if are_names(list(map(str, levels))):
        return NAMES
    if not 2 <= len(levels) <= MOST_LEVELS:
        return f"has {len(levels)} categories: from 2 to {MOST_LEVELS} can be drafted"
    told = changed(list(levels))
    if told:
        return f"has categories that a CSV would change: {told[0].rstrip('.')}"
    marginal = {"proportions": proportions(levels)}
    kind: Kind = "integer" if whole else "string"
    return replace(placeholder(kind, name, field.name), marginal=marginal)


def _listed(key: str | list[str]) -> list[str]:
    return [key] if isinstance(key, str) else key
