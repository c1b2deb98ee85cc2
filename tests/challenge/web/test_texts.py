"""The catalogue has every text that a page asks for, and none that no page does."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

import challenge
from challenge.web.pages import LANGUAGES, texts

PRODUCT = Path(challenge.__file__).parent
TEMPLATES = [*(PRODUCT / "web/templates").rglob("*.html")]
SOURCES = [*PRODUCT.rglob("*.py"), *PRODUCT.glob("*/*.toml")]


@cache
def written() -> tuple[set[str], set[str], set[str]]:
    """Words that templates and code write out, and starts and ends of keys."""
    words: set[str] = set()
    starts: set[str] = set()
    ends = {""}
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        words |= {*re.findall(r"\bt\.(\w+)", text)}
        words |= {*re.findall(r"[\"']([\w-]+)[\"']", text)}
        starts |= {*re.findall(r"'(\w+_)' ~", text)}
        ends |= {*re.findall(r"~ '(\w+)'", text)}
    for path in SOURCES:
        text = path.read_text("utf-8")
        words |= {*re.findall(r"[\"']([\w-]+)[\"']", text)}
        starts |= {*re.findall(r'f"([a-z]\w*_)\{', text)}
        ends |= {*re.findall(r'f"(?:[a-z]\w*_)?\{[^{}"]+\}(_\w+)"', text)}
        areas = re.findall(r'mistakes\(\s*request, "(\w+)"', text)
        starts |= {f"{area}_wrong_" for area in areas}
    return words, starts, ends


def is_used(key: str) -> bool:
    """Tell whether a key is written out, or could be put together.

    Behind one word, such as `phase_`, stands what is written out somewhere; behind
    two, such as `pitch_wrong_`, anything may: the name of a field.
    """
    words, starts, ends = written()

    def may_follow(start: str, rest: str) -> bool:
        parts = {rest} if rest in words else {*rest.split("_")}
        return start.count("_") > 1 or all(p in words or p.isdecimal() for p in parts)

    return key in words or any(
        key.startswith(start) and may_follow(start, key.removesuffix(end)[len(start) :])
        for end in ends
        if key.endswith(end)
        for start in starts
    )


def test_every_text_of_the_catalogue_is_used_somewhere() -> None:
    assert [key for key in texts("nl") if not is_used(key)] == []


@pytest.mark.parametrize("field", ["pitch_text", "pitch_canvas", "handing_note"])
def test_beside_what_a_team_writes_stands_that_no_real_people_belong_there(
    field: str,
) -> None:
    assert "echte mensen" in texts("nl")[f"{field}_how"]
    assert "real people" in texts("en")[f"{field}_how"]


def test_a_text_that_nobody_asks_for_would_be_found() -> None:
    assert not is_used("people_planted_nonsense")
    assert not is_used("phase_planted-nonsense")


def test_every_text_that_a_template_asks_for_is_there() -> None:
    for language in LANGUAGES:
        known = texts(language)
        for path in TEMPLATES:
            asked = re.findall(r"(?<![\w.])t\.([a-z]\w*)", path.read_text("utf-8"))
            assert {*asked} - known.keys() == set(), path.name


def test_both_languages_have_the_same_texts_in_the_same_files() -> None:
    for path in (PRODUCT / "web/locale/nl").glob("*.toml"):
        other = PRODUCT / "web/locale/en" / path.name
        dutch, english = (
            tomllib.loads(one.read_text("utf-8")) if one.exists() else {}
            for one in (path, other)
        )
        # What the service itself says in English.
        if path.name != "refusals.toml":
            assert dutch.keys() == english.keys(), path.name
