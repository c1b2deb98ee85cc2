"""Parts of a page that are written from the code, and the test that they still are.

`WRITE_DOCS=1 .venv/bin/pytest tests/docs` writes them again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
END = "<!-- end -->"


def check_written(page: str, mark: str, text: str) -> None:
    """Hold what stands on a page after a mark against a text, or write it there."""
    path = DOCS / page
    before, _, rest = path.read_text("utf-8").partition(f"<!-- {mark} -->\n")
    stands, _, after = rest.partition(END)
    if os.environ.get("WRITE_DOCS"):
        path.write_text(f"{before}<!-- {mark} -->\n{text}{END}{after}", "utf-8")
        return
    assert stands == text, f"docs/{page} is behind: WRITE_DOCS=1 pytest tests/docs"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a table; a bar inside a cell would end it."""
    cells = [list(head), ["---"] * len(list(head)), *map(list, rows)]
    lines = (
        "| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in cells
    )
    return "\n".join([*lines, ""]).replace("| --- ", "|---").replace("|--- |", "|---|")
