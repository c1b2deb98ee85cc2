"""Reading one partner schema: accepted, or refused with every fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from challenge.errors import ContentRefusedError, Fault
from challenge.schema.content import faults_of
from challenge.schema.documents import Document, Location, read_yaml
from challenge.schema.partners import PartnerSchema


def read_partner(path: Path) -> PartnerSchema:
    """Read one partner schema, or refuse it with every fault.

    Columns of other tables cannot be checked here; `challenge.brief.check` does.

    Parameters
    ----------
    path : Path
        A YAML file.

    Returns
    -------
    PartnerSchema
        Valid on its own.

    Raises
    ------
    ContentRefusedError
        With every fault in the file.
    """
    document = read_yaml(path)
    schema, faults = parse_partner(document)
    if faults or schema is None:
        raise ContentRefusedError(faults)
    return schema


def parse_partner(document: Document) -> tuple[PartnerSchema | None, list[Fault]]:
    """Make a schema of what is sound in a document, and list what is not.

    A broken column does not hide the faults of the others: list items that fail
    are left out and the rest is validated again.

    Parameters
    ----------
    document : Document
        A YAML file as read.

    Returns
    -------
    PartnerSchema or None
        From the sound parts; None if the table itself is unreadable.
    list of Fault
        Empty if the schema is valid.
    """
    schema, faults = None, []
    try:
        schema = PartnerSchema.model_validate(document.data)
    except ValidationError as error:
        faults = faults_of(document, error, PartnerSchema)
        schema = _sound_part(document.data, error)
    if schema is not None and schema.name != Path(document.file).stem:
        problem = f"The table is called {schema.name} and its file is not."
        repair = f"Rename the file to {schema.name}.yaml."
        faults.append(document.fault(("name",), "name-differs", problem, repair))
    return schema, faults + _reference_faults(document)


def broken_columns(
    document: Document, partner: PartnerSchema | None
) -> set[str] | None:
    """List the columns that a document declares and its sound part lacks.

    Parameters
    ----------
    document : Document
        A YAML file as read.
    partner : PartnerSchema or None
        What `parse_partner` made of it.

    Returns
    -------
    set of str or None
        Names; empty if every column is sound, None if nobody can tell the names.
    """
    written = _written(document.data)
    sound = () if partner is None else (column.name for column in partner.columns)
    return None if written is None else written - set(sound)


def _written(data: Mapping[str, Any]) -> set[str] | None:
    """List the names of columns as written; None if they cannot all be told."""
    fields = data["schema"].get("fields") if _is_table(data) else None
    names = [item.get("name") for _, item in _items(fields)]
    is_told = isinstance(fields, list) and all(isinstance(n, str) for n in names)
    return {str(name) for name in names} if is_told else None


def _sound_part(data: dict[str, Any], error: ValidationError) -> PartnerSchema | None:
    """Validate again without the list items at fault and the keys unknown."""
    bad = {tuple(d["loc"][:3]) for d in error.errors()}
    unknown = {d["loc"] for d in error.errors() if d["type"] == "extra_forbidden"}
    listed = {k: v for k, v in data.items() if (k,) not in unknown}
    if _is_table(data):
        table = data["schema"].items()
        listed["schema"] = {k: v for k, v in table if ("schema", k) not in unknown}
    for key, place in (
        ("fields", listed.get("schema")),
        ("x-associations", listed),
        ("x-constraints", listed),
    ):
        if isinstance(place, dict) and isinstance(place.get(key), list):
            at = ("schema", key) if key == "fields" else (key,)
            place[key] = [
                item
                for index, item in enumerate(place[key])
                if not any(loc[: len(at) + 1] == (*at, index) for loc in bad)
            ]
    try:
        return PartnerSchema.model_validate(listed)
    except ValidationError:
        return None


def _is_table(data: Mapping[str, Any]) -> bool:
    return isinstance(data.get("schema"), dict)


def _items(value: object) -> Iterable[tuple[int, dict[str, Any]]]:
    """Give the mappings in a raw list, with their positions."""
    items = value if isinstance(value, list) else []
    return ((i, item) for i, item in enumerate(items) if isinstance(item, dict))


def _reference_faults(document: Document) -> list[Fault]:
    """List names that this table uses and does not have, from the raw data."""
    table = document.data["schema"] if _is_table(document.data) else {}
    names: set[str] = set()
    faults = []
    for index, field in _items(table.get("fields")):
        name = field.get("name")
        if name is not None and str(name) in names:
            where = ("schema", "fields", index, "name")
            problem = f"There are two columns {name}."
            faults.append(
                document.fault(where, "name-repeated", problem, "Rename one of them.")
            )
        names.add(str(name))
    written = _written(document.data)
    if written is None:
        return faults
    for place, slug, used in _references(document.data, table):
        if isinstance(used, str) and "." not in used and used not in written:
            problem = f"This table has no column {used}."
            repair = "Use a column of this table, or write table.column."
            faults.append(document.fault(place, slug, problem, repair))
    return faults


def _references(
    data: Mapping[str, Any], table: Mapping[str, Any]
) -> Iterator[tuple[Location, str, object]]:
    """Give each column name that a table uses: place, slug if unknown, name."""
    yield ("schema", "primaryKey"), "key-column", table.get("primaryKey")
    for index, item in _items(data.get("x-associations")):
        pair = item.get("columns")
        for name in pair if isinstance(pair, list) else []:
            yield ("x-associations", index, "columns"), "association-column", name
    for index, item in _items(data.get("x-constraints")):
        when, listed = item.get("when"), item.get("any")
        names = [item.get("column")]
        names += listed if isinstance(listed, list) else []
        names += [when.get("column")] if isinstance(when, dict) else []
        for name in names:
            yield ("x-constraints", index), "rule-column", name
