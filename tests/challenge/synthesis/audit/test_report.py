"""The report: complete, self-contained, readable, and silent about what is sealed."""

from __future__ import annotations

import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest

from challenge.brief.sections import Gate
from challenge.synthesis.audit import Audit, write_reports
from challenge.synthesis.audit.page import report_page
from challenge.synthesis.audit.texts import precise, texts
from challenge.synthesis.disclosure.findings import Disclosure
from challenge.synthesis.manifest import FileFacts
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE, REHEARSAL
from challenge.web.pages import texts as web_texts

from ....factories import ROOT
from ....test_wording import lint
from .cases import Case

PACKAGE = ROOT / "challenge" / "synthesis" / "audit"


class Page(HTMLParser):
    """What a page holds: its tags with attributes, its texts, and its pictures."""

    VOID = frozenset({"meta", "br", "link", "img"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.said: list[str] = []
        self.pictures: list[tuple[dict[str, str | None], bool]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "svg" and "svg" not in self.open:
            self.pictures.append((dict(attrs), False))
        if tag == "title" and self.open and self.open[-1] == "svg":
            self.pictures[-1] = (self.pictures[-1][0], True)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.said.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.said))


def page_of(audit: Audit, gate: Gate) -> str:
    return report_page(audit, gate, audit.breaches(gate), mark="3f2a", json="a.json")


@pytest.fixture(scope="module")
def public(days: Case, days_audit: Audit) -> str:
    """What everyone may read of the first 1000 days."""
    gate = days.brief.gate
    shown = days_audit.public()
    return report_page(
        shown, gate, days_audit.breaches(gate), mark="3f2a", json="report.json"
    )


@pytest.fixture(scope="module")
def sealed(days: Case, days_audit: Audit) -> str:
    """What organiser and auditor read."""
    return page_of(days_audit, days.brief.gate)


def test_every_tag_is_closed_and_the_page_is_dutch(public: str, sealed: str) -> None:
    for text in (public, sealed):
        page = Page(text)
        assert page.open == []
        assert dict(page.tags)["html"] == {"lang": "nl"}
        assert any(attrs.get("lang") == "en" for _, attrs in page.tags)


def test_the_page_opens_offline(public: str, sealed: str) -> None:
    for text in (public, sealed):
        found = {tag for tag, _ in Page(text).tags}
        assert found.isdisjoint({"script", "link", "img", "iframe", "a"})
        assert not re.search(r"https?:|@import|src=|href=", text)
        assert set(re.findall(r"url\(([^)]*)\)", text)) <= {"#hatch"}


def test_every_picture_is_named_or_hidden(sealed: str) -> None:
    pictures = Page(sealed).pictures

    assert len(pictures) > 100
    for attrs, is_titled in pictures:
        if attrs.get("aria-hidden") != "true":
            assert attrs.get("role") == "img"
            assert is_titled


def test_the_first_page_can_be_signed(public: str) -> None:
    first = Page(public.partition("De rijen")[0]).text

    for said in (
        NOTICE["nl"],
        FORBIDDEN_USE["nl"],
        "Wat dit zijn",
        "Wat dit niet zijn",
        "Naam",
        "Datum",
        "Handtekening",
        "AUROC op de eindrijen",
        "Genoeg voor een repetitie, nog niet voor een echt evenement.",
    ):
        assert said in first


def test_a_release_that_can_tell_keeps_to_every_threshold(
    days: Case, days_audit: Audit
) -> None:
    able = tuple(f.model_copy(update={"power": 0.8}) for f in days_audit.power)
    audit = days_audit.model_copy(update={"power": able})

    text = Page(page_of(audit, days.brief.gate)).text
    assert "Ja. Alles wat de drempels meten, blijft erbinnen." in text


def test_what_keeps_a_real_event_closed_is_said(days: Case, days_audit: Audit) -> None:
    audit = days_audit.model_copy(update={"rehearsal": False})

    text = Page(page_of(audit, days.brief.gate)).text
    assert "Nee, op één punt niet." in text
    assert "een echt evenement vraagt 0,8." in text


def test_the_page_says_what_the_policy_says_of_the_best_models(public: str) -> None:
    text = Page(public).text

    assert "Kan een model aan de afspraak voldoen?" in text
    assert "het beste dat te zien is" in text


def test_the_page_says_what_does_not_keep_to_the_thresholds(
    quick: Case, quick_audit: Audit
) -> None:
    gate = Gate(minimum_cell=10_000)
    text = Page(page_of(quick_audit, gate)).text

    count = len(quick_audit.breaches(gate))
    excused = sum(breach.is_excused for breach in quick_audit.breaches(gate))
    assert f"Nee, op {count - excused} punten niet." in text
    assert "de drempel is 10.000" in text
    assert f"En nog {count - 4} punten" in text


def test_the_page_shows_a_small_threshold_with_all_its_decimals(
    quick_audit: Audit,
) -> None:
    text = Page(page_of(quick_audit, Gate(marginal_error=0.001))).text

    assert "hoogstens 0,001" in text
    assert "hoogstens 0,00 " not in text


def test_the_page_says_where_the_other_prevalence_holds(public: str) -> None:
    assert "in de apart gehouden gemeenten 13%" in Page(public).text


def test_households_that_are_alike_are_said_to_be_no_fault(
    quick: Case, quick_audit: Audit
) -> None:
    alike = quick_audit.model_copy(update={"repeated": 17})

    text = Page(page_of(alike, quick.brief.gate)).text
    assert "17 gezinnen zijn in elke kolom gelijk aan een ander gezin" in text
    assert "dat is geen fout" in text


def test_a_rehearsal_is_called_the_same_in_report_pages_and_files(
    quick: Case, quick_audit: Audit
) -> None:
    assert REHEARSAL["nl"] in Page(page_of(quick_audit, quick.brief.gate)).text
    for language, words in REHEARSAL.items():
        assert web_texts(language)["rehearsal"].startswith(words.partition(".")[0])


def written(
    folder: Path, case: Case, found: Audit
) -> tuple[dict[str, FileFacts], dict[str, FileFacts]]:
    """Both reports, in a draft."""
    for name in ("public", "sealed"):
        (folder / name).mkdir()
    return write_reports(folder, found, case.brief.gate, commitment="3f2a" * 16)


def test_the_public_report_holds_nothing_sealed(
    days: Case, days_audit: Audit, public: str, tmp_path: Path
) -> None:
    facts, _ = written(tmp_path, days, days_audit)
    whole = "".join((tmp_path / "public" / name).read_text("utf-8") for name in facts)

    assert set(facts) == {"report.html", "report.json"}
    assert days.secret.seed.hex() not in whole
    for name in ("spread", "intercept", "log-odds", "Log-odds", "teruggevonden"):
        assert name not in whole
    for term in days.mechanism.interactions:
        assert term.name not in whole
    for effect in days_audit.sealed.effects:
        if effect.kind != "none":
            # So many digits that no other figure has them by chance.
            for value in (effect.drawn, effect.found.value):
                assert repr(abs(value))[:9] not in whole
    for found in days_audit.ceilings:
        exact = rf"\b{re.escape(f'{found.auroc.value:.4f}')}\b"
        assert re.search(exact, whole) is None


def test_the_sealed_report_holds_every_effect(days: Case, sealed: str) -> None:
    for term in days.mechanism.interactions:
        assert term.name in sealed
    assert "teruggevonden" in sealed


def test_sealed_files_are_for_their_owner_alone(
    days: Case, days_audit: Audit, tmp_path: Path
) -> None:
    _, facts = written(tmp_path, days, days_audit)
    sealed = tmp_path / "sealed"

    assert set(facts) == {"audit.html", "audit.json"}
    assert {(sealed / name).stat().st_mode & 0o777 for name in facts} == {0o600}
    exact = Audit.model_validate_json((sealed / "audit.json").read_text("utf-8"))
    assert exact == days_audit


def test_equal_audits_give_equal_bytes(quick: Case, quick_audit: Audit) -> None:
    gate = quick.brief.gate

    assert page_of(quick_audit, gate) == page_of(quick.audited(), gate)


def test_a_report_of_learned_rows_says_so(quick: Case, quick_audit: Audit) -> None:
    learned = quick_audit.model_copy(
        update={"disclosures": {"parents": Disclosure(findings=())}}
    )

    text = Page(page_of(learned, quick.brief.gate)).text
    assert "geleerd van echte rijen" in text
    assert "Geen enkele partner gaf rijen" not in text


def test_a_report_says_that_learned_figures_were_never_checked(
    quick: Case, quick_audit: Audit
) -> None:
    unknown = quick_audit.model_copy(update={"disclosures": {"parents": None}})

    text = Page(page_of(unknown, quick.brief.gate)).text
    assert "De getallen van parents zijn geleerd van echte rijen" in text
    assert "parents geen onthullingsrapport" in " ".join(text.split())


def test_texts_and_templates_use_no_forbidden_word(public: str) -> None:
    files = [*PACKAGE.glob("locale/*.toml"), *PACKAGE.glob("templates/*.html")]
    found = [f for file in files for f in lint(file.name, file.read_text("utf-8"))]

    assert found == []
    assert list(lint("report.html", Page(public).text)) == []


def test_english_headings_belong_to_dutch_ones_and_no_text_is_left_unused() -> None:
    dutch, english = texts("nl"), texts("en")
    used = "".join(
        file.read_text("utf-8")
        for folder in ("", "templates")
        for file in (PACKAGE / folder).glob("*.*")
    )

    assert english.keys() <= dutch.keys()
    assert {k for k in dutch if k.endswith("_heading")} == english.keys()
    built = re.compile(
        r"(set|per|effects|spreads|verdicts|breach|gate|fact)_\w+|.*_(how|heading|says)"
    )
    unused = [k for k in dutch if k not in used and not built.fullmatch(k)]
    assert unused == []


def test_locale_files_are_sorted_by_section_and_valid() -> None:
    for name in ("nl", "en"):
        assert tomllib.loads((PACKAGE / f"locale/{name}.toml").read_text("utf-8"))


def test_numbers_of_any_size_are_written_with_three_digits() -> None:
    said = [precise(v) for v in (0.0, 1234567.0, -18.2, 0.00321)]

    assert said == ["0", "1.230.000", "−18,2", "0,00321"]
