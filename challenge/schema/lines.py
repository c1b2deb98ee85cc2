"""On which line each key of a content file stands."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import yaml

Location = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[{1,2})([^\[\]]+)\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[\w-]+)*)\s*=""")
_STEP = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")

_DIGITS = 20
DEEPEST = 40
"""No content has keys inside keys further than this."""


def yaml_lines(
    node: yaml.Node | None, where: Location = ()
) -> Iterator[tuple[Location, int]]:
    """Give the line of every key and list item in a YAML node tree.

    Parameters
    ----------
    node : yaml.Node or None
        As composed; a tree, since aliases are refused.
    where : tuple of str and int
        Path of the node.

    Yields
    ------
    tuple of (tuple of str and int) and int
        Path and line from 1; a key's own line comes after its value's.
    """
    if node is None:
        return
    yield where, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*where, _scalar(key))
            yield from yaml_lines(value, here)
            yield here, key.start_mark.line + 1  # the key's line wins over the value's
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from yaml_lines(item, (*where, index))


def toml_lines(text: str) -> dict[Location, int]:
    """Find the line of every table and key in a TOML text.

    The standard reader does not keep lines, so headers and keys are looked for again.
    What looks like a key inside a text of several lines is found too: it does no
    harm, since only paths that exist are looked up.

    Parameters
    ----------
    text : str
        Valid TOML.

    Returns
    -------
    dict of (tuple of str and int) to int
        Path to line from 1; inside inline tables and lists only the first line.
    """
    lines: dict[Location, int] = {}
    last: dict[Location, int] = {}
    table: Location = ()
    for number, line in enumerate(text.splitlines(), 1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            table = _place(_steps(header[2]), last, opens=header[1] == "[[")
            for end in range(1, len(table) + 1):
                lines.setdefault(table[:end], number)
        elif key:
            steps = _steps(key[1])
            for end in range(1, len(steps) + 1):
                lines.setdefault((*table, *steps[:end]), number)
    return lines


def _place(steps: list[str], last: dict[Location, int], *, opens: bool) -> Location:
    """Turn the name of a table into a path with list positions."""
    where: Location = ()
    for index, step in enumerate(steps):
        where = (*where, step)
        if opens and index == len(steps) - 1:
            last[where] = last.get(where, -1) + 1
        if where in last:
            where = (*where, last[where])
    return where


def _steps(name: str) -> list[str]:
    found = itertools.islice(_STEP.finditer(name), DEEPEST + 1)
    return [step[0].strip("\"'") for step in found]


def _scalar(key: yaml.Node) -> str | int:
    """Read a mapping key as the loader makes it, as far as paths need it."""
    text = str(key.value)
    is_number = key.tag.endswith(":int") and text.lstrip("-").isdecimal()
    return int(text) if is_number and len(text) <= _DIGITS else text
