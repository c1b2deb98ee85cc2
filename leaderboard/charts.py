"""Draw estimates with their intervals as SVG that needs no script and no font.

Every picture is fluid: `x` is a percentage, `y` is in pixels, so text never
scales and one shared axis lines up over all rows. Colours are CSS classes, so
dark, print and forced-colour modes cost nothing here. A picture names itself
in a ``<title>``; the same numbers always stand in a table beside it. Equal
input gives equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from markupsafe import Markup

from leaderboard.axes import Axis
from leaderboard.scorecard import Estimate

LINE_HEIGHT = 30
"""Height in px of one team's line in a panel of small multiples."""


class Named(Protocol):
    """What a name column needs to know of a team."""

    @property
    def name(self) -> str:
        """Name of the team."""

    @property
    def own(self) -> bool:
        """Whether it is the reader's own."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One row of a picture: an estimate, or the hatch where none may be shown.

    Attributes
    ----------
    title : str
        What a screen reader says: name, value and interval in words.
    estimate : Estimate or None
        None draws the hatched cell of a suppressed figure.
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


def axis_header(axis: Axis, *, title: str, label: Callable[[float], str]) -> Markup:
    """Draw the ticks and their values, for the head of a column.

    Parameters
    ----------
    axis : Axis
        The shared scale.
    title : str
        What the axis measures, in which unit.
    label : callable
        Turns a tick into its text, in the reader's language.

    Returns
    -------
    Markup
        One ``<svg>`` of 26 px.
    """
    ticks = [
        Markup('<text class="c" x="{x}" y="15">{text}</text>').format(
            x=axis.at(tick), text=label(tick)
        )
        + _upright("base", axis.at(tick), 21, 26)
        for tick in axis.ticks
    ]
    return _picture(26, title, ticks)


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
    lines = _ground(axis, -6, height + 6, reference)
    return Markup('<svg height="{}" aria-hidden="true">{}</svg>').format(
        height, Markup().join(lines)
    )


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
    ground = _ground(axis, -6, height + 6, reference)
    return _picture(
        height, mark.title, [*ground, *_mark(axis, mark, height / 2, words)]
    )


def panel(
    axis: Axis,
    marks: Sequence[Mark],
    *,
    title: str,
    words: str,
    label: Callable[[float], str],
) -> Markup:
    """Draw one small multiple: a line per team over a shared axis.

    Parameters
    ----------
    axis : Axis
        The same for every panel that is compared.
    marks : sequence of Mark
        One per team, in the order of the board.
    title : str
        What the panel shows, for which group.
    words : str
        What stands in a suppressed cell.
    label : callable
        Turns a tick into its text, in the reader's language.

    Returns
    -------
    Markup
        One ``<svg>`` of ``30 * len(marks) + 26`` px.
    """
    foot = LINE_HEIGHT * len(marks)
    parts = _ground(axis, 0, foot, None)
    for index, mark in enumerate(marks):
        parts += _mark(axis, mark, LINE_HEIGHT * (index + 0.5), words)
    parts.append(
        Markup('<line class="base" x1="0" x2="100%" y1="{y}" y2="{y}"/>').format(y=foot)
    )
    parts += [
        Markup('<text class="c" x="{x}" y="{y}">{text}</text>').format(
            x=axis.at(tick), y=foot + 20, text=label(tick)
        )
        for tick in axis.ticks
    ]
    return _picture(foot + 26, title, parts)


def names_column(entries: Sequence[Named]) -> Markup:
    """Write the team names that stand beside a row of panels.

    Parameters
    ----------
    entries : sequence of Named
        Anything with a name that is or is not the reader's own, in the order of
        the panel.

    Returns
    -------
    Markup
        One ``<svg>`` as tall as `panel`, hidden from screen readers: the table
        of the same figures names every team.
    """
    texts = [
        Markup('<text class="{kind}" x="0" y="{y}">{name}</text>').format(
            kind="tb" if entry.own else "t", y=LINE_HEIGHT * index + 20, name=entry.name
        )
        for index, entry in enumerate(entries)
    ]
    return Markup('<svg height="{}" aria-hidden="true">{}</svg>').format(
        LINE_HEIGHT * len(entries) + 26, Markup().join(texts)
    )


def _picture(height: int, title: str, parts: Sequence[Markup]) -> Markup:
    return Markup('<svg height="{}" role="img"><title>{}</title>{}</svg>').format(
        height, title, Markup().join(parts)
    )


def _upright(kind: str, x: str, top: float, foot: float) -> Markup:
    return Markup(
        '<line class="{kind}" x1="{x}" x2="{x}" y1="{top:.0f}" y2="{foot:.0f}"/>'
    ).format(kind=kind, x=x, top=top, foot=foot)


def _ground(axis: Axis, top: int, foot: int, reference: float | None) -> list[Markup]:
    """Grid, and the black rule over it."""
    lines = [_upright("g", axis.at(tick), top, foot) for tick in axis.ticks]
    if reference is not None and axis.holds(reference):
        lines.append(_upright("ref", axis.at(reference), top, foot))
    return lines


def _mark(axis: Axis, mark: Mark, y: float, words: str) -> list[Markup]:
    """Hatch with words, or rules, whisker, ring and dot from back to front."""
    if mark.estimate is None:
        return [_hatch(y, words)]
    kind = " off" if mark.muted else ""
    parts = [_upright("alt", axis.at(other), y - 7, y + 7) for other in mark.others]
    parts += _whisker(axis, mark.estimate, y, kind)
    if mark.own:
        parts.append(_circle("ring", axis.at(mark.estimate.value), y, 9))
    parts.append(_dot(axis, mark.estimate.value, y, kind))
    if mark.expected is not None:
        parts.append(_upright("ref", axis.at(mark.expected), y - 11, y + 11))
    return parts


def _hatch(y: float, words: str) -> Markup:
    # The pattern is named here, not in the stylesheet: there it would be looked
    # up in the stylesheet's own document.
    return Markup(
        '<rect class="hatch" x="0" y="{top:.0f}" width="100%" height="24"'
        ' fill="url(#hatch)"/><text class="c t said" x="50%" y="{base:.0f}">{words}'
        "</text>"
    ).format(top=y - 12, base=y + 5, words=words)


def _whisker(axis: Axis, estimate: Estimate, y: float, kind: str) -> list[Markup]:
    """Interval, with a cap at each end that lies within the axis."""
    if estimate.low is None or estimate.high is None:
        return []
    low, high = axis.at(estimate.low), axis.at(estimate.high)
    line = Markup(
        '<line class="ci{kind}" x1="{low}" x2="{high}" y1="{y:.1f}" y2="{y:.1f}"/>'
    ).format(kind=kind, low=low, high=high, y=y)
    caps = [
        _upright("ci" + kind, axis.at(end), y - 4, y + 4)
        for end in (estimate.low, estimate.high)
        if axis.holds(end)
    ]
    return [line, *caps]


def _circle(kind: str, x: str, y: float, radius: float) -> Markup:
    return Markup('<circle class="{}" cx="{}" cy="{:.1f}" r="{}"/>').format(
        kind, x, y, radius
    )


def _dot(axis: Axis, value: float, y: float, kind: str) -> Markup:
    """Draw a dot; beyond the axis an arrow at the edge, pointing out."""
    if axis.holds(value):
        return _circle("dot" + kind, axis.at(value), y, 5)
    way = -1 if value < axis.low else 1
    return Markup(
        '<svg x="{x}" y="{y:.1f}" overflow="visible"><path class="dot{kind}"'
        ' d="M0 -5L{tip} 0L0 5Z"/></svg>'
    ).format(x=axis.at(value), y=y, kind=kind, tip=9 * way)
