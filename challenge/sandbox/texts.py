"""The small texts of a bundle that the server reads, and the card among them."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

import yaml

from challenge.errors import BundleRefusedError
from challenge.sandbox.printable import find_invisible

# A signature of a thousand columns takes a third of this; parsing it takes 2 s.
_MOST_BYTES = 256 * 1024
_MOST_TITLE = 200
_SLUG = re.compile(r"[a-z][a-z0-9-]{0,63}")
_READ_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Card:
    """What a team says of its model.

    Attributes
    ----------
    text : str
        The whole ``CARD.md``; empty if there is none.
    title : str
        From the front matter; empty if there is none.
    baseline : str or None
        Slug of the baseline that this is, from the front matter.
    """

    text: str = ""
    title: str = ""
    baseline: str | None = None


def read_card(archive: zipfile.ZipFile) -> Card:
    """Read ``CARD.md`` and its front matter; a bundle without one may run.

    Parameters
    ----------
    archive : ZipFile
        A bundle whose names and sizes were checked.

    Returns
    -------
    Card
        Empty if there is none.

    Raises
    ------
    BundleRefusedError
        ``card-unreadable``.
    """
    text = read_text(archive, "CARD.md", "card-unreadable")
    if text is None:
        return Card()
    if "\0" in text:
        raise unreadable("CARD.md", "card-unreadable", "It holds a NUL character.")
    front = _parse_front_matter(text)
    baseline = _text(front, "baseline")
    if baseline and not _SLUG.fullmatch(baseline):
        raise unreadable(
            "CARD.md",
            "card-unreadable",
            f"Its 'baseline' is {baseline[:80]!r}, which is not the name of one.",
            hint="Use at most 64 small letters, digits and hyphens, a letter first,"
            " as in `logistic`; or leave the line out.",
        )
    return Card(text, _text(front, "title"), baseline or None)


def _parse_front_matter(card: str) -> dict[str, Any]:
    """Parse the YAML between the first two ``---`` lines, if the card starts so."""
    lines = card.splitlines()
    if not lines or lines[0].rstrip() != "---":
        return {}
    for end, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            text = "\n".join(lines[1:end])
            return parse_mapping(text, "CARD.md", "card-unreadable", above=1)
    raise unreadable("CARD.md", "card-unreadable", "Its front matter has no end.")


def _text(front: dict[str, Any], key: str) -> str:
    value = front.get(key, "")
    if not isinstance(value, str) or len(value) > _MOST_TITLE:
        problem = f"Its {key!r} is not a text of at most {_MOST_TITLE} characters."
        raise unreadable("CARD.md", "card-unreadable", problem)
    value = " ".join(value.split())
    invisible = find_invisible(value)
    if invisible is not None:
        raise unreadable(
            "CARD.md",
            "card-unreadable",
            f"Its {key!r} holds the character {invisible}, which cannot be seen.",
            hint=f"Write {key!r} anew, with visible characters and spaces only.",
        )
    return value


def read_text(archive: zipfile.ZipFile, name: str, slug: str) -> str | None:
    """Read one small text in memory.

    Parameters
    ----------
    archive : ZipFile
        A bundle whose names and sizes were checked.
    name : str
        Of the entry.
    slug : str
        What to call a refusal.

    Returns
    -------
    str or None
        None if it is not there.

    Raises
    ------
    BundleRefusedError
        With `slug`, if it is damaged, larger than 256 KiB or not UTF-8.
    """
    try:
        with archive.open(name) as file:
            data = file.read(_MOST_BYTES + 1)
    except KeyError:
        return None
    except _READ_ERRORS as error:
        raise unreadable(name, slug, "Its compressed data are damaged.") from error
    if len(data) > _MOST_BYTES:
        raise unreadable(name, slug, f"It is larger than {_MOST_BYTES // 1024} KiB.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable(name, slug, "It is not UTF-8 text.") from error


def parse_mapping(text: str, name: str, slug: str, *, above: int = 0) -> dict[str, Any]:
    """Parse YAML to strings, lists and mappings.

    The base loader makes no objects, numbers or dates, and unlike the safe loader
    it expands no merge keys, which can be nested until they fill the memory.

    Parameters
    ----------
    text : str
        At most 256 KiB of it.
    name : str
        Of the entry that it stands in.
    slug : str
        What to call a refusal.
    above : int
        Lines of the entry before it.

    Returns
    -------
    dict of str to Any
        Empty for an empty text.

    Raises
    ------
    BundleRefusedError
        With `slug`, if it is not YAML or not a mapping.
    """
    try:
        value = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (only strings)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise unreadable(name, slug, _why_no_yaml(error, above)) from error
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise unreadable(name, slug, "It is not a mapping of names to values.")
    return value


def _why_no_yaml(error: Exception, above: int) -> str:
    """Say at which line the text stops being YAML, where that is known."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return "It is not valid YAML."
    line = error.problem_mark.line + 1 + above
    # A name of the team's own may stand in it, as long as they like.
    return f"It is not valid YAML, at line {line}: {str(error.problem)[:80]}."


def unreadable(
    name: str, slug: str, problem: str, *, hint: str = ""
) -> BundleRefusedError:
    """Say that an entry of a bundle cannot be read.

    Parameters
    ----------
    name : str
        Of the entry.
    slug : str
        What to call the refusal.
    problem : str
        What is wrong with it, as a full sentence.
    hint : str
        How to mend it; by default, by making it anew.

    Returns
    -------
    BundleRefusedError
        To be raised.
    """
    return BundleRefusedError(
        slug,
        f"{name} cannot be read. {problem}",
        hint=hint
        or f"Open {name} in a text editor and mend it, or make the bundle anew"
        " with `challenge.client.package`.",
    )
