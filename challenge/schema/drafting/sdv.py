"""Drafts from SDV metadata: columns and links, never the extremes it records.

SDV's ``detect`` functions write the true lowest and highest values and every
category of the rows into the metadata. None of those is copied.

References
----------
SDV 2.0, "Metadata JSON", versions ``V1``, ``SINGLE_TABLE_V1``, ``MULTI_TABLE_V1``
and the ``V2`` that SDV 2.0 writes.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import Field

from challenge.schema.documents import Document
from challenge.schema.drafting.descriptors import (
    Foreign,
    read_descriptor,
    record_of,
    refusal,
)
from challenge.schema.drafting.drafts import Draft, DraftColumn, refuse_empty
from challenge.schema.drafting.names import column_name, personal, unique_names
from challenge.schema.drafting.placeholders import DATES, KEY, ROWS_EACH, placeholder

_VERSIONS = {"V1", "V2", "SINGLE_TABLE_V1", "MULTI_TABLE_V1"}


class SdvColumn(Foreign):
    """One column of the metadata.

    Attributes
    ----------
    sdtype : str
        SDV's semantic type.
    pii : bool
        Whether SDV takes it for personal.
    computer_representation : str
        Such as ``Int64``; tells whole numbers.
    decimal_places : int or None
        Tells them too.
    range_values : tuple
        Categories; only looked at to tell yes and no.
    high_cardinality : bool
        Whether there are too many categories to be any.
    """

    sdtype: str
    pii: bool = False
    computer_representation: str = ""
    decimal_places: int | None = None
    range_values: tuple[Any, ...] = ()
    high_cardinality: bool = False

    @property
    def is_boolean(self) -> bool:
        """Whether it is yes or no; SDV calls that a category too."""
        told = bool(self.range_values)
        both = all(isinstance(value, bool) for value in self.range_values)
        return self.sdtype == "boolean" or (told and both)

    @property
    def is_whole(self) -> bool:
        """Whether it holds whole numbers."""
        whole = self.computer_representation.startswith(("Int", "UInt"))
        return whole or self.decimal_places == 0


class SdvTable(Foreign):
    """One table of the metadata.

    Attributes
    ----------
    columns : dict of str to SdvColumn
        In order.
    primary_key : str, list of str or None
        Column with one value per row.
    """

    columns: dict[str, SdvColumn] = Field(min_length=1)
    primary_key: str | list[str] | None = None


class SdvLink(Foreign):
    """A relationship of the metadata.

    Attributes
    ----------
    child_table_name : str
        Table with the foreign key.
    child_foreign_key : str or list of str
        The key.
    """

    child_table_name: str
    child_foreign_key: str | list[str]


class SdvMetadata(Foreign):
    """The metadata of one or more tables.

    Attributes
    ----------
    version : str
        Of the format.
    tables : dict of str to SdvTable
        By name.
    relationships : tuple of SdvLink
        Foreign keys.
    """

    version: str = Field(alias="METADATA_SPEC_VERSION")
    tables: dict[str, SdvTable] = Field(min_length=1)
    relationships: tuple[SdvLink, ...] = ()


def draft_sdv(
    path: Path, *, table: str | None = None, taken: Collection[str] = ()
) -> tuple[Draft, ...]:
    """Draft a schema for each table of an SDV metadata file.

    Parameters
    ----------
    path : Path
        Metadata in JSON.
    table : str, optional
        Name for the one table of the file; needless if there are more.
    taken : collection of str
        Column names of other tables of the challenge.

    Returns
    -------
    tuple of Draft
        Every figure is a placeholder; tables with a foreign key have several rows
        per household.

    Raises
    ------
    DraftRefusedError
        If the file is no such metadata, or a table has no column to be drafted.
    """
    document = read_descriptor(path)
    metadata = _metadata(document, table or column_name(path.stem))
    keys = {
        (link.child_table_name, key)
        for link in metadata.relationships
        for key in _listed(link.child_foreign_key)
    }
    drafts: list[Draft] = []
    for name, known in metadata.tables.items():
        links = {key for owner, key in keys if owner == name}
        used = {*taken, *(column for draft in drafts for column in draft.names)}
        drafts.append(_draft(path, name, known, links, used))
    return tuple(drafts)


def _metadata(document: Document, table: str) -> SdvMetadata:
    """Read any of the versions as the one with many tables."""
    data = document.data
    version = data.get("METADATA_SPEC_VERSION")
    if version is None and {"resources", "schema"} & data.keys():
        problem = "This is a Data Package, not SDV metadata."
        repair = "Use `challenge schema from-datapackage`."
        raise refusal(document, "draft-version", "(the whole file)", problem, repair)
    if version not in _VERSIONS:
        problem = f"This is no SDV metadata of a version we know: {version!r:.40}."
        raise refusal(document, "draft-version", "METADATA_SPEC_VERSION", problem)
    if "tables" not in data:
        data = {**data, "tables": {table: data}}
    return record_of(document, data, SdvMetadata)


def _draft(
    path: Path, name: str, known: SdvTable, links: set[str], taken: set[str]
) -> Draft:
    """Draft one table."""
    table = column_name(name)
    own = set(_listed(known.primary_key))
    names = dict(
        zip(known.columns, unique_names(known.columns, table, taken), strict=True)
    )
    columns, left_out = [], {}
    for header, column in known.columns.items():
        if header in links | own or column.sdtype == "id":
            left_out[header] = KEY
            continue
        drafted = _column(header, names[header], column)
        if isinstance(drafted, str):
            left_out[header] = drafted
        else:
            columns.append(drafted)
    # One row each where the foreign key is the primary key itself.
    several = ROWS_EACH if links - own else None
    draft = Draft(table, path.name, tuple(columns), left_out, several)
    return refuse_empty(draft)


def _column(header: str, name: str, column: SdvColumn) -> DraftColumn | str:
    """Draft one column, or say why it is left out."""
    reason = personal(header)
    if reason or column.pii:
        return reason or "is personal, says the metadata"
    if column.is_boolean:
        return placeholder("boolean", name, header)
    if column.sdtype == "numerical":
        return placeholder("integer" if column.is_whole else "number", name, header)
    if column.high_cardinality:
        return "has too many categories to be any"
    if column.sdtype in {"categorical", "ordinal"}:
        return placeholder("string", name, header)
    if column.sdtype == "datetime":
        return DATES
    if column.sdtype in {"text", "unknown"}:
        return "holds texts"
    return f"points at a person: its sdtype is {column_name(column.sdtype)}"


def _listed(key: str | list[str] | None) -> list[str]:
    return [key] if isinstance(key, str) else key or []
