"""Write a board and a scorecard as HTML fragments without a single link.

A fragment holds no form, route or script, so it stands as well in the service's
pages as in a file that a sceptic writes. `challenge.web` puts it in a frame.
What may be shown where is decided before: a view holds only what its reader
may see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from leaderboard import charts, figures
from leaderboard.axes import Axis, axis_over
from leaderboard.figures import Entry, ends
from leaderboard.language import Labels, language
from leaderboard.ranking import Board
from leaderboard.scorecard import GroupMeasure, Scorecard

# How far an axis may stretch, so that one wild estimate does not flatten all others.
_SCORES = (-0.05, 1.0)
_SHARES = (0.0, 1.0)
_RATIOS = (0.0, 3.0)


@dataclass(frozen=True, slots=True)
class TeamLine:
    """What stands beside a row of the board that no scorecard knows.

    Attributes
    ----------
    name : str
        Name of the team.
    title : str
        Title of the submission, from its card; may be empty.
    at : datetime
        When the shown submission came in; aware.
    submissions : int
        How many the team has had scored.
    baseline : str or None
        Slug of the organisers' example that this is.
    own : bool
        Whether the reader belongs to this team.
    """

    name: str
    title: str
    at: datetime
    submissions: int
    baseline: str | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class BoardView:
    """What one reader may see of the board.

    Attributes
    ----------
    board : Board
        The ranking on the board rows.
    teams : mapping of str to TeamLine
        One per row of the board, by its key.
    challenge : str
        Title of the challenge, in `language`.
    updated_at : datetime
        When the board last changed; aware, and its zone is the page's zone.
    language : str
        ``"nl"`` or ``"en"``.
    practice : mapping of str to Scorecard
        Published scorecards of the practice rows, by key of the board's rows.
        Leave it empty for jurors: they see no practice figures.
    labels : mapping of str to str
        Words for attributes (``"household_type"``) and their levels
        (``"household_type.single_parent"``); what is absent shows as it is.
    """

    board: Board
    teams: Mapping[str, TeamLine]
    challenge: str
    updated_at: datetime
    language: str = "nl"
    practice: Mapping[str, Scorecard] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Teams that have practice figures, in the order of the board."""
        return tuple(
            Entry(
                self.teams[row.key].name,
                self.practice[row.key],
                own=self.teams[row.key].own,
                outside=row.outside is not None,
            )
            for row in self.board.rows
            if row.key in self.practice
        )


@dataclass(frozen=True, slots=True)
class ScorecardView:
    """What one reader may see of one submission.

    Attributes
    ----------
    scorecard : Scorecard
        Published practice rows for the team, exact board rows for organiser and
        auditor.
    team : str
        Whose submission.
    title : str
        From its card; may be empty.
    rows_kind : {"practice", "board"}
        Which rows, said on the page.
    language : str
        ``"nl"`` or ``"en"``.
    labels : mapping of str to str
        As in `BoardView`.
    """

    scorecard: Scorecard
    team: str
    title: str
    rows_kind: Literal["practice", "board"]
    language: str = "nl"
    labels: Mapping[str, str] = field(default_factory=dict)


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
    """Write title and ranking, from board rows only.

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
    ranked = [row for row in rows if row.outside is None]
    leaders = [row for row in ranked if row.leading]
    # A band says "cannot be told apart", which one leader alone cannot be.
    band = leaders if len(leaders) > 1 else []
    return _render(
        view.language,
        "ranking.html",
        view=view,
        band=band,
        ranked=[row for row in ranked if row not in band],
        outside=[row for row in rows if row.outside is not None],
        axis=axis_over([0.0, *ends(row.score for row in rows)], within=_SCORES),
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
        "percent": lambda tick: words.number(tick, 0, 100, "%"),
        "hundred": lambda tick: words.number(tick, 0, 100),
    }
    return environment
