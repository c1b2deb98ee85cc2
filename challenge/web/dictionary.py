"""The data dictionary of a release, table by table, for one reader."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """One column as people read it.

    Attributes
    ----------
    name, label, kind, use, provenance : str
        Kind has its unit; use says what a model may do with it.
    notes : str
        Whether it is sensitive or helps a family; may be empty.
    """

    name: str
    label: str
    kind: str
    use: str
    provenance: str
    notes: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a partner.

    Attributes
    ----------
    name, title, partner : str
        What it is called, and whose data it is shaped like.
    rows : str
        What one row is.
    coverage : float
        Share of the households that are in it.
    leans : bool
        Whether some kinds of household are in it less often.
    legal_basis : str
        Under which the real data are kept.
    columns : tuple of Column
        In the order of the file.
    """

    name: str
    title: str
    partner: str
    rows: str
    coverage: float
    leans: bool
    legal_basis: str
    columns: tuple[Column, ...]


def read_dictionary(
    place: Path, language: str, tables: Collection[str]
) -> tuple[Table, ...]:
    """Read the public dictionary of a release.

    Parameters
    ----------
    place : Path
        Of ``dictionary.json``; a release never changes.
    language : str
        ``"nl"`` or ``"en"``.
    tables : collection of str
        Names of the tables that the reader works with.

    Returns
    -------
    tuple of Table
        Of those tables alone, in the order of the release.
    """
    return tuple(one for one in _read(place, language) if one.name in tables)


@cache
def _words(language: str) -> dict[str, Any]:
    # The same words as in dictionary.nl.md, so that page and file say one thing.
    place = files("challenge.synthesis.documents") / "dictionary.toml"
    words: dict[str, Any] = tomllib.loads(place.read_text("utf-8"))[language]
    return words


def _read(place: Path, language: str) -> tuple[Table, ...]:
    entries = json.loads(place.read_text("utf-8"))
    words, month = _words(language), entries["target"]["prediction_month"]
    return tuple(
        Table(
            name=table["name"],
            title=table["title"],
            partner=table["partner"],
            rows=words[f"rows_{table['rows']}"],
            coverage=table["coverage"],
            leans=table["coverage_leans"],
            legal_basis=table["legal_basis"],
            columns=tuple(
                _column(column, words, language, month)
                for column in entries["columns"]
                if column["table"] == table["name"]
            ),
        )
        for table in entries["tables"]
    )


def _column(
    column: dict[str, Any], words: dict[str, Any], language: str, month: float
) -> Column:
    kind, source = words[f"kind_{column['type']}"], column["provenance"]
    reference = words["references"].get(source["reference"], source["reference"])
    told = [str(part) for part in (reference, source["date"]) if part]
    status = words[f"status_{source['status']}"]
    return Column(
        name=column["name"],
        label=column["label"][language],
        kind=f"{kind}, {column['unit']}" if column["unit"] else kind,
        use=words[f"use_{_use(column, month)}"],
        provenance=f"{status}: {', '.join(told)}" if told else status,
        notes="; ".join(words[m] for m in ("sensitive", "strength") if column[m]),
    )


def _use(column: dict[str, Any], month: float) -> str:
    """Tell apart what a model may use, what comes too late, and what only audits."""
    use: str = column["use"]
    if use == "audit" and column["in_groups"]:
        return "groups"
    if use == "feature" and column["available_from"] > month:
        return "late"
    return "rows" if use == "feature" and column["repeated"] else use
