"""Write a board and a scorecard as HTML fragments without a single link.

A fragment holds no form, route or script, so it stands as well in the service's
pages as in a file that a sceptic writes. `challenge.web` puts it in a frame.
What may be shown where is decided before: a view holds only what its reader
may see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from typing import Self

from jinja2 import Environment, PackageLoader, StrictUndefined

from leaderboard import charts
from leaderboard.charts.axes import Axis, axis_over
from leaderboard.language import Labels, language
from leaderboard.pages import figures
from leaderboard.pages.figures import ends
from leaderboard.pages.views import BoardView, ScorecardView, TeamLine
from leaderboard.ranking import Row
from leaderboard.scorecard import GroupMeasure, Scorecard

__all__ = [
    "BoardView",
    "ScorecardView",
    "TeamLine",
    "board_fragment",
    "practice_fragment",
    "ranking_fragment",
    "scorecard_fragment",
]

# How far an axis may stretch, so that one wild estimate does not flatten all others.
_SCORES = (-0.05, 1.0)
_SHARES = (0.0, 1.0)
_RATIOS = (0.0, 3.0)


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
    return _render(
        view.language,
        "ranking.html",
        view=view,
        sets=[Ranked.of(sources, [*mine]) for sources, mine in sets],
        axis=axis_over(
            [0.0, *ends(row.score for row in rows)], within=_SCORES, steps=6
        ),
    )


def practice_fragment(view: BoardView) -> str:
    """Write gaps, groups and areas, from practice rows only.

    Parameters
    ----------
    view : BoardView
        What the reader may see.

    Returns
    -------
    str
        Safe HTML under the practice tag; empty without practice scorecards.

    Raises
    ------
    LanguageUnknownError
        If no page is written in the view's language.
    """
    entries = view.entries
    if not entries:
        return ""
    labels = Labels(view.labels, language(view.language))
    focus = next((entry for entry in entries if entry.own), entries[0])
    cards = [entry.card for entry in entries]
    gaps = figures.gap_lines(entries, labels)
    return _render(
        view.language,
        "practice.html",
        entries=entries,
        gaps=gaps,
        gap_axis=axis_over(
            [0.0, *ends(gap for card in cards for gap in card.gaps.values())],
            within=_SHARES,
        ),
        panels=figures.panels(entries, labels),
        missed_axis=_missed_axis(cards),
        focus=focus,
        areas=figures.area_marks(
            focus.card, labels.language, [c for c in cards if c is not focus.card]
        ),
        area_axis=_area_axis(cards),
    )


def scorecard_fragment(view: ScorecardView) -> str:
    """Write everything that is known about one submission.

    Parameters
    ----------
    view : ScorecardView
        What the reader may see.

    Returns
    -------
    str
        Safe HTML: headline figures, groups, areas and the policy in sentences.

    Raises
    ------
    LanguageUnknownError
        If no page is written in the view's language.
    """
    card, labels = view.scorecard, Labels(view.labels, language(view.language))
    groups: dict[str, list[GroupMeasure]] = {}
    for group in card.groups:
        groups.setdefault(group.attribute, []).append(group)
    ratios = ends(group.observed_expected for group in card.groups)
    return _render(
        view.language,
        "scorecard.html",
        view=view,
        card=card,
        labels=labels,
        groups=groups,
        ratio_axis=axis_over([0.8, 1.2, *ratios], within=_RATIOS),
        missed_axis=_missed_axis([card]),
        areas=figures.area_marks(card, labels.language),
        area_axis=_area_axis([card]),
    )


def _missed_axis(cards: Sequence[Scorecard]) -> Axis:
    rates = [group.false_negative_rate for card in cards for group in card.groups]
    return axis_over(ends(rates), within=_SHARES, steps=4)


def _area_axis(cards: Sequence[Scorecard]) -> Axis:
    areas = [area for card in cards for area in card.areas]
    shares = [area.expected for area in areas if area.expected is not None]
    observed = ends(area.observed for area in areas)
    return axis_over([0.0, *shares, *observed], within=_SHARES)


def _render(slug: str, name: str, **context: object) -> str:
    return _environment(slug).get_template(name).render(context)


@cache
def _environment(slug: str) -> Environment:
    """Templates of one language, with its forms of numbers as filters."""
    words = language(slug)
    environment = Environment(
        autoescape=True,
        loader=PackageLoader("leaderboard"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": words.number,
        "count": words.count,
        "interval": words.interval,
        "moment": words.moment,
    }
    # Jinja's own `count` is a second name for `length`, which we use.
    environment.globals |= {
        "t": words.texts,
        "words": words,
        "draw": charts,
        "figures": figures,
        "replace": replace,
        "hundred": lambda tick: words.number(tick, 0, 100),
    }
    return environment
