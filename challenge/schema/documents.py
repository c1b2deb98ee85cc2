"""Content files read so that every fault has a place.

A challenge folder is YAML and TOML written by people who do not read Python. A file
is read into a `Document` that remembers on which line each key stands.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from challenge.errors import ContentRefusedError, Fault
from challenge.schema.limits import ENDLESS, MOST_BYTES, UNPRINTABLE, unsound
from challenge.schema.lines import Location, toml_lines, yaml_lines
from challenge.schema.loader import Loader

_WHOLE = "(the whole file)"
_TWICE = "key-repeated", "This key stands here twice.", "Keep one."
_DIGITS = re.compile(r"\d[\d_]{4000}")


@dataclass(frozen=True, slots=True)
class Document:
    """One file as read, with the line of each key.

    Attributes
    ----------
    file : str
        Path relative to the challenge folder.
    data : dict
        What the file holds.
    lines : mapping of tuple to int
        Path of keys and list positions to line number from 1.
    """

    file: str
    data: dict[str, Any]
    lines: Mapping[Location, int] = field(default_factory=dict)

    def fault(self, where: Location, slug: str, problem: str, repair: str) -> Fault:
        """Describe one fault at a place in this file.

        Parameters
        ----------
        where : tuple of str and int
            Path of keys and list positions.
        slug, problem, repair : str
            As in `challenge.errors.Fault`.

        Returns
        -------
        Fault
            With the line of the innermost key that exists, where known.
        """
        steps, names = self._resolve(where)
        line = None
        for length in range(len(steps), -1, -1):
            line = line or self.lines.get(tuple(steps[:length]))
        key = ".".join(names).removeprefix("schema.") or _WHOLE
        return Fault(self.file, line, UNPRINTABLE.sub("?", key), slug, problem, repair)

    def _resolve(self, where: Location) -> tuple[list[str | int], list[str]]:
        """Follow a path, naming list items; steps that lead nowhere are dropped."""
        node: Any = self.data
        steps: list[str | int] = []
        names: list[str] = []
        for index, step in enumerate(where):
            if isinstance(node, dict) and step in node:
                node, name = node[step], str(step)
            elif isinstance(node, list) and isinstance(step, int) and step < len(node):
                node, name = node[step], _item_name(node[step], step)
            elif index == len(where) - 1 and isinstance(node, dict):
                name = str(step)  # a key that should have been there
            else:
                continue
            steps.append(step)
            names.append(name)
        return steps, names


def read_yaml(path: Path, *, root: Path | None = None) -> Document:
    """Read a YAML file and remember where its keys stand.

    Parameters
    ----------
    path : Path
        The file.
    root : Path, optional
        Folder that faults name the file relative to; default: its own folder.

    Returns
    -------
    Document
        With a line for every key and list item.

    Raises
    ------
    ContentRefusedError
        If the file is absent, is not YAML, repeats a key or holds no mapping.
    """
    return parse_yaml(read_text(path, root=root), _relative(path, root))


def parse_yaml(text: str, name: str, *, above: int = 0) -> Document:
    """Read YAML that stands in a file, or is one.

    Parameters
    ----------
    text : str
        The YAML alone.
    name : str
        Of the file, as faults name it.
    above : int
        Lines of the file before it.

    Returns
    -------
    Document
        With a line for every key and list item.

    Raises
    ------
    ContentRefusedError
        If it is not YAML, repeats a key or holds no mapping.
    """
    try:
        loader = Loader(text)
        node = loader.get_single_node()
        data: Any = None if node is None else loader.construct_document(node)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1 + above
        raise ContentRefusedError([_syntax(name, line, "YAML", error)]) from error
    _require_mapping(data, name)
    repeated = [
        Fault(name, line + above, key, *_TWICE) for key, line in _repeated(node)
    ]
    if repeated:
        raise ContentRefusedError(repeated)
    lines = {where: line + above for where, line in yaml_lines(node)}
    return _sound(Document(name, data, lines))


def read_toml(path: Path, *, root: Path | None = None) -> Document:
    """Read a TOML file.

    Parameters
    ----------
    path : Path
        The file.
    root : Path, optional
        Folder that faults name the file relative to; default: its own folder.

    Returns
    -------
    Document
        With a line for every table and key, inline ones excepted.

    Raises
    ------
    ContentRefusedError
        If the file is absent or is not TOML.
    """
    name, text = _relative(path, root), read_text(path, root=root)
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else None
        raise ContentRefusedError([_syntax(name, line, "TOML", error)]) from error
    except ValueError as error:  # Python's own bound on digits
        raise ContentRefusedError([_endless(name, text)]) from error
    return _sound(Document(name, data, toml_lines(text)))


def read_text(path: Path, *, root: Path | None = None) -> str:
    """Read a text that somebody wrote.

    Parameters
    ----------
    path : Path
        The file.
    root : Path, optional
        Folder that faults name the file relative to; default: its own folder.

    Returns
    -------
    str
        With newlines as line ends and without a byte order mark.

    Raises
    ------
    ContentRefusedError
        If the file is absent, larger than `MOST_BYTES` or no UTF-8.
    """
    name = _relative(path, root)
    try:
        if path.stat().st_size <= MOST_BYTES:
            return path.read_text("utf-8-sig")
        slug, problem = "file-too-large", "This file is larger than 1 MB."
        repair = "Keep what people write, and leave out data."
    except OSError:
        slug, problem = "file-missing", "This file is not there or cannot be read."
        repair = "Add it to the folder."
    except UnicodeDecodeError:
        slug, problem = "file-not-text", "This file is not UTF-8 text."
        repair = "Save it as UTF-8."
    raise ContentRefusedError([Fault(name, None, _WHOLE, slug, problem, repair)])


def _endless(name: str, text: str) -> Fault:
    """Find the number that has too many digits to be read."""
    found = _DIGITS.search(text)
    line = text.count("\n", 0, found.start()) + 1 if found else None
    keys = [where for where, at in toml_lines(text).items() if at == line]
    key = ".".join(map(str, keys[-1])) if keys else _WHOLE
    return Fault(name, line, key, *ENDLESS)


def _sound(document: Document) -> Document:
    """Refuse what could be read and not be written again."""
    faults = [document.fault(*found) for found in unsound(document.data)]
    if faults:
        raise ContentRefusedError(faults)
    return document


def _syntax(name: str, line: int | None, language: str, error: Exception) -> Fault:
    """Describe a file that its own language does not accept."""
    problem = f"This is not valid {language}: {' '.join(str(error).split())[:200]}."
    repair = "Check quotes, brackets and indentation around this line."
    return Fault(name, line, _WHOLE, "syntax", problem, repair)


def _require_mapping(data: object, name: str) -> None:
    """Refuse a file that is a list or a single value."""
    if isinstance(data, dict):
        return
    fault = Fault(
        name, 1, _WHOLE, "value-invalid",
        "The file holds no keys.", "Start with `name:` on the first line.",
    )  # fmt: skip
    raise ContentRefusedError([fault])


def _repeated(node: yaml.Node | None, where: str = "") -> Iterator[tuple[str, int]]:
    """Keys that stand twice in one mapping; YAML would keep the last in silence."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            here = f"{where}.{key.value}".lstrip(".")
            if key.value in seen:
                yield here, key.start_mark.line + 1
            seen.add(key.value)
            yield from _repeated(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated(item, where)


def _item_name(item: object, index: int) -> str:
    """Name of a list item: what it calls itself, else its position from 1."""
    if isinstance(item, dict):
        for key in ("name", "column", "slug"):
            if isinstance(item.get(key), str):
                return str(item[key])
    return str(index + 1)


def _relative(path: Path, root: Path | None) -> str:
    """Path as a person in the challenge folder would write it."""
    name = path.relative_to(root or path.parent).as_posix()
    return UNPRINTABLE.sub("?", name)
