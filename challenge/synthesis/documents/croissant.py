"""The release as Croissant: JSON-LD by which machine-learning tools load tables.

References
----------
MLCommons, "Croissant Format Specification", version 1.0 (2024-03-01), with terms of
its responsible-AI vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from challenge.brief.definition import Brief
from challenge.brief.organiser import Organiser
from challenge.schema.columns import Kind
from challenge.synthesis.documents.datapackage import MEDIA, describe
from challenge.synthesis.documents.resources import Resource, Variable
from challenge.synthesis.manifest import FileFacts
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE

VERSION = "http://mlcommons.org/croissant/1.0"
CROISSANT = "http://mlcommons.org/croissant/"
SCHEMA = "https://schema.org/"
_TERMS = (
    *("citeAs", "column", "extract", "field", "fileObject", "fileProperty", "fileSet"),
    *("format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField"),
    *("path", "recordSet", "references", "regex", "repeated", "replace", "separator"),
    *("source", "subField", "transform"),
)
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": SCHEMA,
    "sc": SCHEMA,
    "cr": CROISSANT,
    "rai": f"{CROISSANT}RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{term: f"cr:{term}" for term in _TERMS},
}
"""The context of the specification's first appendix, so that plain names will do."""

TYPES: dict[Kind, str] = {
    "string": "sc:Text",
    "boolean": "sc:Boolean",
    "integer": "sc:Integer",
    "number": "sc:Float",
}
FORMATS = {
    **MEDIA,
    "json": "application/json",
    "html": "text/html",
    "md": "text/markdown",
}
NOBODY = (
    "No personal data used. Every row is drawn from declared figures; columns marked"
    " x-sensitive in datapackage.json are shaped like special-category data."
)


def croissant(
    brief: Brief,
    files: Mapping[str, FileFacts],
    tables: Iterable[Resource],
    organiser: Organiser,
) -> dict[str, Any]:
    """Describe a release as Croissant.

    Parquet files become record sets; the same tables as CSV are files only, since
    readers of Croissant know no lines that are no rows.

    Parameters
    ----------
    brief : Brief
        With its partners.
    files : mapping of str to FileFacts
        Every file that is described, by its path under ``public/``.
    tables : iterable of Resource
        Those of them that are tables.
    organiser : Organiser
        Who answers for it, when it is dated, and under which licence.

    Returns
    -------
    dict
        For ``croissant.json``; the date only if the organiser gave one.
    """
    told = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": VERSION,
        "name": brief.slug,
        "alternateName": [brief.title.nl, brief.title.en],
        "description": f"{brief.question.en} {NOTICE['en']} {FORBIDDEN_USE['en']}",
        "license": organiser.licence,
        "url": organiser.url or f"urn:challenge:{brief.slug}",
        "creator": {"@type": "sc:Organization", "name": organiser.creator_of(brief)},
        "datePublished": organiser.date.isoformat() if organiser.date else None,
        "inLanguage": ["en", "nl"],
        "keywords": ["synthetic data", "assumptions", brief.slug],
        "isLiveDataset": False,
        "usageInfo": f"{FORBIDDEN_USE['en']} {FORBIDDEN_USE['nl']}",
        "rai:dataLimitations": f"{NOTICE['en']} {NOTICE['nl']}",
        "rai:personalSensitiveInformation": NOBODY,
        "distribution": [_file(path, files) for path in sorted(files)],
        "recordSet": [_records(t) for t in tables if t.format == "parquet"],
    }
    return {key: value for key, value in told.items() if value is not None}


def _file(path: str, files: Mapping[str, FileFacts]) -> dict[str, Any]:
    """One FileObject; a CSV says which Parquet file holds the same rows."""
    stem, _, ending = path.rpartition(".")
    twin = f"{stem}.parquet"
    same = {"sameAs": twin} if ending == "csv" and twin in files else {}
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path.rpartition("/")[2],
        "contentUrl": path,
        "contentSize": f"{files[path].bytes} B",
        "encodingFormat": FORMATS.get(ending, "application/octet-stream"),
        "sha256": files[path].sha256,
        **same,
    }


def _records(table: Resource) -> dict[str, Any]:
    name = _stem(table.path)
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"{table.label.en}. {NOTICE['en']}",
        "key": {"@id": f"{name}/{table.primary_key}"},
        "field": [_field(variable, table) for variable in table.variables],
    }


def _field(variable: Variable, table: Resource) -> dict[str, Any]:
    link = table.links.get(variable.name)
    target = {"@id": f"{_stem(link[0])}/{link[1]}"} if link else None
    return {
        "@type": "cr:Field",
        "@id": f"{_stem(table.path)}/{variable.name}",
        "name": variable.name,
        "description": describe(variable),
        "dataType": TYPES[variable.kind],
        "source": {
            "fileObject": {"@id": table.path},
            "extract": {"column": variable.name},
        },
        **({"references": {"field": target}} if target else {}),
    }


def _stem(path: str) -> str:
    """Name of the records in a file."""
    return path.rpartition(".")[0]
