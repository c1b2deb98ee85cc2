"""Write a board as an HTML fragment without a single link.

A fragment holds no form, route or script, so it stands as well in the service's
pages as in a file that a sceptic writes. `challenge.web` puts it in a frame.
What may be shown where is decided before: a view holds only what its reader
may see.
"""

from __future__ import annotations

from leaderboard.charts.axes import Axis, axis_over
from leaderboard.pages.figures import ends
from leaderboard.pages.rendering import render
from leaderboard.pages.reports import figures_fragment
from leaderboard.pages.standing import Standing, arrange, paginate
from leaderboard.pages.views import BoardView

# How far an axis may stretch, so that one wild estimate does not flatten all others.
_SCORES = (-0.05, 1.0)


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
    return ranking_fragment(view) + figures_fragment(view)


def ranking_fragment(view: BoardView) -> str:
    """Write the ranking, from board rows only; the title is its page's.

    Parameters
    ----------
    view : BoardView
        What the reader may see.

    Returns
    -------
    str
        Safe HTML: score with whisker, place range, policy in words, time; under the
        table why each team stands where it stands.

    Raises
    ------
    LanguageUnknownError
        If no page is written in the view's language.
    """
    return _render(view, arrange(view), compact=False)


def projector_fragments(view: BoardView) -> list[str]:
    """Write the ranking for a screen that a whole room reads, page by page.

    Parameters
    ----------
    view : BoardView
        What everybody may see.

    Returns
    -------
    list of str
        Safe HTML of each page, at most 12 rows on one, all on the same axis; no
        heading, no times and no reasons: the page around it has room for few words.

    Raises
    ------
    LanguageUnknownError
        If no page is written in the view's language.
    """
    pages = paginate(arrange(view))
    return [_render(view, standing, compact=True) for standing in pages]


def _render(view: BoardView, standing: Standing, *, compact: bool) -> str:
    return render(
        view.language,
        "ranking.html",
        view=view,
        sets=standing.sets,
        outside=standing.outside,
        axis=_axis(view),
        compact=compact,
        # Without a reference model, the rule is a model that tells nobody apart.
        rule=None if view.references else 0.0,
    )


def _axis(view: BoardView) -> Axis:
    """One scale for all sets, which holds what their rules stand for."""
    rules = [*view.references.values()] or [0.0]
    scores = ends(row.score for row in view.board.rows)
    return axis_over([*rules, *scores], within=_SCORES, steps=6)
