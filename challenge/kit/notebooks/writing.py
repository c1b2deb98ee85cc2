"""Notebooks from their sources: shared code, prose in the language of the reader.

A source is Markdown. ``<!-- nl -->`` and ``<!-- en -->`` begin a cell of prose, and
lines between ```` ```python ```` and ```` ``` ```` are a cell of code. Where code
speaks, it does so in both languages: ``"«gezinnen|families»"``. ``«notices»`` stands
for the two sentences that every page of the product carries.

The form that is written is nbformat 4.5, without outputs.

References
----------
The Jupyter Notebook format, nbformat 4.5 (nbformat.readthedocs.io).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE

NOTEBOOKS = {
    "datageletterdheid": {"nl": "1-datageletterdheid", "en": "1-data-literacy"},
    "design-thinking": {"nl": "2-design-thinking", "en": "2-design-thinking"},
    "effectmetingen": {"nl": "3-effectmetingen", "en": "3-effect-measurement"},
    "eerlijkheid-en-onzekerheid": {
        "nl": "4-eerlijkheid-en-onzekerheid",
        "en": "4-fairness-and-uncertainty",
    },
}
"""Source to the name of its notebook in each language; three toolkits and one more."""
LANGUAGES = ("nl", "en")

_PROSE = {f"<!-- {language} -->": language for language in LANGUAGES}
_CODE, _END = "```python", "```"
_PAIR = re.compile(r"«([^|»]*)\|([^|»]*)»")
_NOTICES = "«notices»"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a source.

    Attributes
    ----------
    language : str
        ``"nl"`` or ``"en"``; empty: code, which is for both.
    text : str
        As it stands in the source.
    """

    language: str
    text: str

    def told_in(self, language: str) -> str:
        """Give the text with its pairs in one language.

        Parameters
        ----------
        language : str
            ``"nl"`` or ``"en"``.

        Returns
        -------
        str
            What a notebook holds.
        """
        chosen = LANGUAGES.index(language) + 1
        text = self.text.replace(_NOTICES, _quote(language))
        return _PAIR.sub(lambda pair: pair[chosen], text)


def read_source(name: str) -> list[Cell]:
    """Read the cells of one source.

    Parameters
    ----------
    name : str
        Of `NOTEBOOKS`.

    Returns
    -------
    list of Cell
        In order, both languages.
    """
    place = resources.files(__package__) / "sources" / f"{name}.md"
    return [cell for cell in _cells(place.read_text("utf-8")) if cell.text]


def notebook(name: str, language: str) -> dict[str, Any]:
    """Make one notebook.

    Parameters
    ----------
    name : str
        Of `NOTEBOOKS`.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    dict
        As nbformat 4.5 has it; cells keep their ids from build to build.
    """
    mine = [cell for cell in read_source(name) if cell.language in ("", language)]
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {
                "display_name": "Python 3",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        },
        "cells": [
            _as_json(cell, language, f"{name}-{number:02d}")
            for number, cell in enumerate(mine, start=1)
        ],
    }


def notebook_files() -> dict[str, bytes]:
    """Write every notebook in every language.

    Returns
    -------
    dict of str to bytes
        Path in the kit, such as ``"notebooks/nl/1-datageletterdheid.ipynb"``, to
        content; the same bytes every time.
    """
    return {
        f"notebooks/{language}/{title}.ipynb": _text(notebook(name, language)).encode()
        for name, titles in NOTEBOOKS.items()
        for language, title in titles.items()
    }


def write_notebooks(folder: Path) -> list[Path]:
    """Write the notebooks into a kit.

    Parameters
    ----------
    folder : Path
        The kit; ``notebooks/nl`` and ``notebooks/en`` are made in it. A file that is
        there already is replaced.

    Returns
    -------
    list of Path
        The files.
    """
    places = []
    for name, content in notebook_files().items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        places.append(place)
    return places


def _cells(source: str) -> Iterator[Cell]:
    language, lines = "", list[str]()
    is_code = False
    for line in source.splitlines():
        starts_code = line == _CODE
        if starts_code or (is_code and line == _END) or line in _PROSE:
            yield Cell(language, "\n".join(lines).strip())
            language, lines = _PROSE.get(line, ""), []
            is_code = starts_code
        else:
            lines.append(line)
    yield Cell(language, "\n".join(lines).strip())


def _as_json(cell: Cell, language: str, key: str) -> dict[str, Any]:
    kind = "markdown" if cell.language else "code"
    told = cell.told_in(language).splitlines(keepends=True)
    made: dict[str, Any] = {"cell_type": kind, "id": key, "metadata": {}}
    if kind == "code":
        made |= {"execution_count": None, "outputs": []}
    return made | {"source": told}


def _quote(language: str) -> str:
    return f"> {NOTICE[language]}\n>\n> **{FORBIDDEN_USE[language]}**"


def _text(made: dict[str, Any]) -> str:
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"
