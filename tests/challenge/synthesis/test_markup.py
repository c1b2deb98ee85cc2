"""Whatever stands in a schema is read as text in every document of a release."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from challenge.synthesis import build
from challenge.synthesis.documents.markup import code, own_words, plain

from ...factories import QUICKSTART

SETS = dict.fromkeys(("train", "practice", "board", "final", "external"), 50)
RUN = "<img src=x onerror=alert(1)>"
OURS = {"<section lang=", "</section", "<code", "</code", "<https:"}
HEAD = f"""---
creator: "{RUN}"
licence_title: "[free](javascript:alert(1))"
contact: R&D
---
## Uses {RUN}

{RUN} or write to <https://example.org/a&b>.
"""


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of which every text would run."""
    folder = tmp_path_factory.mktemp("markup") / "quickstart"
    shutil.copytree(QUICKSTART, folder)
    (folder / "DATASHEET.md").write_text(HEAD, "utf-8")
    schema = folder / "partners/parents.yaml"
    text = schema.read_text("utf-8")
    for old in ("Ouders van jonge kinderen (fictief)", "Voorbeeldpartner", "Gemeente,"):
        assert old in text
        text = text.replace(old, f'"{RUN}"' + ("," if old.endswith(",") else ""), 1)
    text = text.replace("Westdorp: 0.20", f'Westdorp: 0.10, "`{RUN}": 0.10')
    schema.write_text(re.sub("reference: [^}]*", f"reference: '{RUN}'", text))
    brief = folder / "brief.toml"
    told = re.sub(
        r'(?m)^(nl|en) = "', rf'\1 = "{RUN}\\n{RUN}', brief.read_text("utf-8")
    )
    brief.write_text(told, "utf-8")
    return build(folder, folder.parent, seed=1, rows=SETS).path / "public"


def test_no_document_holds_a_tag_that_is_not_ours(public: Path) -> None:
    documents = sorted(public.rglob("*.md"))
    assert len(documents) >= 3
    for path in documents:
        text = path.read_text("utf-8")
        assert "img src=x" in text
        assert set(re.findall(r"</?\w+(?:[ :][\w]*=?)?", text)) <= OURS
        assert "](javascript" not in text


def test_an_address_in_the_organisers_own_words_stays_one(public: Path) -> None:
    assert "<https://example.org/a&b>" in (public / "DATASHEET.md").read_text("utf-8")


def test_descriptions_for_programs_hold_texts_as_they_were_written(
    public: Path,
) -> None:
    entries = json.loads((public / "dictionary.json").read_text("utf-8"))
    assert entries["tables"][0]["title"] == RUN
    assert "&lt;" not in (public / "datapackage.json").read_text("utf-8")


def test_texts_stay_on_one_line_without_tags_or_links() -> None:
    assert plain("a\n<b> & [c](d)") == "a &lt;b> &amp; [c]&#40;d)"
    assert plain({"<key>": ("<", ["&"], 1, None)}) == {
        "<key>": ("&lt;", ["&amp;"], 1, None)
    }


@pytest.mark.parametrize("value", ["`", "``<b>`", "a`<b>", "\\`<b>", "|<b>"])
def test_a_value_cannot_leave_its_code(value: str) -> None:
    shown = code(value)
    assert "<b>" not in shown
    assert shown.startswith("<code>")


def test_own_words_keep_their_markdown() -> None:
    text = "**Why.** `a < b`, <https://example.org>, <!-- -->, <https://x y>"
    assert own_words(text) == (
        "**Why.** `a &lt; b`, <https://example.org>, &lt;!-- -->, &lt;https://x y>"
    )
