"""The glossary says what the pages say, in both languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from challenge.brief import read_brief
from challenge.web.method import method_view

from .written import DOCS, ROOT, check_written, table

CATALOGUES = (
    "challenge/web/locale/{}/*.toml",
    "leaderboard/templates/{}.toml",
    "challenge/synthesis/audit/locale/{}.toml",
)
GLOSSARY = (DOCS / "glossary.md").read_text("utf-8")
WORDS = re.findall(
    r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$",
    GLOSSARY.partition("## The measures")[0],
    re.M,
)[0:]
TERMS = [pair for pair in WORDS if pair != ("English", "Nederlands")]


def flat(entries: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in entries.items():
        if isinstance(value, dict):
            yield from flat(value, f"{above}{key}.")
        elif isinstance(value, str):
            yield f"{above}{key}", value


def texts(language: str) -> dict[str, str]:
    """Every text of pages and reports, by a key that both languages share."""
    return {
        f"{path.name.removeprefix(language)} {key}": text
        for pattern in CATALOGUES
        for path in ROOT.glob(pattern.format(language))
        for key, text in flat(tomllib.loads(path.read_text("utf-8")))
    }


ENGLISH, DUTCH = texts("en"), texts("nl")


def has(text: str, term: str) -> bool:
    return re.search(rf"\b{re.escape(term)}", text, re.I) is not None


@pytest.mark.parametrize(("english", "dutch"), TERMS, ids=[t[0] for t in TERMS])
def test_pages_translate_a_word_of_the_glossary_as_it_says(
    english: str, dutch: str
) -> None:
    together = [
        key
        for key in ENGLISH.keys() & DUTCH.keys()
        if has(ENGLISH[key], english) and has(DUTCH[key], dutch)
    ]

    assert together


def test_no_word_stands_twice() -> None:
    english = [pair[0] for pair in TERMS]
    assert len(english) > 40
    assert len(english) == len(set(english))


def test_the_measures_are_those_of_the_method_page() -> None:
    brief = read_brief(ROOT / "datasets/first-1000-days")
    english, dutch = (method_view(brief, language) for language in ("en", "nl"))
    rows = [
        (here.name, there.name, here.says)
        for pair in zip(english.sections, dutch.sections, strict=True)
        for here, there in zip(pair[0].formulas, pair[1].formulas, strict=True)
    ]

    check_written(
        "glossary.md",
        "from the method page",
        table(("English", "Nederlands", "what it says"), rows),
    )
