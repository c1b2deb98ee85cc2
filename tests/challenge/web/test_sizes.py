"""How large a file is, as people read it."""

from __future__ import annotations

import pytest
from jinja2 import Environment, PackageLoader


def said(size: int, language: str) -> str:
    """Write a size as every page does."""
    environment = Environment(loader=PackageLoader("challenge.web"), autoescape=True)
    parts = environment.get_template("parts.html", globals={"language": language})
    return str(parts.module.size(size)).strip()


@pytest.mark.parametrize(
    ("size", "words"),
    [
        *((0, "0 KiB"), (1, "1 KiB"), (1024, "1 KiB"), (1025, "2 KiB")),
        *((104_858, "103 KiB"), (1_047_552, "1023 KiB")),
    ],
)
def test_a_file_below_a_mebibyte_is_told_in_kibibytes_and_is_never_nothing(
    size: int, words: str
) -> None:
    assert said(size, "nl") == said(size, "en") == words


@pytest.mark.parametrize(
    ("size", "dutch", "english"),
    [
        (1_047_553, "1,0 MiB", "1.0 MiB"),
        (2**20, "1,0 MiB", "1.0 MiB"),
        (1_887_437, "1,8 MiB", "1.8 MiB"),
        (2**30, "1024,0 MiB", "1024.0 MiB"),
    ],
)
def test_a_larger_file_is_told_in_mebibytes_with_the_decimal_mark_of_the_language(
    size: int, dutch: str, english: str
) -> None:
    assert (said(size, "nl"), said(size, "en")) == (dutch, english)
