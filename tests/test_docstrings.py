"""Docstrings that a reader can rely on: present, and true about parameters."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from numpydoc.validate import validate

ROOT = Path(__file__).parents[1]
# GL08 missing; PR02, PR03 parameters that are unknown or in another order;
# PR04, PR07 a parameter without type or description; RT03 a return without one;
# SS02, SS03, SS05 a summary without capital, full stop or imperative mood.
ENFORCED = {"GL08", "PR02", "PR03", "PR04", "PR07", "RT03", "SS02", "SS03", "SS05"}
# RT01: what comes back is described, wherever numbers or untrusted things are made.
DESCRIBED = (
    "leaderboard.",
    "challenge.client.",
    *(f"challenge.{part}." for part in ("rules", "sandbox", "store", "synthesis")),
)


def modules() -> Iterator[str]:
    for package in ("challenge", "leaderboard"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts or path.name == "__main__.py":
                continue
            module = path.relative_to(ROOT).with_suffix("").as_posix()
            yield module.removesuffix("/__init__").replace("/", ".")


def _public_in(module: str) -> Iterator[str]:
    found = importlib.import_module(module)
    for name, thing in vars(found).items():
        ours = getattr(thing, "__module__", None) == module
        if name.startswith("_") or not ours or not callable(thing):
            continue
        if inspect.isclass(thing) or inspect.isfunction(thing):
            yield f"{module}.{name}"
        if inspect.isclass(thing):
            yield from (
                f"{module}.{name}.{member}"
                for member, value in vars(thing).items()
                if not member.startswith("_") and inspect.isfunction(value)
            )


def faults(name: str) -> list[str]:
    enforced = ENFORCED | ({"RT01"} if name.startswith(DESCRIBED) else set())
    return [
        f"{code}: {told}" for code, told in validate(name)["errors"] if code in enforced
    ]


# Imported in the test: what collects would pay for every library, in every process.
@pytest.mark.parametrize("module", list(modules()))
def test_public_docstrings_say_what_is_there(module: str) -> None:
    found = {name: faults(name) for name in _public_in(module)}
    assert {name: told for name, told in found.items() if told} == {}
