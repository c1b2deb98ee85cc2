"""The documents that go with the tables of a release, written all at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from challenge.brief.definition import Brief
from challenge.synthesis.croissant import croissant
from challenge.synthesis.datapackage import data_package
from challenge.synthesis.datasheet import Facts, datasheet
from challenge.synthesis.dictionary import dictionary
from challenge.synthesis.manifest import FileFacts, Manifest
from challenge.synthesis.organiser import Organiser
from challenge.synthesis.release import digest
from challenge.synthesis.resources import resources
from challenge.synthesis.wordbook import LANGUAGES, wordbook


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
    which a draft does not know yet, is in any of them.

    Parameters
    ----------
    folder : Path
        The ``public`` folder with every table in it.
    brief : Brief
        With its partners.
    manifest : Manifest
        Names the tables; its day and version are not used.
    organiser : Organiser, optional
        What no schema holds, see `challenge.synthesis.organiser.read_organiser`.
    audit : sequence of str
        What the audit found, one English sentence each.

    Returns
    -------
    dict of str to FileFacts
        The documents, by path under `folder`; not those that were there.
    """
    own, entries = organiser or Organiser(), dictionary(brief)
    tables = resources(folder, brief, manifest.files)
    texts = {
        "dictionary.json": _json(entries),
        **{f"dictionary.{lang}.md": wordbook(entries, lang) for lang in LANGUAGES},
        "DATASHEET.md": datasheet(Facts(brief, manifest, own, audit)),
        "datapackage.json": _json(data_package(brief, manifest, tables, own)),
    }
    facts = {name: _write(folder / name, text) for name, text in texts.items()}
    # Last: it lists the others with their digests.
    whole = croissant(brief, {**manifest.files, **facts}, tables, own)
    return facts | {"croissant.json": _write(folder / "croissant.json", _json(whole))}


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _write(place: Path, text: str) -> FileFacts:
    place.write_text(text, "utf-8")
    return FileFacts(sha256=digest(place), bytes=place.stat().st_size)
