"""The datasheet of a release: the questions that anybody asks before using data.

Schemas, manifest and audit answer what they know; the organiser's words come first in
the section that they are about. In English, with a summary in Dutch.

References
----------
Gebru et al. (2021), "Datasheets for Datasets", Communications of the ACM 64(12).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from challenge.brief.definition import Brief
from challenge.brief.organiser import REST, Organiser
from challenge.schema import Column
from challenge.synthesis.documents.markup import own_words, plain
from challenge.synthesis.documents.provenance import collection, personal
from challenge.synthesis.manifest import Manifest
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE, REHEARSAL


@dataclass(frozen=True, slots=True)
class Facts:
    """What the datasheet is made from.

    Attributes
    ----------
    brief : Brief
        With its partners.
    manifest : Manifest
        Rows, files and the commitment; its day and version are not used.
    organiser : Organiser
        What no schema holds.
    audit : sequence of str
        What the audit found, one English sentence each.
    """

    brief: Brief
    manifest: Manifest
    organiser: Organiser
    audit: Sequence[str] = ()

    @property
    def columns(self) -> Iterator[Column]:
        """Every column of every table."""
        return (c for partner in self.brief.partners for c in partner.columns)


def datasheet(facts: Facts) -> str:
    """Write the datasheet as Markdown.

    Parameters
    ----------
    facts : Facts
        What is known.

    Returns
    -------
    str
        A Dutch summary, the seven sections of the reference, and whatever else the
        organiser wrote.
    """
    parts = {
        own_words(name): own_words(text) for name, text in facts.organiser.parts.items()
    }
    own = {name.lower(): text for name, text in parts.items()}
    facts = replace(
        facts,
        brief=plain(facts.brief),
        organiser=plain(facts.organiser),
        audit=plain(tuple(facts.audit)),
    )
    lines = [f"# Datasheet: {facts.brief.title.en}", "", f"> {NOTICE['en']}", ">"]
    lines += [f"> **{FORBIDDEN_USE['en']}**"]
    if facts.manifest.rehearsal:
        lines += [">", f"> **{REHEARSAL['en']}**"]
    lines += _summary(facts)
    for heading, write in SECTIONS.items():
        written = own.pop(heading.lower(), "")
        lines += ["", f"## {heading}", "", *([written, ""] if written else [])]
        lines += write(facts)
    lines += _rest(parts, own)
    return "\n".join(lines) + "\n"


def _summary(facts: Facts) -> Iterator[str]:
    """Sum up in Dutch."""
    brief, rows = facts.brief, facts.manifest.rows
    yield from ("", '<section lang="nl">', "", "## Samenvatting", "")
    yield f"**{brief.title.nl}.** {brief.question.nl}"
    yield ""
    yield f"{NOTICE['nl']} **{FORBIDDEN_USE['nl']}**"
    yield ""
    if facts.manifest.rehearsal:
        yield from (f"**{REHEARSAL['nl']}**", "")
    yield (
        "Eén rij is één verzonnen gezin met één kind. Partners gaven alleen schema's,"
        f" nooit rijen. Om mee te oefenen zijn er {_count(rows['train'], 'nl')} rijen"
        f" en nog eens {_count(rows['practice'], 'nl')} uit andere buurten. Wat je"
        f" schat: {_lower(brief.target.label.nl)}. Wat elke kolom is, staat in"
        " dictionary.nl.md."
    )
    yield from ("", "</section>")


def _motivation(facts: Facts) -> Iterator[str]:
    brief, target = facts.brief, facts.brief.target
    yield f"**Question.** {brief.question.en}"
    yield ""
    yield (
        f"**What you estimate.** {target.label.en} (`{target.name}`):"
        f" {target.definition.en} It is estimated at the age of"
        f" {target.prediction_month:g} months and refers to"
        f" {target.target_month:g} months."
    )
    yield ""
    yield f"**Made by.** {facts.organiser.creator_of(brief)}."
    if brief.evidence:
        yield from ("", "**What is known beforehand.**", "")
    for known in brief.evidence:
        yield f"- {known.finding.en} ({known.kind}: {known.reference})"


def _composition(facts: Facts) -> Iterator[str]:
    brief, rows = facts.brief, facts.manifest.rows
    held_out = ", ".join(brief.areas.held_out)
    yield (
        "A row is one fictional household with one child. Neighbourhoods, districts"
        " and postcode areas are fictional too; households of one neighbourhood are"
        f" in one set. The external set comes from {held_out} only, and differs from"
        " the others as the brief declares."
    )
    yield from ("", "| set | rows | who has it |", "|---|---:|---|")
    for name, count in rows.items():
        is_public = name in {"train", "practice"}
        who = "teams, with labels" if is_public else "sealed: nobody during the event"
        yield f"| {name} | {_count(count)} | {who} |"
    yield from ("", "| table | shaped like | rows | households in it |")
    yield "|---|---|---|---:|"
    for partner in brief.partners:
        per = "one per postcode area" if partner.is_area else "one per household"
        rows_of = "several per household" if partner.is_repeated else per
        share = f"{100 * partner.coverage.share:.3g} %"
        leans = ", unevenly" if partner.coverage.tilt else ""
        yield f"| `{partner.name}` | {partner.partner} | {rows_of} | {share}{leans} |"
    yield ""
    yield from _marks(facts)
    if facts.audit:
        yield from ("", "**What the audit found.**", "")
        yield from (f"- {sentence}" for sentence in facts.audit)


def _marks(facts: Facts) -> Iterator[str]:
    """Name the columns that ask for care, and those that show strength."""
    audited = [c.name for c in facts.columns if c.use == "audit"]
    yield f"- **Features.** {len(facts.brief.feature_names)} columns in the flat rows."
    yield f"- **To audit with, never to predict with.** {_names(audited)}."
    sensitive = [c.name for c in facts.columns if c.sensitive]
    yield f"- **Shaped like special-category data.** {_names(sensitive)}."
    strengths = [c.name for c in facts.columns if c.strength]
    yield f"- **Strengths of families.** {_names(strengths)}."
    yield f"- **Missing.** {_missing(facts)}"
    yield f"- {personal(facts.brief)}: no row is about a person who exists."


def _missing(facts: Facts) -> str:
    """Say how much of each column is missing, and where that is not at random."""
    told = [
        f"`{c.name}` {100 * c.missing.share:.3g} %"
        + (", not as often for every household" if c.missing.tilt else "")
        for c in facts.columns
        if c.missing.share
    ]
    if not told:
        return "Nothing, in the tables that a household is in."
    return f"{'; '.join(told)}. Where nothing else is said: at random."


def _collection(facts: Facts) -> Iterator[str]:
    yield from collection(facts.brief)


def _preprocessing(facts: Facts) -> Iterator[str]:
    yield (
        f"Rows are drawn with the Gaussian copula of SDV {facts.manifest.sdv_version}"
        " from declared marginals and associations; derived columns follow by rules;"
        " the label is drawn on top by a declared mechanism that stays sealed during"
        " the event. Who is in which table and what is missing is drawn last."
    )
    yield ""
    yield (
        "Numbers, yes and no in the flat rows are 64-bit floats with NaN where a value"
        " is missing; texts are missing as null. There is no raw version: what you see"
        " is what was drawn."
    )


def _uses(facts: Facts) -> Iterator[str]:
    yield (
        "- **For.** Trying out, on one day, which question could be asked of real data"
        " within the partners' walls, and comparing how models do it."
    )
    yield f"- **{FORBIDDEN_USE['en']}** Nobody is selected."
    yield (
        "- **Mind.** Every relation was put in or is chance. A model that is"
        " good here says nothing about families; a gap between groups here was put in"
        " or is chance as well."
    )


def _distribution(facts: Facts) -> Iterator[str]:
    organiser = facts.organiser
    yield (
        "Parquet and CSV, described by `datapackage.json` and `croissant.json`; column"
        " by column in `dictionary.en.md` and `dictionary.nl.md`. Teams download it"
        " from the organiser's server after it is published by a named person."
    )
    yield ""
    yield f"- **Licence.** {organiser.licence_title} ({organiser.licence})."
    if organiser.date:
        yield f"- **Dated.** {organiser.date.isoformat()}."
    if organiser.url:
        yield f"- **Page.** {organiser.url}"
    if facts.brief.sources:
        yield from ("", "| source set | tables |", "|---|---|")
    for source in facts.brief.sources:
        yield f"| {source.label.en} | {_names(facts.brief.tables_of(source.name))} |"


def _maintenance(facts: Facts) -> Iterator[str]:
    is_open = facts.manifest.rehearsal
    seed = "was typed" if is_open else "is secret until the event is closed"
    yield (
        "A published version never changes; what has to change becomes a new version,"
        f" and `manifest.json` holds the SHA-256 of every file. The seed {seed};"
        f" this release is committed to it by `{facts.manifest.seed_commitment}`."
    )
    if facts.organiser.contact:
        yield from ("", f"**Contact.** {facts.organiser.contact}")


SECTIONS: Mapping[str, Callable[[Facts], Iterator[str]]] = {
    "Motivation": _motivation,
    "Composition": _composition,
    "Collection process": _collection,
    "Preprocessing, cleaning and labelling": _preprocessing,
    "Uses": _uses,
    "Distribution": _distribution,
    "Maintenance": _maintenance,
}
"""Heading to what is known about it, in the order of the reference."""


def _rest(parts: Mapping[str, str], left: Mapping[str, str]) -> Iterator[str]:
    """Give what the organiser wrote under no heading of ours."""
    if left:
        yield from ("", "## In the organiser's words")
    for name, text in parts.items():
        if name.lower() in left:
            yield from (["", f"### {name}"] if name != REST else [])
            yield from ("", text)


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "None"


def _count(number: int, language: str = "en") -> str:
    text = f"{number:,}"
    return text.replace(",", ".") if language == "nl" else text


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
