"""Bounds on what people write, so that whatever is read can be drawn and written.

They lie far outside what anybody means; what is beyond them is a slip or an attempt
to make a build hang.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from challenge.schema.lines import DEEPEST, Location

LARGEST = 10**12
"""No number in content, and none that is drawn, is larger: sums over columns and rows
then stay below 2**53, up to which a float holds every whole number."""

SMALLEST = 1e-9
"""What has to be above 0 is at least this, so that one can divide by it."""

STRONGEST = 5
"""No effect, its spread or that of areas is more log-odds: an odds ratio of e**5 = 148
is beyond anything published about families, and would make the outcome follow from one
column."""

MOST_BYTES = 2**20
"""The largest schema is some 20 kB; what is larger was not written by hand."""

MOST_LEVELS = 500
"""More than the Netherlands has municipalities; a column of more is no category."""

MOST_ROWS = 120
"""Rows of one household in one table: one a month for ten years."""

MOST_HOUSEHOLDS = 100_000_000
"""In one set: ten times those of the Netherlands. Neighbourhoods are planned in memory
before any row is drawn, so a row too many is a hang and no message."""

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters would act on a terminal; half characters cannot be written."""

ENDLESS = (
    "number-too-long",
    "This number has more digits than anything here can have.",
    "Write a shorter one.",
)
"""Slug, problem and repair of a number that is too long even to be shown."""


def unsound(
    node: object, where: Location = ()
) -> Iterator[tuple[Location, str, str, str]]:
    """Find what could be read, and not be walked through, shown or written again.

    Parameters
    ----------
    node : object
        What a file holds, or a part of it.
    where : tuple of str and int
        Path of the part.

    Yields
    ------
    tuple of (tuple of str and int) and three str
        Place, and slug, problem and repair as in `challenge.errors.Fault`.
    """
    if len(where) > DEEPEST:
        problem = f"Keys and lists lie inside one another more than {DEEPEST} deep."
        repair = "Take it out: nothing here needs so many levels."
        yield where[:3], "nesting-too-deep", problem, repair
    elif isinstance(node, str) and UNPRINTABLE.search(node):
        problem = "This text has a character that cannot be shown."
        yield where, "text-unprintable", problem, "Type the text again."
    elif isinstance(node, int) and node.bit_length() > 64:
        yield where, *ENDLESS
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from unsound(item, (*where, index))
    elif isinstance(node, dict):
        for key, item in node.items():
            yield from unsound(key, where)
            yield from unsound(item, (*where, key))
