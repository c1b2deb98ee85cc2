"""Whether a command of ours that stands on a page can be typed like that."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from typer.main import get_command

from challenge.cli import app

SPAN = re.compile(r"`(challenge [^`]+)`")


def mentioned(text: str) -> list[str]:
    """Find commands of ours between backticks; a line break is a space."""
    plain = re.sub(r"^ *```.*?^ *```", "", text, flags=re.M | re.S)
    return [" ".join(found.split()) for found in SPAN.findall(plain)]


def fault_in(words: list[str], *, whole: bool) -> str:
    """Say what is wrong with a command; nothing if it can be typed.

    A mention need not be whole: it may leave values out and has brackets.
    """
    command: Any = _tree()
    rest = words[1:]
    while rest and (below := getattr(command, "commands", None)):
        if rest[0].startswith("-"):
            break
        if rest[0] not in below:
            return f"there is no command {rest[0]}"
        command = below[rest.pop(0)]
    return _parsed(command, rest) if whole else _named(command, rest)


@cache
def _tree() -> Any:
    return get_command(app)


def _named(command: Any, rest: list[str]) -> str:
    known = {"--help"}.union(*(p.opts + p.secondary_opts for p in command.params))
    typed = re.findall(
        r"(?<!\S)--[a-z][a-z-]*", re.sub(r"[\[\]|]", " ", " ".join(rest))
    )
    return ", ".join(f"there is no {name}" for name in typed if name not in known)


def _parsed(command: Any, rest: list[str]) -> str:
    context = command.context_class(command, info_name=command.name)
    try:
        values, left, _ = command.make_parser(context).parse_args(list(rest))
    except Exception as error:  # the kinds are private to typer
        return str(error)
    asked = [
        p.name for p in command.params if p.required and values.get(p.name) is None
    ]
    return ", ".join([*(f"{name} is missing" for name in asked), *left])
