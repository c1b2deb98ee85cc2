"""Words for families and for results that nobody should read: found in any text.

``wording.toml`` beside this module lists them, with what to say instead.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from challenge.errors import Fault
from challenge.schema.documents import Document
from challenge.schema.lines import Location

_QUOTED = {"reference", "finding"}
"""Keys under which somebody else may be quoted."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A word in a text that we do not use.

    Attributes
    ----------
    found : str
        As it stands there.
    start : int
        Where, in characters from the start.
    say, reason : mapping of str to str
        What to say instead, and why, by language.
    """

    found: str
    start: int
    say: Mapping[str, str]
    reason: Mapping[str, str]


def slips(text: str) -> Iterator[Slip]:
    """Find the words that we do not use.

    Parameters
    ----------
    text : str
        Of any length, in Dutch or in English.

    Yields
    ------
    Slip
        Each of them, in the order of the list.

    Examples
    --------
    >>> [slip.say["en"] for slip in slips("A risk score.")]
    ['estimated probability (synthetic)']
    """
    allowed, forbidden = _expressions()
    fine = [match.span() for phrase in allowed for match in phrase.finditer(text)]
    for pattern, word in forbidden:
        for match in pattern.finditer(text):
            if not any(a <= match.start() and match.end() <= b for a, b in fine):
                yield Slip(match[0], match.start(), word["say"], word["reason"])


def wording_faults(document: Document) -> list[Fault]:
    """List the words in a file that people should not get to read.

    Parameters
    ----------
    document : Document
        Its keys count too, since levels are keys; titles of publications do not.

    Returns
    -------
    list of Fault
        With what to say instead, in the language of the text where that is known.
    """
    faults = []
    for where, text in _texts(document.data):
        for slip in slips(text):
            say = slip.say.get(str(where[-1])) or " / ".join(slip.say.values())
            problem = f"“{slip.found}” is a word that we do not use."
            problem += f" {slip.reason['en']}"
            repair = f"Say: {say}."
            faults.append(document.fault(where, "wording-forbidden", problem, repair))
    return faults


@cache
def _expressions() -> tuple[
    list[re.Pattern[str]], list[tuple[re.Pattern[str], dict[str, Any]]]
]:
    """Read what is allowed, and what is forbidden, once."""
    listed = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    allowed = [_expression(entry["phrase"]) for entry in listed["allow"]]
    forbidden = [
        (_expression(pattern), word)
        for word in listed["word"]
        for pattern in word["forbidden"]
    ]
    return allowed, forbidden


def _expression(pattern: str) -> re.Pattern[str]:
    """Compile to whole words in any case; a space may be a line break."""
    words = pattern.replace(" ", r"\s+")
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)


def _texts(node: Any, where: Location = ()) -> Iterator[tuple[Location, str]]:
    """Give each text and each key in a file with its place; an underscore parts."""
    if isinstance(node, str):
        yield where, node.replace("_", " ")
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _texts(item, (*where, index))
    elif isinstance(node, dict):
        for key, item in node.items():
            if key in _QUOTED:
                continue
            if isinstance(key, str):
                yield (*where, key), key.replace("_", " ")
            yield from _texts(item, (*where, key))
