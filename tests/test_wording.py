"""Hold every text that people read to challenge/schema/wording.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from challenge.brief import read_brief
from challenge.brief.jury import Jury
from challenge.brief.organiser import Organiser
from challenge.errors import ChallengeError, NotFoundError
from challenge.records import Principal, Reason, Role
from challenge.rules.quota import Left
from challenge.schema.wording import slips
from challenge.settings import Settings
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE
from challenge.web import pages
from challenge.web.formats import Formats
from challenge.web.public import governance, indicators

ROOT = Path(__file__).parents[1]
WORDING = tomllib.loads((ROOT / "challenge/schema/wording.toml").read_text("utf-8"))
READ_BY_PEOPLE = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/**/*.md",
    "leaderboard/templates/*",
    "challenge/web/templates/**/*.html",
    "challenge/web/locale/*/*.toml",
    "challenge/rules/*.toml",
    "challenge/synthesis/**/*.toml",
    "challenge/synthesis/**/*.html",
    "datasets/**/*.toml",
    "datasets/**/*.yaml",
    "datasets/**/*.md",
    "baselines/**/*.md",
    "challenge/kit/notebooks/sources/*.md",
)


@dataclass(frozen=True)
class Finding:
    """A forbidden word, where it stands, and what to write there."""

    file: str
    line: int
    found: str
    say: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return f"{place}: “{self.found}”; we say: {self.say}. {self.reason}"


def lint(file: str, text: str) -> Iterator[Finding]:
    """Find what wording.toml forbids in one text."""
    for slip in slips(text):
        line = text.count("\n", 0, slip.start) + 1
        say = f"{slip.say['nl']} / {slip.say['en']}"
        yield Finding(file, line, slip.found, say, slip.reason["en"])


def texts() -> dict[str, str]:
    """Read every text that people read, by path."""
    found = {
        path.relative_to(ROOT).as_posix(): path
        for pattern in READ_BY_PEOPLE
        for path in ROOT.glob(pattern)
        if path.is_file()
    }
    # The table that says what we do not say is held by tests/docs/test_how_to_talk.py.
    told = re.compile(
        r"<!-- from challenge/schema/wording.toml -->.*?<!-- end -->", re.S
    )
    return {
        name: told.sub("", found[name].read_text("utf-8")) for name in sorted(found)
    }


def test_no_text_that_people_read_uses_a_forbidden_word() -> None:
    findings = [
        str(finding) for name, text in texts().items() for finding in lint(name, text)
    ]

    assert not findings, "\n" + "\n".join(findings)


def test_the_texts_of_pages_and_messages_are_read() -> None:
    names = texts().keys()

    assert "leaderboard/templates/nl.toml" in names
    assert "challenge/web/locale/nl/pages.toml" in names
    assert "challenge/web/templates/public/board.html" in names


@pytest.mark.parametrize(
    ("planted", "line"),
    [
        ("Elk risicogezin telt.", 1),
        ("Een lijst\nmet Kwetsbare moeders", 2),
        ("Kwetsbaar\ngezin", 1),
        ("de risico-score", 1),
        ("Our risk scores", 1),
        ("The false negative rate", 1),
        ("treat-all", 1),
        ("a fair model", 1),
        ("een eerlijker model", 1),
        ("an unbiased estimate", 1),
        ("Debiased and anonymised", 1),
        ("at-risk family", 1),
        ("Geboren buiten Nederland: onderdrukt", 1),
    ],
)
def test_the_lint_catches_a_planted_word(planted: str, line: int) -> None:
    findings = list(lint("planted.md", planted))

    assert findings
    assert {finding.line for finding in findings} == {line}


def test_a_finding_says_where_what_and_what_to_write() -> None:
    (finding,) = lint("docs/example.md", "First.\nThe risk score.")

    assert str(finding) == (
        "docs/example.md:2: “risk score”; we say: geschatte kans (synthetisch)"
        " / estimated probability (synthetic). It is a model's probability on"
        " invented rows, no verdict on a family."
    )


@pytest.mark.parametrize(
    "text",
    [
        "Synthetic rows are not anonymous by themselves.",
        "De rijen zijn niet anoniem.",
        "risk-prediction models on a fairness-aware leaderboard",
        "Een gezin met betalingsachterstand",
        "false_negative_rate",
    ],
)
def test_a_denial_or_a_column_name_passes(text: str) -> None:
    assert not list(lint("allowed.md", text))


@pytest.mark.parametrize("word", WORDING["word"], ids=lambda w: w["forbidden"][0])
def test_every_rule_says_what_and_why_in_both_languages(
    word: dict[str, dict[str, str]],
) -> None:
    for field in ("say", "reason"):
        assert set(word[field]) == {"nl", "en"}
        assert all(word[field].values())


@pytest.mark.parametrize("word", WORDING["word"], ids=lambda w: w["forbidden"][0])
def test_what_we_say_instead_is_not_forbidden_itself(
    word: dict[str, dict[str, str]],
) -> None:
    assert not list(lint("say", "\n".join(word["say"].values())))


def is_refusal(key: str) -> bool:
    """Tell whether a text belongs to the refusals of one slug."""
    return key.startswith("refusal_") and key != "refusal_facts"


def tree(error: type[ChallengeError] = ChallengeError) -> Iterator[str]:
    """Every slug of the error tree."""
    yield error.slug
    for child in error.__subclasses__():
        yield from tree(child)


def bundle_slugs() -> set[str]:
    """Slugs of bundles that are not run, as docs/errors.md lists them."""
    text = (ROOT / "docs/errors.md").read_text("utf-8")
    part = text.split("## Bundles that are not run")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([\w-]+)`", part, re.MULTILINE))


def test_every_refusal_has_a_dutch_sentence_and_hint() -> None:
    dutch = locale("nl")
    slugs = {*tree(), *(reason.value for reason in Reason), *bundle_slugs()}

    assert len(bundle_slugs()) > 10
    wanted = {f"refusal_{slug}{end}" for slug in slugs for end in ("", "_hint")}
    assert {key for key in dutch if is_refusal(key)} == wanted
    assert all(dutch[key] for key in wanted)


def locale(slug: str) -> dict[str, str]:
    """Texts of the pages in one language."""
    return pages.texts(slug)


def drawn(template: str, language: str, **context: object) -> str:
    """Draw a page as the service does, for a visitor."""
    frame: dict[str, object] = {
        "t": locale(language),
        "formats": Formats(language, ZoneInfo("Europe/Amsterdam")),
        "language": language,
        "theme": "",
        "reader": None,
        "menu": [],
        "announcements": [],
        "path": "/",
        "challenge_title": "Voorbeeld",
        "release": "1",
        "rehearsal": False,
        "trusted": False,
        "printed": lambda: "",
    }
    return pages.environment().get_template(template).render(frame | context)


def test_a_dutch_page_says_a_refusal_in_dutch_and_marks_the_facts_as_english() -> None:
    html = drawn(
        "public/error.html", "nl", code="7F3A-2K", error=NotFoundError("page", "/nope")
    )

    assert '<p class="lead">Wat je zoekt is er niet, of is niet voor jou.</p>' in html
    assert '<span lang="en">There is no page /nope for you. Check' in html


def test_an_english_page_says_a_refusal_in_its_own_words_once() -> None:
    html = drawn(
        "public/error.html", "en", code="7F3A-2K", error=NotFoundError("page", "/nope")
    )

    assert html.count("There is no page /nope for you.") == 1
    assert html.count("Check the name or number.") == 1


def test_the_language_link_stays_on_this_host_whatever_the_path() -> None:
    error = NotFoundError("page", "//elsewhere.example")
    html = drawn(
        "public/error.html",
        "nl",
        code="7F3A-2K",
        path="//elsewhere.example",
        error=error,
    )

    assert 'href="?lang=en"' in html
    assert 'href="//' not in html


@pytest.mark.parametrize(
    ("agreed", "told"),
    [
        ({}, "Leaderboard and jury verdict stay two results."),
        ({"within_tie_set": True}, "Only teams that share the lead"),
        (
            {"weights": {"model": 0.625, "jury": 0.375}},
            "In the final result the models count for 62.5% and the jury for 37.5%.",
        ),
    ],
    ids=["nothing", "tie set", "weights"],
)
def test_the_challenge_page_says_what_was_agreed_about_the_jury(
    agreed: dict[str, object], told: str
) -> None:
    brief = read_brief(ROOT / "datasets/quickstart")
    chosen = brief.model_copy(update={"jury": Jury.model_validate(agreed)})
    html = drawn(
        "public/challenge.html",
        "en",
        brief=chosen,
        limits=Settings().limits,
        upload_limit_mib=200,
        indicators=indicators(chosen),
        times={},
        zone="Europe/Amsterdam",
        governance=governance(chosen, Organiser()),
    )

    assert f"The jury judges the pitches. {told}" in html


@pytest.mark.parametrize(("role", "invited"), [("team", True), ("juror", False)])
def test_only_a_team_is_told_how_to_hand_in(role: str, invited: bool) -> None:
    reader = Principal(1, "Grutto", Role(role))
    html = drawn(
        "team/submissions.html",
        "nl",
        reader=reader,
        submissions=[],
        waits={},
        python="3.11",
        left=Left(9, 99, 10, 100, datetime(2026, 11, 23, tzinfo=UTC)),
        accepts="scored",
        limit_mib=20,
        note_length=2000,
        key="k",
        note="",
        errors={},
        refused=None,
    )

    assert ("challenge submit" in html) is invited
    assert ("Mijn inzendingen</h1>" in html) is invited


@pytest.mark.parametrize("kind", ["multipart/form-data", "application/json"])
def test_the_api_page_lists_what_a_form_asks_for(kind: str) -> None:
    shape = {
        "required": ["title"],
        "properties": {"title": {"description": "1 to 200 characters."}, "note": {}},
    }
    asked = {"$ref": "#/components/schemas/Form"} if "json" in kind else shape
    operation = {
        "description": "Keep it.",
        "responses": {"201": {}},
        "security": [{"HTTPBearer": []}],
        "requestBody": {"content": {kind: {"schema": asked}}},
    }
    schema = {
        "paths": {"/api/pitches": {"post": operation}},
        "components": {"schemas": {"Form": shape}},
    }

    html = drawn("api.html", "nl", schema=schema)

    assert "Hiervoor is een token nodig." in html
    assert f"<code>{kind}</code>" in html
    assert '<code>title</code></dt><dd><span lang="en">1 to 200 characters.' in html
    assert html.count("(mag je weglaten)") == 1


def test_pages_have_the_same_texts_in_both_languages() -> None:
    dutch, english = locale("nl"), locale("en")

    # English pages show a refusal's own sentence, so only Dutch has others.
    shared = {key for key in dutch if not is_refusal(key)}
    assert shared == {key for key in english if not is_refusal(key)}
    assert not any(is_refusal(key) for key in english)
    for key in shared:
        text = dutch[key]
        places = re.findall(r"\{(\w+)", text), re.findall(r"\{(\w+)", english[key])
        assert sorted(places[0]) == sorted(places[1]), key


# Words that only one of the two languages has; code in backticks may be English.
ONLY_ENGLISH = {"the", "and", "your", "you", "with", "from", "this", "which", "not"}
ONLY_DUTCH = {"het", "een", "je", "niet", "van", "voor", "zijn", "wordt", "naar"}


@pytest.mark.parametrize(
    ("language", "other"), [("nl", ONLY_ENGLISH), ("en", ONLY_DUTCH)]
)
def test_no_text_is_left_in_the_other_language(language: str, other: set[str]) -> None:
    for key, text in locale(language).items():
        words = set(re.findall(r"[a-z]+", re.sub(r"`[^`]*`", "", text.lower())))
        assert not words & other, f"{key}: {text}"
        assert text.strip(), key


def test_a_text_of_several_words_differs_between_the_languages() -> None:
    dutch, english = locale("nl"), locale("en")
    same = [key for key in english if dutch[key] == english[key]]

    assert [
        key for key in same if len(re.findall(r"[^\W\d_]{2,}", dutch[key])) > 3
    ] == []


def test_every_text_that_a_page_asks_for_exists() -> None:
    known = locale("nl").keys()

    for page in (ROOT / "challenge/web/templates").rglob("*.html"):
        asked = set(re.findall(r"\bt\.(\w+)", page.read_text("utf-8")))
        assert asked <= known, f"{page.name}: {sorted(asked - known)}"


def test_the_notice_and_the_forbidden_use_have_one_wording() -> None:
    """`challenge/synthesis/notices.py` is the source of both."""
    for language in ("nl", "en"):
        told = locale(language)
        assert told["synthetic"] == NOTICE[language]
        assert told["forbidden_use"] == FORBIDDEN_USE[language]
    readme = (ROOT / "README.md").read_text("utf-8").replace("\n>", "")
    quoted = " ".join(readme.split())
    assert f"{NOTICE['en']} {FORBIDDEN_USE['en']}" in quoted
    for card in ROOT.glob("baselines/*/CARD.md"):
        assert FORBIDDEN_USE["en"] in " ".join(card.read_text("utf-8").split())
