"""Hold every text that people read to challenge/web/locale/wording.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WORDING = tomllib.loads((ROOT / "challenge/web/locale/wording.toml").read_text("utf-8"))
READ_BY_PEOPLE = (
    "README.md",
    "CONTRIBUTING.md",
    "docs/*.md",
    "leaderboard/templates/*",
    "challenge/web/templates/*",
    "challenge/web/locale/*.toml",
    "datasets/**/*.toml",
    "datasets/**/*.yaml",
    "datasets/**/*.md",
    "baselines/**/*.md",
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


def expression(pattern: str) -> re.Pattern[str]:
    """Compile to whole words in any case; a space may be a line break."""
    words = pattern.replace(" ", r"\s+")
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)


ALLOWED = [expression(entry["phrase"]) for entry in WORDING["allow"]]
FORBIDDEN = [
    (expression(pattern), word)
    for word in WORDING["word"]
    for pattern in word["forbidden"]
]


def lint(file: str, text: str) -> Iterator[Finding]:
    """Find what wording.toml forbids in one text."""
    allowed = [match.span() for phrase in ALLOWED for match in phrase.finditer(text)]
    for pattern, word in FORBIDDEN:
        for match in pattern.finditer(text):
            if any(a <= match.start() and match.end() <= b for a, b in allowed):
                continue
            line = text.count("\n", 0, match.start()) + 1
            say = f"{word['say']['nl']} / {word['say']['en']}"
            yield Finding(file, line, match[0], say, word["reason"]["en"])


def texts() -> dict[str, str]:
    """Read every text that people read and that is not exempt, by path."""
    exempt = {entry["file"] for entry in WORDING["exempt"]}
    found = {
        path.relative_to(ROOT).as_posix(): path
        for pattern in READ_BY_PEOPLE
        for path in ROOT.glob(pattern)
        if path.is_file()
    }
    return {
        name: found[name].read_text("utf-8") for name in sorted(found.keys() - exempt)
    }


def test_no_text_that_people_read_uses_a_forbidden_word() -> None:
    findings = [
        str(finding) for name, text in texts().items() for finding in lint(name, text)
    ]

    assert not findings, "\n" + "\n".join(findings)


def test_the_texts_of_pages_and_messages_are_read() -> None:
    names = texts().keys()

    assert "leaderboard/templates/nl.toml" in names
    assert "challenge/web/locale/nl.toml" in names
    assert "challenge/web/templates/board.html" in names
    assert "challenge/web/locale/wording.toml" not in names


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


def test_pages_have_the_same_texts_in_both_languages() -> None:
    folder = ROOT / "challenge/web/locale"
    dutch, english = (
        tomllib.loads((folder / f"{slug}.toml").read_text("utf-8"))
        for slug in ("nl", "en")
    )

    assert dutch.keys() == english.keys()
    for key, text in dutch.items():
        places = re.findall(r"\{(\w+)", text), re.findall(r"\{(\w+)", english[key])
        assert sorted(places[0]) == sorted(places[1]), key


def test_every_text_that_a_page_asks_for_exists() -> None:
    known = tomllib.loads(
        (ROOT / "challenge/web/locale/nl.toml").read_text("utf-8")
    ).keys()

    for page in (ROOT / "challenge/web/templates").glob("*.html"):
        asked = set(re.findall(r"\bt\.(\w+)", page.read_text("utf-8")))
        assert asked <= known, f"{page.name}: {sorted(asked - known)}"
