"""Every link on a page leads somewhere, and every page is linked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .written import DOCS, ROOT

PAGES = sorted(
    [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"],
    key=lambda path: path.as_posix(),
)
LINK = re.compile(r"\]\((?!https?://|mailto:)([^)\s]*)\)")
FENCED = re.compile(r"^( *)```.*?^\1```", re.M | re.S)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def links(path: Path) -> list[str]:
    return LINK.findall(FENCED.sub("", path.read_text("utf-8")))


def anchors(path: Path) -> set[str]:
    """Give the anchors of a page's headings, as repository browsers make them."""
    text = FENCED.sub("", path.read_text("utf-8"))
    plain = (
        re.sub(r"[^\w\- ]", "", h.lower()) for h in re.findall(r"^#+ (.+)$", text, re.M)
    )
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("document", PAGES, ids=name)
def test_every_link_leads_to_a_file_and_to_a_heading_of_it(document: Path) -> None:
    astray = []
    for link in links(document):
        target, _, anchor = link.partition("#")
        path = (document.parent / target).resolve() if target else document
        is_there = path.exists() and path.is_relative_to(ROOT)
        if not is_there or (anchor and anchor not in anchors(path)):
            astray.append(link)

    assert astray == []


def test_every_page_is_reached_from_the_index() -> None:
    reached, ahead = set(), [DOCS / "index.md"]
    while ahead:
        page = ahead.pop()
        if page not in reached:
            reached.add(page)
            targets = {link.partition("#")[0] for link in links(page)}
            ahead += [
                path
                for path in ((page.parent / target).resolve() for target in targets)
                if path.suffix == ".md" and path.is_relative_to(DOCS)
            ]

    assert set(DOCS.rglob("*.md")) - reached == set()


def test_the_readme_leads_to_the_index() -> None:
    assert "docs/index.md" in links(ROOT / "README.md")
