"""The starter kit as a folder: what stands in it beside the data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from challenge.kit.notebooks import notebook_files
from challenge.kit.steps import all_steps
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE, REHEARSAL
from challenge.writing import whole

DATA = "data"
"""Folder of the data, in the kit."""
SCRIPT = "first_model.py"
RECORD = ".kit.json"
"""What the kit wrote, by digest: what still has it nobody changed."""
# File in the kit to the template that it is made from.
_TEMPLATES = {
    SCRIPT: "first_model.py.j2",
    "README.md": "README.md.j2",
    "LEESMIJ.md": "LEESMIJ.md.j2",
    ".gitignore": "gitignore.j2",
}
# Where the organiser's address is not known beforehand.
_SOMEWHERE = "https://SITE"


@dataclass(frozen=True, slots=True)
class About:
    """What a kit is for.

    Attributes
    ----------
    title : mapping of str to str
        Of the challenge, by language.
    release : str
        ``slug/version``.
    site : str
        Address of the server without a last slash; empty: not known.
    is_rehearsal : bool
        Whether somebody typed the seed of the release.
    """

    title: Mapping[str, str]
    release: str
    site: str = ""
    is_rehearsal: bool = False


class Laid(NamedTuple):
    """What became of the files of a kit.

    Attributes
    ----------
    written, kept : list of str
        Those that were written, and those that somebody had changed.
    """

    written: list[str]
    kept: list[str]


def kit_files(about: About) -> dict[str, bytes]:
    """Write everything of a kit but its data.

    Parameters
    ----------
    about : About
        What the kit is for.

    Returns
    -------
    dict of str to bytes
        Path in the kit to content; the same facts give the same bytes.
    """
    written = notebook_files()
    texts = starter()
    facts: dict[str, object] = {
        "notice": NOTICE,
        "forbidden_use": FORBIDDEN_USE,
        "rehearsal": REHEARSAL if about.is_rehearsal else None,
        "title": about.title,
    }
    script = texts.get_template(_TEMPLATES[SCRIPT]).render(facts)
    facts |= {
        "release": about.release,
        "lines": script.count("\n"),
        "steps": "\n".join(all_steps(about.site or _SOMEWHERE)),
    }
    for name, template in _TEMPLATES.items():
        written[name] = texts.get_template(template).render(facts).encode()
    digests = {name: _digest(written[name]) for name in sorted(written)}
    return written | {RECORD: (json.dumps(digests, indent=1) + "\n").encode()}


def starter() -> Environment:
    """Open the texts that a kit and a stick are written from.

    Returns
    -------
    Environment
        A fact that is missing is an error.
    """
    return Environment(
        loader=PackageLoader("challenge.kit", "starter"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        autoescape=False,  # noqa: S701  (Markdown and Python, no HTML)
    )


def lay_out(folder: Path, files: Mapping[str, bytes]) -> Laid:
    """Put the files of a kit in a folder; what a team changed stays as it is.

    Parameters
    ----------
    folder : Path
        Made where there is none.
    files : mapping of str to bytes
        As `kit_files` gives them.

    Returns
    -------
    Laid
        What was written and what was kept, in the order of the files.
    """
    known = _read_record(folder / RECORD)
    laid = Laid([], [])
    for name, content in files.items():
        place = folder / name
        found = _digest(place.read_bytes()) if place.is_file() else None
        if found == _digest(content):
            continue
        if name != RECORD and found not in (None, known.get(name)):
            laid.kept.append(name)
            continue
        _write(place, content)
        laid.written.append(name)
    return laid


def _read_record(place: Path) -> dict[str, str]:
    """Read what an earlier kit wrote; what cannot be read says nothing."""
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with whole(place) as file:
        file.write(content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
