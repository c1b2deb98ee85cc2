"""One row of a table as a picture: a dot with its whisker on a shared axis.

The numbers stand in the other cells of the same row, so these pictures need no
table of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from leaderboard.charts.axes import Axis
from leaderboard.charts.intervals import drawn_ends
from leaderboard.charts.strokes import (
    circle,
    hatch,
    level,
    path,
    picture,
    upright,
    write,
)
from leaderboard.estimates import Estimate

_NONE = "\N{EN DASH}"  # for what is not a number
# Px that rules run on above and below a picture, where its row is the taller one; the
# stylesheet cuts them at the row's edge.
_RUN = 24


@dataclass(frozen=True, slots=True)
class Mark:
    """One row of a picture: an estimate, or the hatch where none may be shown.

    Attributes
    ----------
    title : str
        What a screen reader says: name, value and interval in words.
    estimate : Estimate or None
        None draws the hatched cell of a suppressed figure; a value that is not
        a number draws a dash.
    expected : float or None
        Where the short black rule of the expected value stands.
    others : tuple of float
        Expected values of others, as thin grey rules.
    own : bool
        Draw a ring: the reader's own team.
    muted : bool
        Draw in grey: outside the ranking.
    """

    title: str
    estimate: Estimate | None
    expected: float | None = None
    others: tuple[float, ...] = ()
    own: bool = False
    muted: bool = False


def axis_header(
    axis: Axis,
    *,
    title: str,
    label: Callable[[float], str],
    description: str = "",
) -> Markup:
    """Draw the ticks and their values, for the head of a column.

    Parameters
    ----------
    axis : Axis
        The shared scale.
    title : str
        What the axis measures, in which unit.
    label : callable
        Turns a tick into its text, in the reader's language.
    description : str
        How the marks under it read, for who hears the page.

    Returns
    -------
    Markup
        One ``<svg>`` of 26 px.
    """
    said = Markup("<desc>{}</desc>").format(description) if description else Markup()
    ticks = [
        write("c", axis.at(tick), 15, label(tick))
        + upright("base", axis.at(tick), 21, 26)
        for tick in axis.ticks
    ]
    return picture(26, title, [said, *ticks])


def plain_row(axis: Axis, *, height: int, reference: float | None = None) -> Markup:
    """Let grid and reference run on through a row without a mark.

    Parameters
    ----------
    axis : Axis
        The shared scale.
    height : int
        Height of the row in px.
    reference : float or None
        Where the black rule stands.

    Returns
    -------
    Markup
        One ``<svg>``, hidden from screen readers.
    """
    lines = ground(axis, -_RUN, height + _RUN, reference)
    return Markup('<svg height="{}" aria-hidden="true">{}</svg>').format(
        height, Markup().join(lines)
    )


def reference_row(axis: Axis, *, height: int, reference: float, label: str) -> Markup:
    """Say what the black rule stands for, and start it.

    Parameters
    ----------
    axis : Axis
        The shared scale.
    height : int
        Height of the row in px.
    reference : float
        Where the black rule stands.
    label : str
        What it is, with its value; stands above it, and no grid runs through it.

    Returns
    -------
    Markup
        One ``<svg>``; the rule is left out where the axis does not hold it.
    """
    lines = [*ground(axis, -_RUN, height + _RUN, None)]
    at = axis.at(reference)
    # Words in the middle of the rule stay within the column at either end of it.
    share = axis.share(reference)
    anchor = "" if share < 0.15 else " e" if share > 0.85 else " c"
    lines.append(write("t said" + anchor, at, height - 18, label))
    if axis.holds(reference):
        lines.append(upright("ref", at, height - 10, height + _RUN))
    return picture(height, label, lines)


def mark_row(
    axis: Axis,
    mark: Mark,
    *,
    height: int,
    words: str,
    reference: float | None = None,
) -> Markup:
    """Draw one dot with its whisker, or the hatch, in a table cell.

    Parameters
    ----------
    axis : Axis
        The shared scale.
    mark : Mark
        What to draw.
    height : int
        Height of the row in px.
    words : str
        What stands in a suppressed cell.
    reference : float or None
        Where the black rule stands.

    Returns
    -------
    Markup
        One ``<svg>`` that fills the cell's width.
    """
    lines = ground(axis, -_RUN, height + _RUN, reference)
    return picture(
        height, mark.title, [*lines, *strokes(axis, mark, height / 2, words)]
    )


@lru_cache(maxsize=256)
def ground(
    axis: Axis, top: float, foot: float, reference: float | None
) -> tuple[Markup, ...]:
    """Draw the grid, and the black rule over it.

    Parameters
    ----------
    axis : Axis
        The shared scale.
    top, foot : float
        Ends of the rules, in px.
    reference : float or None
        Where the black rule stands; left out beyond the axis.

    Returns
    -------
    tuple of Markup
        From back to front; kept, since every row of a table has the same.
    """
    lines = [upright("g", axis.at(tick), top, foot) for tick in axis.ticks]
    if reference is not None and axis.holds(reference):
        lines.append(upright("ref", axis.at(reference), top, foot))
    return tuple(lines)


def strokes(axis: Axis, mark: Mark, y: float, absent: str) -> list[Markup]:
    """Draw a mark: hatch with words, or rules, whisker, ring and dot.

    Parameters
    ----------
    axis : Axis
        The shared scale.
    mark : Mark
        What to draw.
    y : float
        Where, in px.
    absent : str
        What stands in a suppressed cell.

    Returns
    -------
    list of Markup
        From back to front.
    """
    if mark.estimate is None:
        return [hatch(y, absent)]
    if math.isnan(mark.estimate.value):
        return [write("c t", "50%", y + 5, _NONE)]
    kind = " off" if mark.muted else ""
    parts = [upright("alt", axis.at(other), y - 7, y + 7) for other in mark.others]
    parts += _whisker(axis, mark.estimate, y, kind)
    if mark.own:
        parts.append(circle("ring", axis.at(mark.estimate.value), y, 9))
    parts.append(_dot(axis, mark.estimate.value, y, kind))
    if mark.expected is not None:
        parts.append(upright("ref", axis.at(mark.expected), y - 11, y + 11))
    return parts


def _whisker(axis: Axis, estimate: Estimate, y: float, kind: str) -> list[Markup]:
    """Interval, with a cap at each end that lies within the axis."""
    ends = drawn_ends(estimate)
    if ends is None:
        return []
    low, high = map(axis.at, ends)
    return [
        level("ci" + kind, y, low, high),
        *(
            upright("ci" + kind, axis.at(end), y - 4, y + 4)
            for end in ends
            if axis.holds(end)
        ),
    ]


def _dot(axis: Axis, value: float, y: float, kind: str) -> Markup:
    """Draw a dot; beyond the axis an arrow at the edge, pointing out."""
    if axis.holds(value):
        return circle("dot" + kind, axis.at(value), y, 5)
    tip = -9 if value < axis.low else 9
    return path("dot" + kind, axis.at(value), y, f"M0 -5L{tip} 0L0 5Z")
