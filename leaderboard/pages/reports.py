"""Write gaps, groups and areas of all teams, and the report of one submission."""

from __future__ import annotations

from itertools import groupby

from leaderboard.charts.axes import axis_over
from leaderboard.labels import Labels
from leaderboard.language import language
from leaderboard.pages import pictures
from leaderboard.pages.figures import ends
from leaderboard.pages.rendering import render
from leaderboard.pages.views import BoardView, ScorecardView

# How far an axis may stretch, so that one wild estimate does not flatten all others.
_SHARES = (0.0, 1.0)
_RATIOS = (0.0, 3.0)


def figures_fragment(view: BoardView) -> str:
    """Write gaps, groups and areas, of the rows that the view's figures are from.

    Parameters
    ----------
    view : BoardView
        What the reader may see.

    Returns
    -------
    str
        Safe HTML; of practice rows each picture stands under their tag. Empty
        without figures.

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
    practice = view.figures_from == "practice"
    areas = pictures.draw_areas(
        focus.card, focus.name, labels.language, practice=practice
    )
    return render(
        view.language,
        "figures.html",
        focus=focus,
        intro=f"figures_intro_{view.figures_from}",
        excess=pictures.has_excess(entries),
        teams=pictures.draw_teams(entries, labels, practice=practice),
        groups=pictures.draw_groups(entries, labels, practice=practice),
        areas=areas,
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
        Safe HTML: headline figures, pictures, groups, areas and the policy in
        sentences.

    Raises
    ------
    LanguageUnknownError
        If no page is written in the view's language.
    """
    card, labels = view.scorecard, Labels(view.labels, language(view.language))
    groups = groupby(card.groups, key=lambda group: group.attribute)
    ratios = ends(group.observed_expected for group in card.groups)
    rates = ends(group.false_negative_rate for group in card.groups)
    return render(
        view.language,
        "scorecard.html",
        view=view,
        card=card,
        labels=labels,
        groups={attribute: [*levels] for attribute, levels in groups},
        ratio_axis=axis_over([0.8, 1.2, *ratios], within=_RATIOS),
        missed_axis=axis_over(rates, within=_SHARES, steps=4),
        pictures=pictures.draw_card(view, labels.language),
    )
