"""The tables of a release as every description tells them: column by column.

The Data Package and the Croissant description are two writings of one list of
`Resource`, so that they cannot disagree about a column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from challenge.brief.definition import Brief
from challenge.brief.features import Feature
from challenge.schema import Column, PartnerSchema, Words
from challenge.schema.columns import Kind
from challenge.synthesis.manifest import FileFacts
from challenge.synthesis.scoring import PRACTICE_REFERENCE, PROBABILITY
from challenge.synthesis.tables.csvtext import COMMENT
from challenge.synthesis.tables.frame_dictionary import frame_dictionary

FLAT = Words(nl="Platte rijen: één rij per kind", en="Flat rows: one row per child")
GROUPS = Words(
    nl="Groepen en gebieden, om mee te controleren",
    en="Groups and areas, to audit with",
)
REFERENCE = Words(
    nl="Wat het referentiemodel over de oefenrijen zegt",
    en="What the reference model says about the practice rows",
)
SAID = Words(
    nl="Geschatte kans (synthetisch) van het referentiemodel",
    en="Estimated probability (synthetic) of the reference model",
)
SET = Words(nl="Deel van de gegevens", en="Part of the data")


@dataclass(frozen=True, slots=True)
class Variable:
    """One column of one file.

    Attributes
    ----------
    name : str
        As it stands in the file.
    label : Words
        What people read.
    kind : {"string", "boolean", "integer", "number"}
        What a value is, as it is stored in this file.
    levels : dict of str to Words or None
        Every value of a text, with its label where it has one.
    is_flag : bool
        Whether it is a yes or no, however it is stored.
    column : Column or None
        What the partner told about it; None: the release made it.
    feature : Feature or None
        How it came into the flat rows.
    """

    name: str
    label: Words
    kind: Kind
    levels: Mapping[str, Words | None]
    is_flag: bool = False
    column: Column | None = None
    feature: Feature | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """One table of a release, in one file.

    Attributes
    ----------
    path : str
        Under ``public/``.
    facts : FileFacts
        Digest, size, and who may have it.
    label : Words
        What a row is.
    variables : tuple of Variable
        Columns in the order of the file.
    primary_key : str
        Column with one value per row.
    links : dict of str to tuple of str and str
        Column to the path and column that hold its value.
    partner : PartnerSchema or None
        Whose table it is; None: made from several.
    """

    path: str
    facts: FileFacts
    label: Words
    variables: tuple[Variable, ...]
    primary_key: str
    links: Mapping[str, tuple[str, str]]
    partner: PartnerSchema | None = None

    @property
    def format(self) -> str:
        """``"parquet"`` or ``"csv"``."""
        return self.path.rpartition(".")[2]


def resources(
    folder: Path, brief: Brief, files: Mapping[str, FileFacts]
) -> list[Resource]:
    """Describe every table of a release.

    Parameters
    ----------
    folder : Path
        The ``public`` folder.
    brief : Brief
        With its partners.
    files : mapping of str to FileFacts
        By path under `folder`; what is no table is passed over.

    Returns
    -------
    list of Resource
        In alphabetical order of their paths.
    """
    known = _tables(brief)
    found = []
    for path in sorted(files):
        stem, _, ending = path.rpartition(".")
        meant = known.get(stem.rpartition("/")[2] if "sources/" in path else stem)
        if ending not in {"parquet", "csv"} or meant is None:
            continue
        stored = _stored(folder / path)
        links = {
            column: (f"{target}.{ending}", key)
            for column, (target, key) in meant.links.items()
            if f"{target}.{ending}" in files and column in stored
        }
        columns = tuple(_as_stored(meant, name, kind) for name, kind in stored.items())
        found.append(
            replace(meant, path=path, facts=files[path], variables=columns, links=links)
        )
    return found


def _tables(brief: Brief) -> dict[str, Resource]:
    """Say what each table may hold, by its path without ending."""
    nothing = FileFacts(sha256="", bytes=0)
    child = brief.keys.child
    flat = Resource(
        "", nothing, FLAT, tuple(_flat(brief)), child, {child: ("groups", child)}
    )
    groups = Resource("", nothing, GROUPS, tuple(group_variables(brief)), child, {})
    tables = {
        f"tables/{partner.name}": Resource(
            "",
            nothing,
            Words(nl=partner.title, en=partner.title),
            tuple(_told(column) for column in partner.columns),
            partner.table.primary_key,
            {
                key.fields: (
                    f"tables/{key.reference['resource']}",
                    key.reference["fields"],
                )
                for key in partner.table.foreign_keys
            },
            partner,
        )
        for partner in brief.partners
    }
    said = Variable(PROBABILITY, SAID, "number", {})
    reference = Resource(
        "",
        nothing,
        REFERENCE,
        (_key(brief, child), said),
        child,
        {child: ("groups", child)},
    )
    rows = {"train": flat, "practice": flat, "groups": groups}
    return {**rows, Path(PRACTICE_REFERENCE).stem: reference, **tables}


def _flat(brief: Brief) -> Iterator[Variable]:
    columns = brief.columns
    types = {entry["name"]: entry["type"] for entry in frame_dictionary(brief)}
    yield _key(brief, brief.keys.child)
    for feature in brief.features:
        column = columns.get(feature.column)
        told = _told(column) if column else Variable("", feature.label, "number", {})
        yield replace(
            told,
            name=feature.name,
            label=feature.label,
            levels=told.levels if feature.is_text else {},
            is_flag=types[feature.name] == "boolean",
            feature=feature,
        )
    target = brief.target
    yield Variable(target.name, target.label, "boolean", {}, is_flag=True)


def group_variables(brief: Brief) -> Iterator[Variable]:
    """Say what stands in the table of groups and areas.

    Parameters
    ----------
    brief : Brief
        With its partners.

    Yields
    ------
    Variable
        The child's key, the set, attributes and areas, in the order of the file.
    """
    yield _key(brief, brief.keys.child)
    yield Variable("set", SET, "string", {"train": None, "practice": None})
    for attribute in brief.attributes:
        levels = {level.name: level.label for level in attribute.levels}
        rest = all(level.tests for level in attribute.levels)
        missing = {"missing": None} if levels and rest else {}
        every = {**levels, **missing}
        yield Variable(attribute.name, attribute.label, "string", every)
    for name in brief.areas.columns:
        yield replace(_key(brief, name), levels={})


def _key(brief: Brief, name: str) -> Variable:
    """Describe a key, with the words of a partner where there are any."""
    every = (c for partner in brief.partners for c in partner.columns)
    column = next((c for c in every if c.name == name), None)
    plain = Words(nl="Sleutel", en="Key")
    return _told(column) if column else Variable(name, plain, "string", {})


def _told(column: Column) -> Variable:
    """Describe a column as the partner told about it."""
    values = column.marginal.levels if column.marginal else tuple(column.levels)
    texts = values if column.type == "string" else ()
    levels = {str(value): column.levels.get(str(value)) for value in texts}
    is_flag = column.type == "boolean"
    return Variable(column.name, column.label, column.type, levels, is_flag, column)


def _as_stored(meant: Resource, name: str, kind: Kind | None) -> Variable:
    """Describe one column of a file, in the form that it has there."""
    known = {variable.name: variable for variable in meant.variables}
    plain = Variable(name, Words(nl=name, en=name), kind or "string", {})
    variable = known.get(name, plain)
    return variable if kind is None else replace(variable, kind=kind)


def _stored(place: Path) -> dict[str, Kind | None]:
    """Columns of a file in order; a CSV has no types of its own."""
    if place.suffix == ".csv":
        with place.open(encoding="utf-8") as file:
            head = next(line for line in file if not line.startswith(COMMENT))
        return dict.fromkeys(head.rstrip("\n").split(","))
    return {column.name: _kind(column.type) for column in pq.read_schema(place)}


def _kind(stored: pa.DataType) -> Kind:
    if pa.types.is_boolean(stored):
        return "boolean"
    if pa.types.is_integer(stored):
        return "integer"
    return "number" if pa.types.is_floating(stored) else "string"
