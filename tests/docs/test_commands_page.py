"""docs/commands.md is what the commands say of themselves, written out."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from typer.main import get_command

from challenge.cli import app

from .written import check_written, table

# Whose command it is, by the module that has it; the first that fits.
FOR = {
    "challenge.team.": "Teams",
    "challenge.partner": "Partners",
    "challenge.": "Organisers",
}
# What a value is called, by its type.
VALUES = {str: "TEXT", Path: "PATH", int: "N", float: "X"}


def commands(node: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Give every command below a node, with its whole name."""
    for word, below in getattr(node, "commands", {}).items():
        yield from commands(below, f"{name} {word}")
    if not hasattr(node, "commands"):
        yield name, node


def person(command: Any) -> str:
    module = command.callback.__module__ + "."
    return next(who for prefix, who in FOR.items() if module.startswith(prefix))


def value(kind: Any) -> str:
    """Say what a value looks like."""
    if get_origin(kind) in (Union, UnionType):
        kind = next(part for part in get_args(kind) if part is not type(None))
    if get_origin(kind) is list:
        return value(get_args(kind)[0])
    if get_origin(kind) is Literal:
        return "|".join(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return "|".join(member.value for member in kind)
    return VALUES[kind]


def spelled(parameter: Any) -> str:
    """Write an argument or option as somebody types it."""
    if parameter.param_type_name == "argument":
        return parameter.name.upper()
    names = [*parameter.opts, *parameter.secondary_opts]
    if parameter.is_flag:
        return ", ".join(n for n in names if not n.startswith("--no-until"))
    return f"{', '.join(names)} {value(parameter.type_descriptor.annotation)}"


def unless(parameter: Any) -> str:
    """Say what holds where it is left out."""
    if parameter.required:
        return "needed"
    default = parameter.default
    return "" if default in (None, "", False, True) else f"`{default}`"


def usage(name: str, command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    words = [p.name.upper() if p.required else f"[{p.name.upper()}]" for p in arguments]
    needed = [spelled(p) for p in command.params if p.required and p not in arguments]
    left = any(p not in arguments and not p.required for p in command.params)
    return " ".join([name, *words, *needed, *(["[OPTIONS]"] if left else [])])


def entry(name: str, command: Any) -> str:
    """Write one command: what it does, what it takes, and its example."""
    text, _, example = f"{command.help}\n\n{command.epilog or ''}".partition(
        "Example: "
    )
    shown = [p for p in command.params if p.name not in ("help",) and not p.hidden]
    rows = [(f"`{spelled(p)}`", p.help or "", unless(p)) for p in shown]
    parts = [f"### `{name}`", text.strip(), f"`{usage(name, command)}`"]
    if rows:
        parts.append(table(("takes", "what it is", "if left out"), rows).strip())
    parts.append(f"Example: {' '.join(example.split())}")
    return "\n\n".join(part for part in parts if part)


def line(name: str, command: Any) -> str:
    """Write one command in the list of them all."""
    first = " ".join(command.help.split("\n\n")[0].split())
    return f"- [`{name}`](#{name.replace(' ', '-')}): {first}"


def page() -> str:
    """Write every command, by who types it."""
    everything = list(commands(get_command(app), "challenge"))
    parts = []
    for who in ("Organisers", "Teams", "Partners"):
        theirs = [
            (name, command) for name, command in everything if person(command) == who
        ]
        parts += [f"## {who}", "\n".join(line(*one) for one in theirs)]
        parts += [entry(*one) for one in theirs]
    return "\n\n".join(parts) + "\n\n"


def test_the_page_of_commands_is_written_from_the_commands() -> None:
    check_written("commands.md", "from challenge/cli.py", page())
