"""The JSON of a scorecard as JSON Schema, generated from the records that it holds.

Descriptions, units and bounds are those of the records' docstrings, so that what is
said stands in one place: ``in [0, 1]`` there is ``minimum`` and ``maximum`` here.

References
----------
JSON Schema, draft 2020-12.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np

from leaderboard.estimates import Estimate
from leaderboard.metrics import METRICS, Metric
from leaderboard.records import VERSION, Scorecard

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ENTRY = re.compile(r"^(\w+(?:, \w+)*) : ")
_BOUNDS = re.compile(r"\bin ([\[(])(-?\d+), (-?\d+)[\])]")
_PLAIN = {str: "string", bool: "boolean", float: "number", NoneType: "null"}
# Fields with a default, and yet in the JSON since its first version.
_ALWAYS = {
    "Scorecard": {"groups", "gaps", "areas", "area_recall", "policy", "replicates"},
    "FairnessPolicy": {"gate", "report"},
}
_BETTER = {
    "higher": "Higher is better.",
    "lower": "Lower is better.",
    "target": "Best is {target:g}.",
}


def scorecard_schema() -> dict[str, Any]:
    """Describe what `leaderboard.Scorecard.to_json` writes.

    Returns
    -------
    dict
        A JSON Schema; it takes exact and published scorecards of this version, and
        older ones that lack fields which came later.

    Examples
    --------
    >>> scorecard_schema()["properties"]["version"]["const"]
    1
    """
    parts: dict[str, Any] = {}
    whole = _record(Scorecard, parts)
    version = {"title": "Version", "description": "Of this format.", "const": VERSION}
    return {
        "$schema": DIALECT,
        **whole,
        "title": f"Kansrijk scorecard, version {VERSION}",
        "properties": {
            "version": version,
            **whole["properties"],
            "metrics": {**whole["properties"]["metrics"], **_metrics()},
        },
        "required": ["version", *whole["required"]],
        "$defs": dict(sorted(parts.items())),
    }


def _record(record: type, parts: dict[str, Any]) -> dict[str, Any]:
    """Describe one dataclass; those in it go to `parts`."""
    hints = get_type_hints(record)
    known = [field for field in fields(record) if field.init]
    about = _descriptions(record)
    return {
        "title": record.__name__,
        "description": _summary(record),
        "type": "object",
        "properties": {
            field.name: {
                "title": field.name.replace("_", " ").capitalize(),
                "description": about[field.name],
                **_bounded(_kind(hints[field.name], parts), about[field.name]),
            }
            for field in known
        },
        "required": [field.name for field in known if _is_always(field, record)],
        "additionalProperties": False,
    }


def _is_always(field: Field[Any], record: type) -> bool:
    plain = field.default is MISSING and field.default_factory is MISSING
    return plain or field.name in _ALWAYS.get(record.__name__, ())


def _kind(hint: Any, parts: dict[str, Any]) -> dict[str, Any]:
    """Describe a type; floats that are not numbers stand as null."""
    if is_dataclass(hint) and isinstance(hint, type):
        return _reference(hint, parts)
    if inspect.isclass(hint) and issubclass(hint, Enum):
        return {"enum": [member.value for member in hint]}
    if hint is int:
        return {"type": "integer", "minimum": 0}
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _either([_kind(part, parts) for part in inner])
    if origin is np.ndarray:
        return {"type": "array", "items": {"type": ["number", "null"]}}
    if origin is tuple and inner[1:] == (...,):
        return {"type": "array", "items": _kind(inner[0], parts)}
    if origin is tuple:
        row = [_kind(part, parts) for part in inner]
        short = {"minItems": len(row), "items": False}
        return {"type": "array", "prefixItems": row, **short}
    _, values = inner  # a mapping is all that is left
    return {"type": "object", "additionalProperties": _kind(values, parts)}


def _either(kinds: list[dict[str, Any]]) -> dict[str, Any]:
    """Join a kind and its absence, in one word where that is possible."""
    [kind, *_] = kinds
    if "type" not in kind:
        return {"anyOf": kinds}
    return {**kind, "type": [other["type"] for other in kinds]}


def _reference(record: type, parts: dict[str, Any]) -> dict[str, Any]:
    name = record.__name__
    if name not in parts:
        parts[name] = {}  # so that a record may hold its own kind
        parts[name] = _record(record, parts)
        if record is Estimate:
            parts[name]["properties"]["value"]["type"] = ["number", "null"]
    return {"$ref": f"#/$defs/{name}"}


def _bounded(kind: dict[str, Any], about: str) -> dict[str, Any]:
    """Add the bounds that the description gives."""
    found = _BOUNDS.search(about)
    if found is None:
        return kind
    bracket, low, high = found.groups()
    least = "minimum" if bracket == "[" else "exclusiveMinimum"
    most = "maximum" if about[found.end() - 1] == "]" else "exclusiveMaximum"
    return _within(kind, {least: int(low), most: int(high)})


def _within(kind: dict[str, Any], bounds: dict[str, float]) -> dict[str, Any]:
    """Bound every number of a kind; of an estimate all three."""
    if "Estimate" in str(kind):
        ends = dict.fromkeys(("value", "low", "high"), bounds)
        return {**kind, "properties": ends}
    if "prefixItems" in kind:
        row = [_within(part, bounds) for part in kind["prefixItems"]]
        return {**kind, "prefixItems": row}
    if kind["type"] == "array":
        return {**kind, "items": _within(kind["items"], bounds)}
    return {**kind, **bounds}


def _metrics() -> dict[str, Any]:
    return {
        "properties": {name: _metric(metric) for name, metric in METRICS.items()},
        "additionalProperties": False,
    }


def _metric(metric: Metric) -> dict[str, Any]:
    ends = {"minimum": metric.low, "maximum": metric.high}
    bounds = {name: end for name, end in ends.items() if isfinite(end)}
    better = _BETTER[metric.direction].format(target=metric.target)
    return {
        "title": metric.name.replace("_", " ").capitalize(),
        "description": f"{metric.meaning} {better}",
        **_within({"$ref": "#/$defs/Estimate"}, bounds),
    }


def _summary(record: type) -> str:
    text, _, _ = inspect.cleandoc(record.__doc__ or "").partition("\n\nAttributes\n")
    return _joined(text)


def _descriptions(record: type) -> dict[str, str]:
    """Read what the docstring says of each attribute."""
    _, _, text = inspect.cleandoc(record.__doc__ or "").partition("\n\nAttributes\n")
    section, _, _ = text.partition("\n\n")
    described: dict[str, str] = {}
    names: list[str] = []
    for line in section.splitlines()[1:]:
        if entry := _ENTRY.match(line):
            names = entry[1].split(", ")
        else:
            for name in names:
                described[name] = _joined(f"{described.get(name, '')} {line}")
    return described


def _joined(text: str) -> str:
    """Write a piece of a docstring as JSON would say it."""
    plain = " ".join(text.split()).replace("`", "")
    return re.sub(r"\b(None|NaN)\b", "null", plain)
