"""How to talk: the table of words is that of wording.toml, and the page obeys it."""

from __future__ import annotations

import tomllib

import pytest

from challenge.schema.wording import slips

from .written import DOCS, ROOT, check_written, table

WORDING = tomllib.loads((ROOT / "challenge/schema/wording.toml").read_text("utf-8"))
MARK = "from challenge/schema/wording.toml"
# One example that each entry forbids, as somebody would write it.
FORBIDDEN = (
    "risicogezin, at-risk family",
    "kwetsbaar gezin, vulnerable family",
    "probleemgezin, problem family",
    "risicoscore, risk score",
    "risicoprofiel, risk profile",
    "vals-negatief, false negative",
    "iedereen behandelen, treat all",
    "eerlijk model, fair model",
    "onbevooroordeeld, unbiased",
    "anoniem, anonymous",
    "allochtoon, autochtoon",
    "kansarm gezin, underprivileged family",
    "onderdrukt",
)


def test_the_table_of_words_is_that_of_the_wording() -> None:
    rows = [
        (example, word["say"]["en"], word["say"]["nl"], word["reason"]["en"])
        for example, word in zip(FORBIDDEN, WORDING["word"], strict=True)
    ]

    check_written(
        "how-to-talk.md",
        MARK,
        table(("we do not say", "we say", "wij zeggen", "why"), rows),
    )


@pytest.mark.parametrize("number", range(len(FORBIDDEN)), ids=FORBIDDEN)
def test_each_example_is_what_its_entry_forbids(number: int) -> None:
    word = WORDING["word"][number]

    for example in FORBIDDEN[number].split(", "):
        found = [slip.say for slip in slips(example)]
        assert found
        assert found == [word["say"]] * len(found)


def test_only_the_table_names_what_we_do_not_say() -> None:
    before, _, rest = (DOCS / "how-to-talk.md").read_text("utf-8").partition(MARK)
    assert list(slips(before + rest.partition("<!-- end -->")[2])) == []
