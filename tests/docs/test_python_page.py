"""docs/python.md names every public name; the site adds their docstrings."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from .written import check_written, table


def summary(thing: object) -> str:
    """Give the first line of a docstring, if the name has one of its own."""
    if not (inspect.isclass(thing) or inspect.isroutine(thing)):
        return f"A {type(thing).__name__}."
    return (inspect.getdoc(thing) or "").splitlines()[0]


@pytest.mark.parametrize("module", ["challenge.client", "leaderboard"])
def test_every_public_name_is_listed_with_its_first_line(module: str) -> None:
    public = import_module(module)
    rows = [(f"`{n}`", summary(getattr(public, n))) for n in public.__all__]

    check_written("python.md", f"from {module}", table(("name", "what it is"), rows))
