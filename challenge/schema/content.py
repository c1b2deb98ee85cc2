"""Records of what people write, and the faults they come back as.

A content file is validated by a frozen record. Whatever is wrong becomes a list of
`challenge.errors.Fault`, all of them at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    ValidationError,
)
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError

from challenge.errors import Fault
from challenge.schema.documents import Document
from challenge.schema.limits import LARGEST, SMALLEST
from challenge.schema.lines import Location

_BOUNDS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "of at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "of at most"),
}
_KINDS = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "finite": "a finite number",
    "string": "a text",
    "tuple": "a list",
    "date": "a day that exists, such as 2026-11-22",
    "dict": "a group of keys",
    "model": "a group of keys",
}
_MARKS = {"_": "underscores", "-": "hyphens"}
_BRANCH = re.compile(r"(constrained-)?(bool|int|float|str)|\[key\]")
_COMMA = re.compile(r"-?\d+,\d+")
_POWER = re.compile(r"([-+]?\d+)(\.\d*)?[eE]([-+]?\d{1,4})")


def _tighten(schema: Any, *, strict: bool = True) -> None:
    """Bound numbers; mark them and booleans as strict, but in keys: TOML has texts."""
    if isinstance(schema, list | tuple):
        for part in schema:
            _tighten(part, strict=strict)
    elif isinstance(schema, dict):
        kind = schema.get("type")
        if kind in ("int", "float", "bool"):
            schema["strict"] = strict
        if kind == "float" and schema.get("gt") == 0:
            schema["ge"] = schema.pop("gt") + SMALLEST
        if kind in ("int", "float"):
            schema |= {} if schema.keys() & {"lt", "le"} else {"le": LARGEST}
            schema |= {} if schema.keys() & {"gt", "ge"} else {"ge": -LARGEST}
        for key, part in schema.items():
            if key not in {"metadata", "default"}:
                _tighten(part, strict=strict and key != "keys_schema")


class Content(BaseModel):
    """A frozen record of something a person wrote; unknown keys are refused.

    A number is never read from a text, nor from true or false: who writes ``"600"``
    may have meant something else. It is finite, and at most `LARGEST`. Lists and dates
    are read as YAML and TOML give them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        schema = handler(source)
        _tighten(schema)
        return schema


class Words(Content):
    """One text in the two languages of the product.

    Attributes
    ----------
    nl, en : str
        Dutch (B1 level) and English.
    """

    nl: str
    en: str


def refusal(slug: str, problem: str, repair: str) -> PydanticCustomError:
    """Make the error that a record's validator raises for a fault of its own.

    Parameters
    ----------
    slug, problem, repair : str
        As in `challenge.errors.Fault`.

    Returns
    -------
    PydanticCustomError
        To be raised inside a validator.
    """
    return PydanticCustomError(
        slug, "{problem}", {"problem": problem, "repair": repair}
    )


def faults_of(
    document: Document, error: ValidationError, record: type[Content]
) -> list[Fault]:
    """Translate a record's validation error into faults with a place.

    Parameters
    ----------
    document : Document
        The file that was validated.
    error : ValidationError
        What pydantic found.
    record : type of Content
        What the file should have been: it knows the keys.

    Returns
    -------
    list of Fault
        In file order; what only follows from another fault is left out.
    """
    details = _one_each(error.errors())
    misspelt = {meant_key(d, record) for d in details if d["type"] == "extra_forbidden"}
    return [
        _fault(document, detail, record)
        for detail in details
        if detail["loc"] not in misspelt and not _is_emptied(detail, details)
    ]


def _one_each(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Keep one error of a value that is none of several kinds: the most telling."""
    kept: dict[Location, ErrorDetails] = {}
    for detail in details:
        where = detail["loc"]
        while len(where) > 1 and _BRANCH.fullmatch(str(where[-1])):
            where = where[:-1]
        if where not in kept or kept[where]["type"] not in {*_BOUNDS, "finite_number"}:
            kept[where] = {**detail, "loc": where}
    return list(kept.values())


def _is_emptied(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """Tell whether a list is too short only because its items are at fault."""
    where = detail["loc"]
    return detail["type"] == "too_short" and any(
        len(other["loc"]) > len(where) and other["loc"][: len(where)] == where
        for other in details
    )


def _fault(document: Document, detail: ErrorDetails, record: type[Content]) -> Fault:
    """Say in our words what pydantic found."""
    where, kind = detail["loc"], detail["type"]
    if kind == "missing":
        slug, problem = "key-missing", f"The key {where[-1]} is missing."
        repair = "Add this key."
    elif kind == "extra_forbidden":
        slug, (problem, repair) = "key-unknown", _unknown(detail, record)
    elif "-" in kind:  # our own kinds; pydantic's are written with underscores
        slug, problem = kind, detail["msg"].rstrip(".") + "."
        stock = "Write one of these in its place."
        repair = str(detail.get("ctx", {}).get("repair", stock))
    else:
        slug, (problem, repair) = "value-invalid", _value(detail)
        problem = f"{detail['input']!r:.80} {problem}"
    return document.fault(where, slug, problem, repair)


def _value(detail: ErrorDetails) -> tuple[str, str]:
    """Say what is wrong with a value, and what may stand there."""
    kind, context = detail["type"], detail.get("ctx", {})
    if _COMMA.fullmatch(str(detail["input"])):
        point = detail["input"].replace(",", ".")
        return "is not a number.", f"Write a number with a point: {point}."
    power = _POWER.fullmatch(str(detail["input"]))
    if power and kind.startswith("float"):
        told = f"{power[1]}{power[2] or '.0'}e{int(power[3]):+d}"
        repair = f"Write it with a point and a sign: {told}."
        return "is a text to YAML, and no number.", repair
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        if context[bound] == SMALLEST:
            return "is out of bounds.", "Write a number above 0."
        return "is out of bounds.", f"Write a number {words} {context[bound]:,.12g}."
    if kind.endswith("too_short"):
        return "is too short.", f"Give at least {context['min_length']}."
    if kind == "literal_error":
        return "is not known here.", f"Write {context['expected']}."
    if kind == "string_pattern_mismatch":
        return "has characters that cannot stand here.", _allowed(context["pattern"])
    asked = _KINDS.get(kind.partition("_")[0])
    if asked is not None:
        return f"is not {asked}.", f"Write {asked}."
    return "is not understood here.", detail["msg"].rstrip(".") + "."


def _allowed(pattern: str) -> str:
    """Say which characters the pattern of a name lets stand."""
    if "http" in pattern:
        return "Write an address that starts with https://."
    kinds = ["small letters"] + (["digits"] if "0-9" in pattern else [])
    ends = re.sub(r"[a-z0-9]-[a-z0-9]", "", pattern)
    kinds += [word for mark, word in _MARKS.items() if mark in ends]
    first = "letter or digit" if pattern.startswith("^[a-z0-9]") else "letter"
    return f"Use {', '.join(kinds[:-1])} and {kinds[-1]}; start with a {first}."


def _unknown(detail: ErrorDetails, record: type[Content]) -> tuple[str, str]:
    """Say which key is unknown, and which was probably meant."""
    key, meant = detail["loc"][-1], meant_key(detail, record)
    if meant is None:
        return f"{key} is not a key here.", "Remove it, or check its spelling."
    problem = f"{key} is not a key here; did you mean {meant[-1]}?"
    return problem, f"Write {meant[-1]}, or remove it."


def meant_key(detail: ErrorDetails, record: type[Content]) -> Location | None:
    """Find the key that an unknown one resembles.

    Parameters
    ----------
    detail : ErrorDetails
        An unknown key, as pydantic tells it.
    record : type of Content
        What the file should hold.

    Returns
    -------
    tuple of str and int, or None
        Path of the key that was probably meant.
    """
    *path, key = detail["loc"]
    near = get_close_matches(str(key), _keys(record, tuple(path)), n=1)
    return (*path, near[0]) if near else None


def _keys(record: type[Content], path: Location) -> list[str]:
    """List the keys that may stand at a place in a record, as they are written."""
    records = {record}
    for step in path:
        inner = {
            found
            for known in records
            for name, field in known.model_fields.items()
            if step in (name, field.alias)
            for found in records_in(field.annotation)
        }
        # List positions and the tags of a union are steps too: they lead nowhere.
        records = inner or records
    fields = (item for known in records for item in known.model_fields.items())
    return sorted({field.alias or name for name, field in fields})


def records_in(annotation: object) -> Iterator[type[Content]]:
    """Give the records that an annotation such as ``tuple[Level, ...]`` names.

    Parameters
    ----------
    annotation : object
        Of a key.

    Yields
    ------
    type of Content
        In the order of the annotation.
    """
    if isinstance(annotation, type) and issubclass(annotation, Content):
        yield annotation
    for part in get_args(annotation):
        yield from records_in(part)
