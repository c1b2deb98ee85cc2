"""The forms of governance say what they are, what is unverified, and claim nothing."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from challenge.brief import read_brief
from challenge.schema.wording import slips
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE

from .named import NAMED, astray
from .written import DOCS, ROOT

FOLDER = DOCS / "governance"
PAGES = sorted(FOLDER.glob("*.md"))
CONTENT = ROOT / "datasets/first-1000-days"
STAMP = "CONCEPT - niet in gebruik"
TO_FILL_IN = "IN TE VULLEN"
REGISTER = json.loads((FOLDER / "algorithm-register.json").read_text("utf-8"))
# Fields of version 1.0 of the register's standard, and how long a text may be.
FIELDS = {
    "name": 100,
    "description_short": 350,
    "organization": 100,
    "category": None,
    "status": None,
    "begin_date": 7,
    "end_date": 7,
    "contact_email": 500,
    "website": 500,
    "publication_category": None,
    "url": 500,
    "goal": 2500,
    "proportionality": 2500,
    "human_intervention": 2500,
    "risks": 2500,
    "lawful_basis": 2500,
    "lawful_basis_grouping": None,
    "process_index_url": 500,
    "impacttoetsen_grouping": None,
    "impacttoetsen": 2500,
    "source_data": 2500,
    "source_data_grouping": None,
    "methods_and_models": 5000,
    "provider": 200,
    "publiccode": 500,
    "lang": None,
    "standard_version": None,
    "source_id": 100,
    "tags": 2500,
}
ASKED = ("name", "description_short", "organization", "status", "contact_email")
CLAIM = re.compile(
    r"(?<!niet )voldoet aan (de |het )?(wet|AVG|GDPR|verordening|AI|IAMA|DPIA|besluit)"
    r"|\b(is|are) compliant|AVG-proof|gecertificeerd"
    # A question of law that is answered as a fact.
    r"|\| ((?-i:Ja|Nee)\b|(op|voor) de dag:? (geen|niet)\b)"
    r"|\b(is|zijn|valt|vallen) (niet|geen) (verboden|(een )?hoog risico|onder )"
    r"|niet aan de orde|\bniet (nodig|verplicht) voor",
    re.I,
)
LAW = re.compile(r"\b(artikel|bijlage) [\dIVX]+")


def text(page: Path) -> str:
    return page.read_text("utf-8")


def plain(page: Path) -> str:
    """Give the words of a page on one line."""
    return " ".join(text(page).replace("\n>", "\n").split())


@cache
def partners() -> list[dict[str, str]]:
    files = sorted((CONTENT / "partners").glob("*.yaml"))
    return [yaml.safe_load(file.read_text("utf-8")) for file in files]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_carries_notice_forbidden_use_date_and_stamp(page: Path) -> None:
    words = plain(page)
    head = text(page).partition("\n## ")[0]

    assert NOTICE["nl"] in words
    assert FORBIDDEN_USE["nl"] in words
    assert re.search(r"Datum.{0,9}: 20\d\d-\d\d-\d\d\. Status: ", head)
    assert STAMP in head


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_claims_that_a_law_is_met(page: Path) -> None:
    assert CLAIM.search(plain(page)) is None


@pytest.mark.parametrize(
    "planted",
    [
        "Dit voldoet aan de AVG.",
        "It is compliant.",
        "Voldoet aan de wet",
        "| Sociale scoring? | Nee: er wordt geen mens beoordeeld |",
        "| Is er een AI-systeem? | Ja, vermoedelijk |",
        "| Hoog risico? | Op de dag niet: er is geen beoogd gebruik |",
        "| Wettelijke grondslag? | Voor de dag: geen. |",
        "Een model van de dag is geen hoog risico.",
        "een verbod over beelden: niet aan de orde",
        "| Algoritmeregister | niet nodig voor de dag |",
    ],
)
def test_a_claim_would_be_found(planted: str) -> None:
    assert CLAIM.search(planted)


@pytest.mark.parametrize(
    "file", ["SECURITY.md", "docs/governance/algorithm-register.json"]
)
def test_what_is_no_page_uses_no_forbidden_word_either(file: str) -> None:
    words = (ROOT / file).read_text("utf-8")

    assert [slip.found for slip in slips(words)] == []
    assert CLAIM.search(words) is None


def test_every_row_about_an_article_says_whether_it_was_read() -> None:
    rows = [r for r in text(FOLDER / "ai-act.md").splitlines() if r.startswith("| ")]
    about = [row for row in rows if LAW.search(row)]

    assert len(about) > 15
    assert [r for r in about if "gelezen" not in r and "niet nagegaan" not in r] == []
    assert sum("niet nagegaan" in row for row in about) >= 5


def test_every_source_has_a_date_or_says_that_it_is_unverified() -> None:
    sources = text(FOLDER / "index.md").partition("## Bronnen")[2]
    rows = [row for row in sources.splitlines() if row.startswith("| ")][2:]

    assert len(rows) >= 6
    for row in rows:
        assert re.search(r"\d\d-\d\d-20\d\d", row) or "niet nagegaan" in row


def test_the_use_card_has_the_sentence_of_both_languages() -> None:
    card = plain(FOLDER / "use-card.md")

    for language in ("nl", "en"):
        assert f"*{FORBIDDEN_USE[language]}*" in card
        assert NOTICE[language] in card


def test_the_dpia_has_its_seventeen_paragraphs_and_leaves_the_ground_open() -> None:
    dpia = text(FOLDER / "dpia.md")
    numbers = [int(n) for n in re.findall(r"^### (\d+)\. ", dpia, re.M)]
    ground = dpia.partition("### 11.")[2].partition("### 12.")[0]

    assert numbers == list(range(1, 18))
    assert re.findall(r"^## ([A-D])\. ", dpia, re.M) == list("ABCD")
    assert TO_FILL_IN in ground
    told = re.findall(r"^\| (R\d+) \|", dpia, re.M)
    assert told == [f"R{n}" for n in range(1, 11)] * 2


def test_the_preparation_does_not_take_the_place_of_the_conversation() -> None:
    iama = text(FOLDER / "iama.md")
    parts = ["Waarom?", "Wat?", "Hoe?", "Mensenrechten"]

    assert iama.startswith("# Voorbereiding IAMA (vervangt de IAMA niet)\n")
    assert re.findall(r"^## Deel \d: (.*)$", iama, re.M) == parts
    for part in iama.split("\n## Deel ")[1:]:
        assert "AAN TAFEL" in part or "aan tafel" in part


def test_what_was_tested_for_everybody_is_tested_and_what_was_not_is_said() -> None:
    page = text(FOLDER / "accessibility.md")

    assert len(NAMED.findall(page)) >= 8
    assert astray(page) == []
    assert "schermlezer" in page.partition("## Wat niet is onderzocht")[2]
    assert "WCAG 2.2" in page


def test_partners_and_the_laws_that_they_name_stand_in_the_forms() -> None:
    for page in ("dpia.md", "iama.md"):
        words = plain(FOLDER / page)
        for partner in partners():
            assert partner["x-partner"].split(" ")[0].lower() in words.lower(), page
    dpia = plain(FOLDER / "dpia.md")
    for partner in partners():
        law = partner.get("x-legal-basis", "").partition(";")[0]
        for name in re.findall(r"[A-Z][\w-]*wet\b|Wet [a-z]+ [a-z]+|Wgbo|Wkkgz", law):
            assert name in dpia, name


def test_every_page_is_in_the_table_of_who_signs() -> None:
    table = text(FOLDER / "index.md").partition("## Hoe je dit leest")[0]

    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", table))
    assert linked == {page.name for page in PAGES} - {"index.md"}


def test_the_register_has_the_fields_of_its_standard_within_their_lengths() -> None:
    assert list(REGISTER) == list(FIELDS)
    for name, length in FIELDS.items():
        assert length is None or len(REGISTER[name]) <= length, name
    assert all(REGISTER[name] for name in ASKED)
    assert REGISTER["status"] == "In ontwikkeling"
    assert REGISTER["publication_category"] in {
        "Hoog-risico AI-systeem",
        "Impactvolle algoritmes",
        "Overige algoritmes",
    }
    assert (REGISTER["lang"], REGISTER["standard_version"]) == ("nld", "1.0")
    page = text(FOLDER / "algorithm-register.md")
    assert [name for name in FIELDS if f"`{name}`" not in page] == []


def test_the_register_is_stamped_and_says_what_the_brief_says() -> None:
    brief = read_brief(CONTENT)

    assert REGISTER["name"].startswith(STAMP)
    assert REGISTER["description_short"].startswith(STAMP)
    assert REGISTER["begin_date"] == ""
    assert REGISTER["source_id"] == brief.slug
    assert f"{brief.target.target_month:g} maanden" in REGISTER["source_data"]
    assert brief.target.prediction_month == 6
    assert "zes maanden" in REGISTER["source_data"]
    assert NOTICE["nl"] in REGISTER["goal"]
    assert FORBIDDEN_USE["nl"] in REGISTER["goal"]
    for partner in partners():
        assert partner["x-partner"].lower() in REGISTER["source_data"].lower()
