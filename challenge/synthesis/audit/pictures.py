"""Pictures of declared against got, as SVG with real text and no script.

`x` is a percentage and `y` in pixels, as in `leaderboard.charts`: text never scales.
Colours are CSS classes. Each picture says its figures in a title.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from challenge.synthesis.audit.records import AssociationFinding, MarginalFinding
from challenge.synthesis.audit.texts import words
from leaderboard.charts.axes import Axis, axis_over

_LINE = 20  # px of one level
_NAME = 10  # letters that fit beside a bar
_BESIDE, _BELOW = (46, 50), (1, 95)  # start and width of the bars, in percent
_TALL = 120  # px of a panel with a curve
_SQUARE = 360  # px of the scatter

Point = tuple[float, float]


def levels_panel(finding: MarginalFinding, title: str) -> Markup:
    """Draw a share per level: a bar for what was got, a rule for what was declared.

    Parameters
    ----------
    finding : MarginalFinding
        With a point per level.
    title : str
        The same in words.

    Returns
    -------
    Markup
        One ``<svg>``, 20 px a level.
    """
    axis = axis_over(
        [0.0, *(p.got for p in finding.points), *(p.declared for p in finding.points)],
        within=(0.0, 1.0),
        steps=3,
    )
    # A long name stands above its bar instead of beside it.
    is_long = max(len(point.label.nl) for point in finding.points) > _NAME
    line, place = (_LINE + 16, _BELOW) if is_long else (_LINE, _BESIDE)
    foot = len(finding.points) * line
    parts: list[Markup] = []
    for row, point in enumerate(finding.points):
        top = line * (row + 1) - _LINE
        parts.append(_text("t", "0", line * row + 14, point.label.nl))
        inner = Markup(
            '<rect class="bar" x="0" width="{got}" y="{y}" height="10"/>'
        ).format(got=axis.at(point.got), y=top + 5)
        inner += _upright("ref", axis.at(point.declared), top + 1, top + 19)
        parts.append(_inset(inner, foot, place))
    ticks = Markup().join(
        _text("c", axis.at(tick), foot + 16, f"{100 * tick:.0f}%")
        for tick in (axis.ticks[0], axis.ticks[-1])
    )
    parts.append(_inset(ticks, foot + 20, place))
    return _picture(foot + 20, title, parts)


def curve_panel(finding: MarginalFinding, title: str, ticks: Sequence[str]) -> Markup:
    """Draw quantiles: a line for what was declared, dots for what was got.

    Parameters
    ----------
    finding : MarginalFinding
        With a point per quantile, rising.
    title : str
        The same in words.
    ticks : sequence of two str
        Texts of the lowest and highest value.

    Returns
    -------
    Markup
        One ``<svg>``: values from left to right, share below from foot to top.
    """
    axis = span(finding)
    shares = [_probability(point.label.en) for point in finding.points]
    line = " ".join(
        f"{_percent(axis, point.declared):.2f} {100 - 100 * share:.2f}"
        for point, share in zip(finding.points, shares, strict=True)
    )
    parts = [_level("g", _TALL * (1 - share)) for share in (0.25, 0.5, 0.75)]
    parts.append(
        Markup(
            '<svg width="100%" height="{h}" viewBox="0 0 100 100"'
            ' preserveAspectRatio="none"><path class="curve" d="M{line}"/></svg>'
        ).format(h=_TALL, line=line)
    )
    parts += [
        Markup('<circle class="dot" cx="{x}" cy="{y:.1f}" r="4"/>').format(
            x=f"{_percent(axis, point.got):.2f}%", y=_TALL * (1 - share)
        )
        for point, share in zip(finding.points, shares, strict=True)
    ]
    parts.append(_level("base", _TALL))
    parts.append(_text("s", "0", _TALL + 16, ticks[0]))
    parts.append(_text("e", "100%", _TALL + 16, ticks[1]))
    return _picture(_TALL + 20, title, parts)


def span(finding: MarginalFinding) -> Axis:
    """Find the values between which the quantiles of a column lie.

    Parameters
    ----------
    finding : MarginalFinding
        With a point per quantile.

    Returns
    -------
    Axis
        Its ends are the lowest and the highest of all quantiles.
    """
    values = [v for point in finding.points for v in (point.declared, point.got)]
    low, high = min(values), max(values)
    return Axis(low, high if high > low else low + 1, (high - low) or 1)


def scatter(findings: Sequence[AssociationFinding], band: float, title: str) -> Markup:
    """Draw got over declared rank correlations, with the line where they are equal.

    Parameters
    ----------
    findings : sequence of AssociationFinding
        A dot each; hollow where the gate does not look, or chance hides more than
        `band`.
    band : float
        How far the gate allows dots to be from the line.
    title : str
        What it shows.

    Returns
    -------
    Markup
        One ``<svg>`` of 360 px and its ticks.
    """
    ends = [v for f in findings for v in (f.declared, f.got)]
    axis = axis_over([0.0, *ends], within=(-1.0, 1.0), steps=5)
    parts: list[Markup] = []
    for tick in axis.ticks:
        y = _height(axis, tick)
        text = words().number(tick, axis.digits)
        parts += [_level("g", y), _upright("g", axis.at(tick), 0, _SQUARE)]
        parts.append(_text("e", "-8", y + 5, text))
        parts.append(_text("c", axis.at(tick), _SQUARE + 20, text))
    low, high = axis.low, axis.high
    for kind, shift in (("alt", -band), ("alt", band), ("ref", 0.0)):
        parts.append(_diagonal(axis, kind, (low, low + shift), (high, high + shift)))
    parts += [
        Markup('<circle class="{kind}" cx="{x}" cy="{y:.1f}" r="4"/>').format(
            kind="dot" if f.gates and f.chance <= band else "hollow",
            x=axis.at(f.declared),
            y=_height(axis, f.got),
        )
        for f in sorted(findings, key=lambda f: -f.chance)
    ]
    return _picture(_SQUARE + 26, title, parts)


def _percent(axis: Axis, value: float) -> float:
    return 100 * (value - axis.low) / (axis.high - axis.low)


def _height(axis: Axis, value: float) -> float:
    return _SQUARE * (1 - _percent(axis, value) / 100)


def _diagonal(axis: Axis, kind: str, start: Point, end: Point) -> Markup:
    (x1, y1), (x2, y2) = start, end
    return Markup(
        '<line class="{kind}" x1="{x1}" y1="{y1:.1f}" x2="{x2}" y2="{y2:.1f}"/>'
    ).format(
        kind=kind,
        x1=f"{_percent(axis, x1):.2f}%",
        y1=_height(axis, y1),
        x2=f"{_percent(axis, x2):.2f}%",
        y2=_height(axis, y2),
    )


def _probability(label: str) -> float:
    return float(label)


def _inset(inner: Markup, height: int, place: tuple[int, int]) -> Markup:
    """Leave room for names on the left."""
    return Markup(
        '<svg x="{x}%" width="{width}%" height="{height}" overflow="visible">{inner}'
        "</svg>"
    ).format(x=place[0], width=place[1], height=height, inner=inner)


def _text(kind: str, x: str, y: float, text: str) -> Markup:
    return Markup('<text class="{}" x="{}" y="{:.0f}">{}</text>').format(
        kind, x, y, text
    )


def _level(kind: str, y: float) -> Markup:
    return Markup(
        '<line class="{k}" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
    ).format(k=kind, y=y)


def _upright(kind: str, x: str, top: float, foot: float) -> Markup:
    return Markup(
        '<line class="{}" x1="{x}" x2="{x}" y1="{:.0f}" y2="{:.0f}"/>'
    ).format(kind, top, foot, x=x)


def _picture(height: int, title: str, parts: Sequence[Markup]) -> Markup:
    return Markup('<svg height="{}" role="img"><title>{}</title>{}</svg>').format(
        height, title, Markup().join(parts)
    )
