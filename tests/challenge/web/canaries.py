"""Who may learn what, from which phase on: DESIGN §7 as a table, and how to look.

Everything that is planted belongs to the team Zwaluw, the juror Ans or the house; a
row of the table says who may find it, and the tests hold both: nobody else finds it
anywhere, and whoever may, does.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pyarrow.parquet as pq

# Phases in their order; `decided` is phase jury with a closed panel and a verdict.
PHASES = ("draft", "practice", "open", "frozen", "jury", "decided", "closed")
READERS = {
    "visitor": None,
    "own": "Zwaluw",
    "other": "Grutto",
    "barred": "Wulp",
    "ans": "Ans",
    "bo": "Bo",
    "chair": "Chris",
    "organiser": "Organisatie",
    "partner": "Bron",
    "auditor": "Toezicht",
}
GROUPS = {
    "all": tuple(READERS),
    "desk": ("organiser", "auditor"),
    "room": ("ans", "bo", "chair", "organiser", "auditor"),
    "jurors": ("ans", "bo", "chair"),
}
# Item, and who may find it from which phase on (from the first, where none is named).
# With a question mark somebody may, and need not: it stands behind a page or a file
# that has another way in.
TABLE = """
board-exact             desk
final-exact             desk
external-exact          desk
replicates              desk
board-groups            desk
true-risk
row-ids
hidden-labels
hidden-features
effects
seed
salt
run-id                  desk?
submission-id           own desk
refused-title           own desk
refused-note            own desk?
refused-message         own desk
refused-log             own desk?
bundle-sha256           own desk
card                    own? desk?
disqualified-why        own? desk?
help-text               own desk
help-code               own desk
help-answer             own desk
pitch-title             own room all@closed
pitch-text              own room all@closed
pitch-canvas            own room
pitch-link              own room
pitch-pdf               own room
interpretation          own room
ballot-note             ans desk own@closed room@decided?
ballot-draft            ans
private-note            ans
recusal-reason          desk ans?
conflict-reason         ans? desk? chair?
juror-name              ans desk chair?
audit-detail            desk
incident-path           desk
announcement            all
withdrawn-announcement  desk?
rescoring-reason        desk
barred-why              barred desk
token-label             own
token-start             own
token-hash
password-hash
session-hash
invitation-hash
invitation-name         desk
verdict-reasons         room@decided all@closed
lesson                  room all@closed
withdrawn-lesson        desk?
worker-name             desk?
"""


@dataclass(frozen=True)
class Rule:
    """Who may find one item from which phase on, and who has to."""

    since: dict[str, int]
    must: frozenset[str]

    def permits(self, reader: str, phase: str) -> bool:
        """Tell whether a reader may find it in a phase."""
        first = self.since.get(reader, len(PHASES))
        return PHASES.index(phase) >= first


def read_table(text: str = TABLE) -> dict[str, Rule]:
    """Read the table: item to rule."""
    return {
        line.split()[0]: _rule(line.split()[1:]) for line in text.split("\n") if line
    }


def _rule(words: Iterable[str]) -> Rule:
    since: dict[str, int] = {}
    must: set[str] = set()
    for word in words:
        name, _, phase = word.rstrip("?").partition("@")
        for reader in GROUPS.get(name, (name,)):
            first = PHASES.index(phase or PHASES[0])
            since[reader] = min(first, since.get(reader, first))
            if not word.endswith("?"):
                must.add(reader)
    return Rule(since, frozenset(must))


@dataclass(frozen=True)
class Planted:
    """How one item is found: by words, or by numbers finer than may be shown."""

    words: tuple[str, ...] = ()
    numbers: frozenset[str] = frozenset()


def fine(values: Iterable[float]) -> Planted:
    """Seek numbers with more than three decimals, and as percentages with three.

    Both as they are rounded and as they are cut off.
    """
    found: set[str] = set()
    for value in map(abs, values):
        for factor, digits in ((1, 4), (100, 3)):
            rounded = f"{value * factor:.{digits}f}"
            cut = f"{value * factor:.9f}"[: digits - 9]
            # What ends in 0 may be what everybody sees.
            found |= {one for one in (rounded, cut) if not one.endswith("0")}
    return Planted(numbers=frozenset(found))


def texts_of(answer: httpx.Response) -> Iterator[str]:
    """Give all that an answer says: headers, body, and what is packed in it."""
    yield "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    yield from unpacked(answer.content)


def unpacked(content: bytes, depth: int = 4) -> Iterator[str]:
    """Give what bytes say, and what is packed in them: whatever begins as it does.

    Zips, gzip, the streams of a PDF and the columns of a Parquet file, also inside one
    another.
    """
    if content.startswith(b"PK\x03\x04") and depth:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield "\n".join(archive.namelist())
            for name in archive.namelist():
                yield from unpacked(archive.read(name), depth - 1)
    elif content.startswith(b"\x1f\x8b") and depth:
        yield from unpacked(gzip.decompress(content), depth - 1)
    elif content.startswith(b"PAR1"):
        table = pq.read_table(io.BytesIO(content))
        for column in table.column_names:
            yield column
            yield "\n".join(map(str, table[column].to_pylist()))
    else:
        yield content.decode("utf-8", "replace")
        if content.startswith(b"%PDF-"):
            yield from _streams(content)


def _streams(pdf: bytes) -> Iterator[str]:
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            yield zlib.decompress(stream).decode("utf-8", "replace")


def texts_in(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Give what each file of a folder says, its name included."""
    for place in sorted(folder.rglob("*")):
        if place.is_file():
            name = place.relative_to(folder).as_posix()
            yield name, [name, *unpacked(place.read_bytes())]


class Finder:
    """Looks for every planted item at once."""

    def __init__(self, planted: dict[str, Planted]) -> None:
        self._words = [(word, i) for i, p in planted.items() for word in p.words]
        self._numbers: dict[str, set[str]] = {}
        for item, sought in planted.items():
            for number in sought.numbers:
                self._numbers.setdefault(number, set()).add(item)

    def find(
        self, texts: Iterable[str], *, is_code: bool = False, least: int = 1
    ) -> set[str]:
        """Name the items that stand in these texts; code has numbers of its own.

        Of an item's numbers so many have to be there: among thousands of numbers one
        is another's by chance.
        """
        found: set[str] = set()
        seen: dict[str, set[str]] = {}
        for text in texts:
            found |= {item for word, item in self._words if word in text}
            for whole, rest in set(() if is_code else _FINE.findall(text)):
                for digits in (3, 4):
                    number = f"{whole}.{rest[:digits]}"
                    for item in self._numbers.get(number, ()):
                        seen.setdefault(item, set()).add(number)
        return found | {item for item, those in seen.items() if len(those) >= least}


# With a point or a comma.
_FINE = re.compile(r"(?<![\d.,])(?<!\d:)(\d+)[.,](\d{3,})")
