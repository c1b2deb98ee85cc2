"""The release as a Data Package: what every table and column is, for any program.

References
----------
Data Package standard, version 2.0 (2024): Data Package, Data Resource, Table Dialect
and Table Schema; keys that begin with ``x-`` are our own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from challenge.brief.definition import Brief
from challenge.brief.organiser import Organiser
from challenge.schema import Column
from challenge.synthesis.documents.resources import Resource, Variable
from challenge.synthesis.manifest import Manifest
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE
from challenge.synthesis.tables.csvtext import COMMENT

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
MEDIA = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv"}
DIALECT = {"delimiter": ",", "lineTerminator": "\n", "commentChar": COMMENT}


def data_package(
    brief: Brief, manifest: Manifest, tables: Iterable[Resource], organiser: Organiser
) -> dict[str, Any]:
    """Describe a release as a Data Package.

    Nothing in it depends on when a release was built, and none of the figures that a
    column was drawn with is in it.

    Parameters
    ----------
    brief : Brief
        With its partners.
    manifest : Manifest
        Names the release by its commitment.
    tables : iterable of Resource
        What it holds.
    organiser : Organiser
        Who answers for it, and under which licence.

    Returns
    -------
    dict
        For ``datapackage.json``.
    """
    told = [brief.question.en, NOTICE["en"], FORBIDDEN_USE["en"]]
    package = {
        "$schema": PROFILE,
        "name": brief.slug,
        "id": f"sha256:{manifest.seed_commitment}",
        "title": brief.title.en,
        "description": " ".join(told),
        "homepage": organiser.url,
        "contributors": [
            {"title": organiser.creator_of(brief), "roles": ["creator"]},
        ],
        "licenses": [{"path": organiser.licence, "title": organiser.licence_title}],
        "keywords": ["synthetic data", "assumptions", brief.slug],
        "x-title": brief.title.model_dump(),
        "x-notice": NOTICE,
        "x-forbidden-use": FORBIDDEN_USE,
        "resources": [_resource(table) for table in tables],
    }
    return {key: value for key, value in package.items() if value}


def resource_name(path: str) -> str:
    """Name the resource of a file: its path in the characters that names have.

    Parameters
    ----------
    path : str
        Under ``public/``.

    Returns
    -------
    str
        Such as ``"tables-parents-csv"``.
    """
    return path.replace("/", "-").replace(".", "-")


def _resource(table: Resource) -> dict[str, Any]:
    partner = table.partner
    text = {"encoding": "utf-8", "dialect": DIALECT} if table.format == "csv" else {}
    told = {"x-partner": partner.partner} if partner else {}
    return {
        "name": resource_name(table.path),
        "path": table.path,
        "type": "table",
        "title": table.label.en,
        "description": f"{NOTICE['en']} {FORBIDDEN_USE['en']}",
        "format": table.format,
        "mediatype": MEDIA[table.format],
        **text,
        "bytes": table.facts.bytes,
        "hash": f"sha256:{table.facts.sha256}",
        "schema": _schema(table),
        "x-label": table.label.model_dump(),
        "x-row-count": table.facts.rows,
        "x-source-sets": list(table.facts.sources),
        **told,
    }


def _schema(table: Resource) -> dict[str, Any]:
    """Give a Table Schema; an empty place in a CSV is a missing value."""
    links = [
        {
            "fields": [column],
            "reference": {"resource": resource_name(path), "fields": [key]},
        }
        for column, (path, key) in table.links.items()
    ]
    schema: dict[str, Any] = {
        "fields": [_field(variable, table) for variable in table.variables],
        "primaryKey": [table.primary_key],
        "foreignKeys": links,
        "missingValues": [""],
    }
    return schema if links else {k: v for k, v in schema.items() if k != "foreignKeys"}


def _field(variable: Variable, table: Resource) -> dict[str, Any]:
    is_key = variable.name == table.primary_key
    field = {
        "name": variable.name,
        "type": variable.kind,
        "title": variable.label.en,
        "description": describe(variable),
        "constraints": _constraints(variable, is_key=is_key),
        "x-label": variable.label.model_dump(),
        **(_provenance(variable.column) if variable.column else {}),
    }
    return {key: value for key, value in field.items() if value != {}}


def _constraints(variable: Variable, *, is_key: bool) -> dict[str, Any]:
    if is_key:
        return {"required": True, "unique": True}
    if variable.is_flag and variable.kind == "number":
        return {"enum": [0, 1]}
    return {"enum": list(variable.levels)} if variable.levels else {}


def describe(variable: Variable) -> str:
    """Say in one English line what a column holds.

    Parameters
    ----------
    variable : Variable
        The column.

    Returns
    -------
    str
        Label, unit, and the meaning of its values.
    """
    column = variable.feature or variable.column
    unit = f" ({column.unit})" if column and column.unit else ""
    flag = (
        " 1 is yes, 0 is no." if variable.is_flag and variable.kind == "number" else ""
    )
    meanings = [
        f"{value} = {label.en}" for value, label in variable.levels.items() if label
    ]
    return f"{variable.label.en}{unit}.{flag}" + _listed(" Values: ", meanings)


def _listed(start: str, parts: Sequence[str]) -> str:
    return f"{start}{', '.join(parts)}." if parts else ""


def _provenance(column: Column) -> dict[str, Any]:
    """Give what may be told of a column: no marginal, no shift, no tilt."""
    told: dict[str, Any] = {
        "x-unit": column.unit,
        "x-levels": {
            value: label.model_dump() for value, label in column.levels.items()
        },
        "x-use": column.use,
        "x-sensitive": column.sensitive,
        "x-strength": column.strength,
        "x-available-from": column.available_from,
        "x-missing": column.missing.share,
        "x-source": column.source.model_dump(mode="json", exclude_none=True),
    }
    return {key: value for key, value in told.items() if value not in ("", {})}
