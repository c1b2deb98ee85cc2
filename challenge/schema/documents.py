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
from challenge.schema.lines import Location, toml_lines, yaml_lines


class _Loader(yaml.SafeLoader):
    """A loader that refuses aliases: a few lines of them can stand for millions."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(None, None, "aliases are not used here", mark)
        return super().compose_node(parent, index)


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
        key = ".".join(names).removeprefix("schema.") or "(the whole file)"
        return Fault(self.file, line, key, slug, problem, repair)

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
    name = _relative(path, root)
    text = _text(path, name)
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        data: Any = None if node is None else loader.construct_document(node)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        raise ContentRefusedError([_syntax(name, line, "YAML", error)]) from error
    _require_mapping(data, name)
    repeated = [
        Fault(
            name, line, key, "key-repeated", "This key stands here twice.", "Keep one."
        )
        for key, line in _repeated(node)
    ]
    if repeated:
        raise ContentRefusedError(repeated)
    return Document(name, data, dict(yaml_lines(node)))


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
    name = _relative(path, root)
    try:
        text = _text(path, name)
        return Document(name, tomllib.loads(text), toml_lines(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else None
        raise ContentRefusedError([_syntax(name, line, "TOML", error)]) from error


def _text(path: Path, name: str) -> str:
    """Text of a file, or the fault that it cannot be read."""
    try:
        return path.read_text("utf-8")
    except OSError as error:
        fault = Fault(
            name, None, "(the whole file)", "file-missing",
            "This file is not there or cannot be read.", "Add it to the folder.",
        )  # fmt: skip
        raise ContentRefusedError([fault]) from error
    except UnicodeDecodeError as error:
        fault = Fault(
            name, None, "(the whole file)", "file-not-text",
            "This file is not UTF-8 text.", "Save it as UTF-8.",
        )  # fmt: skip
        raise ContentRefusedError([fault]) from error


def _syntax(name: str, line: int | None, language: str, error: Exception) -> Fault:
    """Describe a file that its own language does not accept."""
    problem = f"This is not valid {language}: {' '.join(str(error).split())[:200]}."
    repair = "Check quotes, brackets and indentation around this line."
    return Fault(name, line, "(the whole file)", "syntax", problem, repair)


def _require_mapping(data: object, name: str) -> None:
    """Refuse a file that is a list or a single value."""
    if isinstance(data, dict):
        return
    fault = Fault(
        name, 1, "(the whole file)", "value-invalid",
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
    return path.relative_to(root or path.parent).as_posix()
