"""The calibration plot: observed shares against the probabilities that said so."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from leaderboard.charts.axes import Axis, axis_over
from leaderboard.charts.frames import Frame, Table, aside, figure
from leaderboard.charts.intervals import drawn_ends, reach
from leaderboard.charts.planes import Plane, Point
from leaderboard.charts.plots import Plot, Sample
from leaderboard.charts.strokes import level
from leaderboard.charts.units import Measure
from leaderboard.curves import Bar, Bin

_SHARE = Measure("", 1, 100, "%")
_STRIP = 60  # px of the distribution
_TALLEST = 56  # px of its highest bar
_TAIL = 0.01  # of the rows
_LEAST = 1.5  # px of a bar that is not empty, so that it is seen


def calibration_plot(
    bins: Sequence[Bin],
    *,
    name: str,
    frame: Frame,
    curve: Sequence[Point] = (),
    bars: Sequence[Bar] = (),
) -> Markup:
    """Draw whether probabilities come true, over how often they are given.

    Parameters
    ----------
    bins : sequence of Bin
        By rising probability.
    name : str
        The model.
    frame : Frame
        Where the chart stands.
    curve : sequence of (float, float)
        Probability and smoothed observed share, such as a loess of the rows.
    bars : sequence of Bar
        The distribution of the probabilities, drawn under the plot.

    Returns
    -------
    Markup
        One ``<figure>``; its table has a row per bin, then one per bar.

    References
    ----------
    Austin and Steyerberg (2014), Statistics in Medicine 33(3), 517-535.
    """
    axis = _axis(bins, curve, bars)
    plane = Plane(axis, axis)
    says = _says(bins, frame)
    plot = Plot(
        frame.say("calibration_title", name=name),
        f"{frame.say('calibration_how')} {says}",
        plane.height,
        _strokes(plane, bins, curve, frame),
        frame.say("calibration_up"),
        "" if bars else frame.say("calibration_across"),
        _samples(curve, frame),
    )
    strip = _distribution(axis, bars, frame) if bars else []
    return figure(frame, [*plot.draw(frame), *strip], says, _table(bins, bars, frame))


def _axis(bins: Sequence[Bin], curve: Sequence[Point], bars: Sequence[Bar]) -> Axis:
    """One scale for both directions, so that the exact line is the diagonal."""
    observed = reach(item.observed for item in bins)
    edges = [bar.high for bar in bars if bar.rows and not _is_tail(bar, bars)]
    smooth = [value for point in curve for value in point]
    values = [0.0, *(b.expected for b in bins), *observed, *edges, *smooth]
    return axis_over(values, within=(0.0, 1.0))


def _is_tail(bar: Bar, bars: Sequence[Bar]) -> bool:
    """Tell whether a bar is among the last hundredth: too few to stretch the axis."""
    total = sum(other.rows or 0 for other in bars)
    below = sum(other.rows or 0 for other in bars if other.low < bar.low)
    return below >= (1 - _TAIL) * total


def _strokes(
    plane: Plane, bins: Sequence[Bin], curve: Sequence[Point], frame: Frame
) -> list[Markup]:
    label = _SHARE.ticks(plane.across, frame.language)
    low, high = plane.across.low, plane.across.high
    parts = plane.ground(label, label)
    parts.append(plane.curve("alt d", [(low, low), (high, high)]))
    parts.append(plane.curve("alt", curve))
    for item in bins:
        if item.observed and plane.holds(item.expected, item.observed.value):
            parts += plane.whisker("ci", item.expected, item.observed)
            parts.append(plane.dot("dot", item.expected, item.observed.value, 4))
    return parts


def _samples(curve: Sequence[Point], frame: Frame) -> list[Sample]:
    smooth = [Sample("alt", frame.say("calibration_smooth"))] if len(curve) else []
    return [
        Sample("dot", frame.say("calibration_bin")),
        *smooth,
        Sample("alt d", frame.say("calibration_exact")),
    ]


def _distribution(axis: Axis, bars: Sequence[Bar], frame: Frame) -> list[Markup]:
    known = [bar.rows for bar in bars if bar.rows is not None]
    tallest = max((_density(bar) for bar in bars), default=0) or 1
    drawn = [bar for bar in bars if bar.low < axis.high]
    parts = [_bar(axis, bar, tallest) for bar in drawn]
    parts.append(level("base", _TALLEST))
    title = frame.say("calibration_spread")
    picture = Markup(
        '<div class="fig plane strip"><svg height="{}" role="img"><title>{}</title>'
        "<desc>{}</desc>{}</svg></div>"
    ).format(_STRIP, title, _spread_says(bars, frame), Markup().join(parts))
    hidden = len(known) < len(bars)
    return [
        aside(title, "s r"),
        picture,
        aside(frame.say("calibration_across"), "s r"),
        aside(frame.say("hatched") if hidden else "", "note"),
        aside(_beyond_says(axis, bars, frame), "note"),
    ]


def _density(bar: Bar) -> float:
    """Rows per width, so that a wide bar is as large as its rows are many."""
    return (bar.rows or 0) / (bar.high - bar.low) if bar.high > bar.low else 0.0


def _bar(axis: Axis, bar: Bar, tallest: float) -> Markup:
    """Draw one bar; hatched at full height where its count may not be shown."""
    kind, fill, height = "bar", Markup(), 0.0
    if bar.rows is None:
        kind, fill, height = "hatch", Markup(' fill="url(#hatch)"'), _TALLEST
    elif bar.rows:
        height = max(_LEAST, _TALLEST * _density(bar) / tallest)
    low, high = 100 * axis.share(bar.low), 100 * axis.share(bar.high)
    gap = min(0.35, (high - low) / 10)
    return Markup(
        '<rect class="{}" x="{:.2f}%" width="{:.2f}%" y="{:.1f}" height="{:.1f}"{}/>'
    ).format(kind, low + gap, high - low - 2 * gap, _TALLEST - height, height, fill)


def _beyond_says(axis: Axis, bars: Sequence[Bar], frame: Frame) -> str:
    """Count what the picture leaves out."""
    beyond = sum(bar.rows or 0 for bar in bars if bar.low >= axis.high)
    if not beyond:
        return ""
    high = _SHARE.short(axis.high, frame.language)
    return frame.say("calibration_beyond", rows=frame.language.count(beyond), high=high)


def _spread_says(bars: Sequence[Bar], frame: Frame) -> str:
    known = [bar for bar in bars if bar.rows]
    if not known:
        return frame.say("empty")
    fullest = max(known, key=lambda bar: bar.rows or 0)
    return frame.say("calibration_fullest", stretch=_stretch(fullest, frame))


def _says(bins: Sequence[Bin], frame: Frame) -> str:
    """Count the bins whose interval holds what was expected."""
    shown = inside = hidden = 0
    for item in bins:
        hidden += item.observed is None
        ends = item.observed and drawn_ends(item.observed)
        if ends:
            shown += 1
            inside += ends[0] <= item.expected <= ends[1]
    key = "calibration_inside" if shown else "unsure"
    parts = [frame.say(key, inside=inside, shown=shown)]
    if hidden:
        parts.append(frame.say("hidden", count=hidden))
    return " ".join(parts)


def _table(bins: Sequence[Bin], bars: Sequence[Bar], frame: Frame) -> Table:
    say, language = frame.say, frame.language
    rows = [
        (
            _SHARE.write(item.expected, language),
            _SHARE.estimate(item.observed, language),
            language.count(item.rows),
        )
        for item in bins
    ]
    none = language.texts["none"]
    rows += [(_stretch(bar, frame), none, language.count(bar.rows)) for bar in bars]
    head = (say("calibration_across"), say("calibration_up"), say("rows"))
    return Table(say("calibration_caption"), head, rows)


def _stretch(bar: Bar, frame: Frame) -> str:
    low, high = (_SHARE.short(end, frame.language) for end in (bar.low, bar.high))
    return frame.say("span", low=low, high=high)
