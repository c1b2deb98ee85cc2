"""A table in a notebook, with a caption and no rows of households."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """What stands under each other.

    Attributes
    ----------
    caption : str
        What it is about.
    head : sequence of str
        One heading per column.
    rows : sequence of sequence of str
        The first cell of a row names it.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __repr__(self) -> str:
        lines = [self.caption, " | ".join(self.head)]
        return "\n".join(lines + [" | ".join(row) for row in self.rows])

    def _repr_html_(self) -> str:
        head = "".join(_cell("th", name, ' scope="col"') for name in self.head)
        rows = "".join(f"<tr>{_row(row)}</tr>" for row in self.rows)
        caption = f'<caption style="{_CAPTION}">{html.escape(self.caption)}</caption>'
        return f"<table>{caption}<tr>{head}</tr>{rows}</table>"


# Jupyter sets numbers and words to the right; sentences read badly so.
_LEFT = ' style="text-align: left; vertical-align: top"'
_CAPTION = "caption-side: top; text-align: left; font-weight: bold"


def _row(cells: Sequence[str]) -> str:
    first, *rest = cells
    named = _cell("th", first, ' scope="row"')
    return named + "".join(_cell("td", cell) for cell in rest)


def _cell(tag: str, text: str, more: str = "") -> str:
    return f"<{tag}{more}{_LEFT}>{html.escape(text)}</{tag}>"
