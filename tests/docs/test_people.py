"""A person's page names pages that this person may open, as the site calls them."""

from __future__ import annotations

import re
import tomllib
from functools import cache

import pytest

from challenge.records import Role
from challenge.web.policy import POLICY

from .written import DOCS, ROOT

PEOPLE = {
    "team": Role.TEAM,
    "team-nl": Role.TEAM,
    "juror": Role.JUROR,
    "juror-nl": Role.JUROR,
    "organiser": Role.ORGANISER,
    "partner": Role.PARTNER,
    "auditor": Role.AUDITOR,
}
# What has only a template for its address.
PATHS = {path for method, path in POLICY.routes if method == "GET"}


def text(document: str) -> str:
    return (DOCS / f"people/{document}.md").read_text("utf-8")


@cache
def titles(language: str) -> set[str]:
    """Every short text of the pages, in small letters."""
    files = (ROOT / f"challenge/web/locale/{language}").glob("*.toml")
    entries = (tomllib.loads(path.read_text("utf-8")) for path in files)
    return {str(value).lower() for entry in entries for value in entry.values()}


@pytest.mark.parametrize("document", PEOPLE)
def test_a_person_may_open_every_page_that_their_page_names(document: str) -> None:
    named = set(re.findall(r"`(/[a-z/]*)`", text(document))) - {"/api/docs"}

    assert named - PATHS == set()
    assert [
        path for path in named if not POLICY.admits("GET", path, PEOPLE[document])
    ] == []


@pytest.mark.parametrize("document", PEOPLE)
def test_pages_are_called_what_they_are_called_on_the_site(document: str) -> None:
    called = re.findall(r"\*\*([^*]+)\*\*\s+\(`/", text(document))
    language = "nl" if document.endswith("-nl") else "en"

    wrong = [" ".join(name.split()) for name in called]
    assert [name for name in wrong if name.lower() not in titles(language)] == []


@pytest.mark.parametrize("document", [one for one in PEOPLE if one.endswith("-nl")])
def test_a_dutch_page_has_the_sections_of_the_english_one(document: str) -> None:
    ours, theirs = (
        [
            line.split()[0] + line.split()[1][:2]
            for line in re.findall(r"^##+ .+", t, re.M)
        ]
        for t in (text(document), text(document.removesuffix("-nl")))
    )

    numbers = [one for one in ours if one[-1].isdigit() or one[-1] == "."]
    assert numbers == [one for one in theirs if one[-1].isdigit() or one[-1] == "."]
    assert len(ours) == len(theirs)
