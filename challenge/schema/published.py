"""The format of a partner schema as JSON Schema, for editors and other tools.

It is generated from the records, so that it says what they say. What takes more than
one key to know (names, sums, circles) only `challenge check` can tell.

References
----------
JSON Schema, draft 2020-12.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

from challenge.schema.content import Content, records_in
from challenge.schema.partners import PartnerSchema

_ONE_OF = {
    "Association": ("spearman", "odds_ratio", "correlation"),
    "Rule": ("when", "any", "sum", "along", "only", "weight"),
}
"""Keys of which a record takes exactly one; its validator says the same."""

_TITLE = "Kansrijk partner schema"
_ENTRY = re.compile(r"^(\w+(?:, \w+)*) : ")


def json_schema() -> dict[str, Any]:
    """Describe the format of a partner schema.

    Returns
    -------
    dict
        A JSON Schema; descriptions come from the records' docstrings.
    """
    made = PartnerSchema.model_json_schema(by_alias=True)
    parts = made.pop("$defs")
    records = {record.__name__: record for record in _reachable(PartnerSchema)}
    for name, part in parts.items():
        _describe(part, records[name])
        if name in _ONE_OF:
            part["oneOf"] = [{"required": [key]} for key in _ONE_OF[name]]
    _describe(made, PartnerSchema)
    share = {"type": "number", "minimum": 0, "maximum": 1}
    parts["Chance"] = {
        "description": parts["Chance"].pop("description"),
        "anyOf": [share, parts["Chance"]],
    }
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": _TITLE,
    }
    plain: dict[str, Any] = _plain(head | {**made, **head, "$defs": parts})
    return plain


def json_schema_text() -> str:
    """Write `json_schema` as it stands in ``docs/partner-schema.json``.

    Returns
    -------
    str
        JSON, indented by two.
    """
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _reachable(record: type[Content]) -> Iterator[type[Content]]:
    """Give a record and those that its keys hold."""
    yield record
    for field in record.model_fields.values():
        for inner in records_in(field.annotation):
            yield from _reachable(inner)


def _describe(part: dict[str, Any], record: type[Content]) -> None:
    """Replace generated words by those of a record's docstring."""
    part["description"] = _first_paragraph(inspect.getdoc(record) or "")
    told = _attributes(record)
    for name, field in record.model_fields.items():
        words = told.get(name)
        if words:
            part["properties"][field.alias or name]["description"] = words


def _attributes(record: type[Content]) -> dict[str, str]:
    """Read what a docstring and those of its bases say about each attribute."""
    told: dict[str, str] = {}
    for kind in reversed(record.__mro__):
        text = inspect.cleandoc(kind.__doc__ or "")
        names: list[str] = []
        for line in text.partition("Attributes\n----------\n")[2].splitlines():
            entry = _ENTRY.match(line)
            if entry:
                names = entry[1].split(", ")
                told |= dict.fromkeys(names, "")
            elif line.startswith("    "):
                told |= {name: f"{told[name]} {line.strip()}".strip() for name in names}
            elif line:
                break  # the next section
    return {name: _for_editors(words) for name, words in told.items()}


def _for_editors(words: str) -> str:
    """Say "left out" where Python says None: nobody writes null in a schema."""
    return re.sub(r"\bNone\b", "left out", words.replace("``", "`"))


def _first_paragraph(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split())


def _plain(node: Any) -> Any:
    """Leave out generated titles, and "or null": an optional key is left out."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    choices = node.get("anyOf", [])
    if {"type": "null"} in choices:
        rest = [choice for choice in choices if choice != {"type": "null"}]
        kept = {k: v for k, v in node.items() if k not in {"anyOf", "default"}}
        node = kept | (rest[0] if len(rest) == 1 else {"anyOf": rest})
    title, default = node.get("title"), node.get("default")
    needless = {"title"} if isinstance(title, str) and title != _TITLE else set()
    if isinstance(default, list | dict | str):
        needless.add("default")  # nothing, or a record that nobody would write out
    return {key: _plain(value) for key, value in node.items() if key not in needless}
