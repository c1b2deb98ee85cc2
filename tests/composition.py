"""What Compose makes of `docker-compose.yml`, without an engine.

Only what our own file uses of the specification: variables (`${A:-b}`, `${A:?b}`, `$$`)
in values, and environments whose values come from outside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
# What git never has.
FILLED_IN = {"POSTGRES_PASSWORD": "0a1b2c3d", "CHALLENGE_ADDRESS": "https://localhost"}
_REFERENCE = re.compile(r"\$(?:(\$)|\{(\w+)(?::([-?])([^}]*))?\})")


class MissingError(Exception):
    """A variable that has to be set is not: Compose starts nothing."""


def compose(environment: Mapping[str, str]) -> dict[str, Any]:
    """Read the file with variables filled in, as Compose does."""
    document = yaml.safe_load(TEXT)
    for service in document["services"].values():
        given = service.get("environment", {})
        for name in [name for name, value in given.items() if value is None]:
            if name in environment:
                given[name] = environment[name]
            else:
                del given[name]
    return _filled(document, environment)


def _filled(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, environment) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, environment) for one in value]
    if not isinstance(value, str):
        return value

    def fill(found: re.Match[str]) -> str:
        dollar, name, sign, text = found.groups()
        if dollar:
            return "$"
        if set_to := environment.get(name):
            return set_to
        if sign == "?":
            raise MissingError(f"{name}: {text}")
        return text or ""

    return _REFERENCE.sub(fill, value)


def asked() -> set[str]:
    """Name the variables that the file reads from outside."""
    document = yaml.safe_load(TEXT)
    bare = {
        name
        for service in document["services"].values()
        for name, value in service.get("environment", {}).items()
        if value is None
    }
    named = {found[2] for found in _REFERENCE.finditer(TEXT) if found[2]}
    return bare | named


def offered() -> dict[str, str]:
    """Read `.env.example`: what it sets, and what it has as a comment."""
    return dict(re.findall(r"^#?([A-Z][A-Z0-9_]*)=(.*)$", EXAMPLE, re.MULTILINE))


def instructions() -> list[tuple[str, str]]:
    """Read the Dockerfile: each instruction, and its words on one line."""
    plain = re.sub(r"^\s*#.*\n", "", DOCKERFILE, flags=re.MULTILINE)
    lines = re.sub(r"\\\n", " ", plain).splitlines()
    parts = [line.strip().split(maxsplit=1) for line in lines if line.strip()]
    return [(word, " ".join(rest.split())) for word, rest in parts]


def image_folders() -> list[tuple[str, int, int]]:
    """Read which folders the image has for volumes: name, owner, and mode."""
    pattern = r"install --directory --owner=(\d+) --group=\1 --mode=(\d+) ([^&]+)"
    return [
        (name, int(owner), int(mode, 8))
        for word, text in instructions()
        if word == "RUN"
        for owner, mode, names in re.findall(pattern, text)
        for name in names.split()
    ]


def image_environment() -> dict[str, str]:
    """Read what the image sets."""
    words = [text for word, text in instructions() if word == "ENV"][-1].split()
    return dict(word.split("=", 1) for word in words)
