"""The documents that go with the tables of a release, written all at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from challenge.brief.definition import Brief
from challenge.brief.organiser import Organiser
from challenge.brief.sections import ALL
from challenge.synthesis.documents.croissant import croissant
from challenge.synthesis.documents.datapackage import data_package
from challenge.synthesis.documents.datasheet import Facts, datasheet
from challenge.synthesis.documents.dictionary import dictionary
from challenge.synthesis.documents.resources import resources
from challenge.synthesis.documents.wordbook import LANGUAGES, wordbook
from challenge.synthesis.manifest import FileFacts, Manifest
from challenge.synthesis.release import digest
from challenge.synthesis.scoring import SCORING, ScoringRules

PACKAGE, CROISSANT = "datapackage.json", "croissant.json"


def describe(
    folder: Path,
    brief: Brief,
    manifest: Manifest,
    *,
    organiser: Organiser | None = None,
    audit: Sequence[str] = (),
) -> dict[str, FileFacts]:
    """Write every document about a release beside its tables.

    The same tables and words give the same bytes: neither the clock nor the version,
    which a draft does not know yet, is in any of them. The Data Package and the
    Croissant description are written once for each source set, beside its rows: they
    list what its teams have, by the paths in a team's folder.

    Parameters
    ----------
    folder : Path
        The ``public`` folder with every table in it.
    brief : Brief
        With its partners.
    manifest : Manifest
        Names the tables; its day and version are not used.
    organiser : Organiser, optional
        What no schema holds, see `challenge.brief.organiser.read_organiser`.
    audit : sequence of str
        What the audit found, one English sentence each.

    Returns
    -------
    dict of str to FileFacts
        The documents, by path under `folder`; not those that were there.
    """
    own = organiser or Organiser()
    entries = dictionary(brief, rehearsal=manifest.rehearsal)
    texts = {
        "dictionary.json": _json(entries),
        **{f"dictionary.{lang}.md": wordbook(entries, lang) for lang in LANGUAGES},
        SCORING: ScoringRules.of(brief).model_dump_json(indent=2) + "\n",
        "DATASHEET.md": datasheet(Facts(brief, manifest, own, audit)),
    }
    facts = {name: _write(folder / name, text) for name, text in texts.items()}
    known = manifest.model_copy(update={"files": manifest.files | facts})
    for source in brief.source_names:
        facts |= _descriptors(folder, brief, known, own, source)
    return facts


def _descriptors(
    folder: Path, brief: Brief, manifest: Manifest, organiser: Organiser, source: str
) -> dict[str, FileFacts]:
    """Describe what one source set has, for programs."""
    beside = "" if source == ALL else f"sources/{source}/"
    mine = manifest.files_of(source)
    tables = [
        replace(table, path=table.path.removeprefix(beside))
        for table in resources(folder, brief, mine)
    ]
    (folder / beside).mkdir(parents=True, exist_ok=True)

    def write(name: str, told: Mapping[str, Any]) -> FileFacts:
        facts = _write(folder / beside / name, _json(told))
        return facts.model_copy(update={"sources": (source,)})

    package = write(PACKAGE, data_package(brief, manifest, tables, organiser))
    files = {name.removeprefix(beside): facts for name, facts in mine.items()}
    # Last: it lists the other with its digest.
    listed = croissant(brief, files | {PACKAGE: package}, tables, organiser)
    return {
        f"{beside}{PACKAGE}": package,
        f"{beside}{CROISSANT}": write(CROISSANT, listed),
    }


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _write(place: Path, text: str) -> FileFacts:
    place.write_text(text, "utf-8")
    return FileFacts(sha256=digest(place), bytes=place.stat().st_size)
