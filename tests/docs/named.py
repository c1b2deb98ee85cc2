"""Tests that a page names as proof, and whether they exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from .written import ROOT

NAMED = re.compile(r"`([\w/-]+\.py)::(\w+)`")
TESTS = ROOT / "tests"


@cache
def _functions(path: Path) -> frozenset[str]:
    """Functions at the top of a module, read and not imported."""
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def is_there(file: str, name: str) -> bool:
    """Tell whether there is such a test, seen from the folder of tests."""
    path = TESTS / file
    return path.is_file() and name.startswith("test_") and name in _functions(path)


def astray(text: str) -> list[tuple[str, str]]:
    """Give the tests that a text names and that do not exist."""
    found = NAMED.findall(text)
    assert text.count(".py::") == len(found), "a test is not named as it should be"
    return [one for one in found if not is_there(*one)]
