"""Arrange a ranking as a page lists it: set by set, and in pages for a projector."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Self

from leaderboard.pages.views import BoardView
from leaderboard.ranking import Row

# What fits on one screen of 16:9 beside its heading; a heading takes a line too.
_ROWS, _LINES = 12, 15


@dataclass(frozen=True, slots=True)
class Ranked:
    """Rows that were ranked together.

    Attributes
    ----------
    sources : str
        What these teams had to work with; empty where all teams had the same.
    rows : tuple of Row
        Those that rank; leaders that share the lead come first.
    leaders : int
        How many of them stand in the band; a leader alone is in none, since "cannot
        be told apart" takes two.
    reference : float or None
        Score of the reference model of these sources, where the reader may know it.
    teams : int
        How many teams rank here, on this page and on others.
    """

    sources: str
    rows: tuple[Row, ...]
    leaders: int
    reference: float | None
    teams: int

    @classmethod
    def of(cls, sources: str, rows: Sequence[Row], reference: float | None) -> Self:
        """Put the leaders first, and count them.

        Parameters
        ----------
        sources : str
            As in the class.
        rows : sequence of Row
            Those that rank, in the order of the board.
        reference : float or None
            As in the class.

        Returns
        -------
        Ranked
            With all of them.
        """
        leaders = [row for row in rows if row.leading]
        others = [row for row in rows if not row.leading]
        band = len(leaders) if len(leaders) > 1 else 0
        return cls(sources, (*leaders, *others), band, reference, len(rows))

    @property
    def places(self) -> tuple[int, int]:
        """First and last place that the band shares."""
        band = self.rows[: self.leaders]
        return (
            min(row.place_low or 0 for row in band),
            max(row.place_high or 0 for row in band),
        )

    def cut(self, count: int) -> tuple[Self, Self]:
        """Split after so many rows; both parts keep their heading.

        Parameters
        ----------
        count : int
            Rows of the first part.

        Returns
        -------
        tuple of Ranked
            First part and rest, which may be empty.
        """
        return (
            replace(self, rows=self.rows[:count], leaders=min(self.leaders, count)),
            replace(self, rows=self.rows[count:], leaders=max(self.leaders - count, 0)),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What one page lists.

    Attributes
    ----------
    sets : tuple of Ranked
        In the order of the board; then those in which nobody has a score yet.
    outside : tuple of Row
        Rows of all sets that have no place.
    """

    sets: tuple[Ranked, ...]
    outside: tuple[Row, ...]


def arrange(view: BoardView) -> Standing:
    """Arrange the rows of a board.

    Parameters
    ----------
    view : BoardView
        What the reader may see.

    Returns
    -------
    Standing
        All of it.
    """
    inside = [row for row in view.board.rows if row.outside is None]
    grouped = groupby(inside, key=lambda row: view.teams[row.key].sources)
    found = {sources: [*rows] for sources, rows in grouped}
    named = [*found, *(name for name in view.references if name not in found)]
    return Standing(
        tuple(
            Ranked.of(name, found.get(name, ()), view.references.get(name))
            for name in named
        ),
        tuple(row for row in view.board.rows if row.outside is not None),
    )


def paginate(standing: Standing) -> list[Standing]:
    """Split what is listed into pages for a screen that nobody scrolls.

    Parameters
    ----------
    standing : Standing
        All of it.

    Returns
    -------
    list of Standing
        At least one; each of at most 12 rows, and a set that is split has its
        heading on each page.
    """
    outside = Ranked("", standing.outside, 0, None, len(standing.outside))
    pages: list[list[tuple[Ranked, bool]]] = [[]]
    for part, is_outside in (
        *((ranked, False) for ranked in standing.sets),
        *([(outside, True)] if standing.outside else []),
    ):
        rest = part
        while True:
            room = _room(ranked for ranked, _ in pages[-1])
            if room < min(len(rest.rows), 2) or (room < 1 and pages[-1]):
                pages.append([])
                continue
            head, rest = rest.cut(room)
            pages[-1].append((head, is_outside))
            if not rest.rows:
                break
    return [
        Standing(
            tuple(ranked for ranked, is_outside in parts if not is_outside),
            tuple(row for ranked, out in parts if out for row in ranked.rows),
        )
        for parts in pages
    ]


def _room(parts: Iterable[Ranked]) -> int:
    """Rows that fit under one more heading."""
    held = [len(part.rows) for part in parts]
    return min(_ROWS - sum(held), _LINES - sum(held) - len(held) - 1)
