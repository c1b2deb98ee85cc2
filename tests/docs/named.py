"""Tests that a page names as proof, and whether they exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from .written import ROOT

NAMED = re.compile(r"`([\w/-]+\.py)::(\w+)`")
TESTS = ROOT / "tests"


# Behind a test that `make verify` alone runs.
FULL = " (full)"


@cache
def _functions(path: Path) -> dict[str, bool]:
    """Functions at the top of a module, read and not imported; whether each is full."""
    tree = ast.parse(path.read_text("utf-8"))
    marks = [
        ast.unparse(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
    ]
    return {
        node.name: any(
            re.search(r"\bmark\.full\b", mark)
            for mark in (*marks, *map(_decorator, node.decorator_list))
        )
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _decorator(node: ast.expr) -> str:
    """Write a decorator; of some parameters a test may be full, and small of others."""
    return ast.unparse(node.func if isinstance(node, ast.Call) else node)


def is_there(file: str, name: str) -> bool:
    """Tell whether there is such a test, seen from the folder of tests."""
    path = TESTS / file
    return path.is_file() and name.startswith("test_") and name in _functions(path)


def mismarked(text: str) -> list[str]:
    """Give the tests that a text calls full and that are not, or the other way."""
    return [
        found[0]
        for found in NAMED.finditer(text)
        if _functions(TESTS / found[1])[found[2]]
        != text[found.end() :].startswith(FULL)
    ]


def astray(text: str) -> list[tuple[str, str]]:
    """Give the tests that a text names and that do not exist."""
    found = NAMED.findall(text)
    assert text.count(".py::") == len(found), "a test is not named as it should be"
    return [one for one in found if not is_there(*one)]
