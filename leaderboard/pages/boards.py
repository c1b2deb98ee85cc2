"""Write a board as an HTML fragment without a single link.

A fragment holds no form, route or script, so it stands as well in the service's
pages as in a file that a sceptic writes. `challenge.web` puts it in a frame.
What may be shown where is decided before: a view holds only what its reader
may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Self

from leaderboard.charts.axes import axis_over
from leaderboard.pages.figures import ends
from leaderboard.pages.rendering import render
from leaderboard.pages.reports import practice_fragment
from leaderboard.pages.views import BoardView
from leaderboard.ranking import Row

# How far an axis may stretch, so that one wild estimate does not flatten all others.
_SCORES = (-0.05, 1.0)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The rows that were ranked together, as the page lists them.

    Attributes
    ----------
    sources : str
        What these teams had to work with; empty where all teams had the same.
    band, ranked, outside : list of Row
        Leaders that share the lead, the others that rank, and those that do not.
    """

    sources: str
    band: list[Row]
    ranked: list[Row]
    outside: list[Row]

    @classmethod
    def of(cls, sources: str, rows: list[Row]) -> Self:
        """Sort rows into those that lead, that rank and that stand outside."""
        inside = [row for row in rows if row.outside is None]
        leaders = [row for row in inside if row.leading]
        # A band says "cannot be told apart", which one leader alone cannot be.
        band = leaders if len(leaders) > 1 else []
        return cls(
            sources,
            band,
            [row for row in inside if row not in band],
            [row for row in rows if row.outside is not None],
        )


def board_fragment(view: BoardView) -> str:
    """Write the whole board: the ranking, then the practice figures.

    Parameters
    ----------
    view : BoardView
        What the reader may see.

    Returns
    -------
    str
        Safe HTML without links; equal views give equal bytes.

    Raises
    ------
    LanguageUnknownError
        If no page is written in the view's language.
    """
    return ranking_fragment(view) + practice_fragment(view)


def ranking_fragment(view: BoardView) -> str:
    """Write the ranking, from board rows only; the title is its page's.

    Parameters
    ----------
    view : BoardView
        What the reader may see.

    Returns
    -------
    str
        Safe HTML: score with whisker, place range, policy in words, time.

    Raises
    ------
    LanguageUnknownError
        If no page is written in the view's language.
    """
    rows = view.board.rows
    sets = groupby(rows, key=lambda row: view.teams[row.key].sources)
    return render(
        view.language,
        "ranking.html",
        view=view,
        sets=[Ranked.of(sources, [*mine]) for sources, mine in sets],
        axis=axis_over(
            [0.0, *ends(row.score for row in rows)], within=_SCORES, steps=6
        ),
    )
