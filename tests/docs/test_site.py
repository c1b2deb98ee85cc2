"""`make docs` builds a site, strictly, without a network and without foreign parts."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .written import DOCS, ROOT

pytestmark = pytest.mark.full
# Whoever reaches for the network gets an error, and so the build.
ALONE = """
import socket, sys

def refuse(*_):
    raise OSError("the site is built without a network")

socket.socket.connect = socket.getaddrinfo = refuse
from sphinx.cmd.build import main
sys.exit(main(sys.argv[1:]))
"""
# What a browser fetches by itself; a link in `a` it does not.
FETCHED = re.compile(
    r"<(?!a\b)\w+\b[^>]*?\b(?:src|href|data|poster|srcset|action)=[\"']?(?:https?:)?//"
)
STYLED = re.compile(r"(?:url\(\s*[\"']?|@import\s+[\"'])(?:https?:)?//", re.I)


def options() -> list[str]:
    """What `make docs` gives to Sphinx, but for where the site goes."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (line,) = re.findall(r"python -m sphinx (.*) -d \S+ docs \S+$", makefile, re.M)
    return line.split()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    places = ["-d", str(folder / "doctrees"), str(DOCS), str(folder / "site")]
    done = subprocess.run(
        [sys.executable, "-c", ALONE, *options(), *places],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return folder / "site"


def test_the_build_is_strict() -> None:
    assert "-W" in options()


def test_every_page_is_in_the_site(site: Path) -> None:
    names = [path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md")]
    assert [name for name in names if not (site / name).is_file()] == []


def test_a_browser_fetches_nothing_from_elsewhere(site: Path) -> None:
    pages = {p: p.read_text("utf-8") for p in site.rglob("*.html")}
    styles = {p: p.read_text("utf-8") for p in site.rglob("*.css")}
    fetched = [p.name for p, text in pages.items() if FETCHED.search(text)]
    styled = [p.name for p, t in (pages | styles).items() if STYLED.search(t)]

    assert len(pages) > 30
    assert fetched == []
    assert styled == []


@pytest.mark.parametrize(
    "planted",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/f.css">',
        "<img alt='' src='http://example/p.png'>",
    ],
)
def test_what_comes_from_elsewhere_would_be_found(planted: str) -> None:
    assert FETCHED.search(planted)
    assert not FETCHED.search('<a class="x" href="https://example.org">')


def test_a_dutch_page_says_that_it_is_dutch(site: Path) -> None:
    for name in ("people/team-nl.html", "people/juror-nl.html"):
        assert re.search(r"<html[^>]* lang=\"nl\"", (site / name).read_text("utf-8"))
    assert re.search(
        r"<html[^>]* lang=\"en\"", (site / "index.html").read_text("utf-8")
    )


def test_every_public_name_has_its_docstring_in_the_site(site: Path) -> None:
    text = (site / "python.html").read_text("utf-8")
    for name in ("Client.submit", "Client.board", "open_data"):
        assert f'id="challenge.client.{name}"' in text
    assert 'id="leaderboard.score"' in text
