"""What an organiser writes about a data set: the words that no schema holds.

``DATASHEET.md`` in a challenge folder is a text with a few keys at its head::

    ---
    creator: Gemeente Noorddorp
    licence: https://example.org/challenge/terms
    url: https://example.org/challenge
    date: 2026-11-22
    ---
    ## Motivation
    ...

Text and keys may both be left out.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import Field, ValidationError

from challenge.brief.definition import Brief
from challenge.errors import ContentRefusedError
from challenge.schema import Content, Document, faults_of
from challenge.schema.documents import parse_yaml, read_text

FILE = "DATASHEET.md"
REST = ""
"""Under what `Organiser.parts` keeps text that stands below no heading."""
_HEAD = re.compile(r"\A---\n(.*?)^---\n?", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^## +(\S.*)$", re.MULTILINE)


class Organiser(Content):
    """Who answers for a data set, and what they say about it.

    Attributes
    ----------
    creator : str
        Organisation; empty: the organiser of the challenge, without a name.
    licence : str
        Address of a licence, or the file that holds the terms of use.
    licence_title : str
        What the licence is called.
    url : str
        Page of the challenge; empty if there is none.
    date : date or None
        Of the data set, as the organiser gives it: a release does not know the day.
    contact : str
        Where questions go.
    text : str
        The datasheet's own words, in Markdown.
    """

    creator: str = ""
    licence: str = Field(default="DATASHEET.md", min_length=1)
    licence_title: str = "Terms of use, in the datasheet"
    url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    date: datetime.date | None = None
    contact: str = ""
    text: str = ""

    def creator_of(self, brief: Brief) -> str:
        """Name who made the data set.

        Parameters
        ----------
        brief : Brief
            Gives a name where there is none.

        Returns
        -------
        str
            Never empty.
        """
        return self.creator or f"Organiser of {brief.slug}"

    @property
    def parts(self) -> Mapping[str, str]:
        """The text by its second-level headings, in order, without blank ends."""
        start, *rest = _HEADING.split(self.text)
        pairs = zip(map(str.rstrip, rest[::2]), rest[1::2], strict=True)
        cut = re.sub(r"\A# .*\n", "", start.lstrip())
        parts = {REST: cut.strip(), **{name: text.strip() for name, text in pairs}}
        return MappingProxyType({name: text for name, text in parts.items() if text})


def read_organiser(folder: Path) -> Organiser:
    """Read what the organiser wrote.

    Parameters
    ----------
    folder : Path
        Challenge folder.

    Returns
    -------
    Organiser
        Empty if there is no ``DATASHEET.md``.

    Raises
    ------
    ContentRefusedError
        If the keys at its head cannot be read.
    """
    text = read_text(folder / FILE) if (folder / FILE).is_file() else ""
    head = _HEAD.match(text)
    keys = Document(FILE, {})
    if head and head[1].strip():
        keys = parse_yaml(head[1], FILE, above=1)
    body = text[head.end() :] if head else text
    try:
        return Organiser.model_validate({**keys.data, "text": body})
    except ValidationError as error:
        faults = faults_of(keys, error, Organiser)
        raise ContentRefusedError(faults) from error
