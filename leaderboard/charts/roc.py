"""The ROC curve: who is recognised, against who is named wrongly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from leaderboard.charts.axes import Axis
from leaderboard.charts.frames import Frame, Table, figure
from leaderboard.charts.planes import Plane, Point
from leaderboard.charts.plots import Plot, Sample
from leaderboard.charts.strokes import write
from leaderboard.charts.units import Measure
from leaderboard.estimates import Estimate

_AXIS = Axis(0.0, 1.0, 0.2)
_SHARE = Measure("", 0, 100, "%")
_PERCENT = Measure("", 1, 100, "%")
_AREA = Measure("")
_KINDS = ("curve", "alt")  # a thick line in colour and a thin grey one
_RIGHT = 0.7  # from here on, words beside the dot stand on its left
_STEPS = 10  # rows of the table


@dataclass(frozen=True, slots=True)
class RocCurve:
    """How one model does over all thresholds.

    Attributes
    ----------
    name : str
        The model.
    points : sequence of (float, float)
        Share of the negatives that is named wrongly and share of the positives
        that is recognised, both in [0, 1], both rising; NaN breaks the line.
    area : Estimate
        AUROC, in [0, 1].
    at : (float, float) or None
        Where the capacity leads, as a dot; None draws none.
    """

    name: str
    points: Sequence[Point]
    area: Estimate
    at: Point | None = None


def roc_curve(
    model: RocCurve,
    *,
    frame: Frame,
    reference: RocCurve | None = None,
    capacity: float = 0.1,
) -> Markup:
    """Draw the ROC curve of a model beside its reference and chance.

    Parameters
    ----------
    model : RocCurve
        Drawn thick; without points a sentence stands instead.
    frame : Frame
        Where the chart stands.
    reference : RocCurve or None
        Drawn thin.
    capacity : float
        Share of rows to which the dot belongs, in (0, 1).

    Returns
    -------
    Markup
        One ``<figure>``; its table reads each curve at every tenth, and at the
        dot.

    References
    ----------
    Fawcett (2006), Pattern Recognition Letters 27(8), 861-874.
    """
    curves = [curve for curve in (model, reference) if curve and len(curve.points)]
    at = _PERCENT.short(capacity, frame.language)
    dot = model.at if model.at and _PLANE.holds(*model.at) else None
    says = _says(model, dot, at, frame)
    plot = Plot(
        frame.say("roc_title", name=model.name),
        f"{frame.say('roc_how')} {says}",
        _PLANE.height,
        [*_strokes(curves, frame), *_dot(dot, frame.say("roc_at", capacity=at))],
        frame.say("roc_up"),
        frame.say("roc_across"),
        _samples(curves, frame),
    )
    table = _table(curves if model in curves else [], dot, at, frame)
    return figure(frame, plot.draw(frame), says, table)


_PLANE = Plane(_AXIS, _AXIS)


def _strokes(curves: Sequence[RocCurve], frame: Frame) -> list[Markup]:
    label = _SHARE.ticks(_AXIS, frame.language)
    lines = [
        _PLANE.curve(kind, curve.points)
        for kind, curve in zip(_KINDS, curves, strict=False)
    ]
    chance = _PLANE.curve("alt d", [(0.0, 0.0), (1.0, 1.0)])
    return [*_PLANE.ground(label, label), chance, *reversed(lines)]


def _dot(at: Point | None, text: str) -> list[Markup]:
    if at is None:
        return []
    x, y = at
    kind, shift = ("t", 15) if x < _RIGHT else ("t e", -15)
    return [
        _PLANE.dot("ring", x, y, 9),
        _PLANE.dot("dot", x, y),
        write(kind, _AXIS.at(x), _PLANE.y(y) + 6, text, shift=shift),
    ]


def _samples(curves: Sequence[RocCurve], frame: Frame) -> list[Sample]:
    return [
        *(
            Sample(kind, f"{curve.name} {_AREA.estimate(curve.area, frame.language)}")
            for kind, curve in zip(_KINDS, curves, strict=False)
        ),
        Sample("alt d", frame.say("roc_chance")),
    ]


def _says(model: RocCurve, dot: Point | None, at: str, frame: Frame) -> str:
    language = frame.language
    parts = []
    if math.isfinite(model.area.value):
        area = _AREA.estimate(model.area, language)
        parts.append(frame.say("roc_area", name=model.name, area=area))
    if dot:
        wrong, found = (_SHARE.write(share, language) for share in dot)
        parts.append(frame.say("roc_dot", capacity=at, found=found, wrong=wrong))
    return " ".join(parts) or frame.say("unsure")


def _table(
    curves: Sequence[RocCurve], dot: Point | None, at: str, frame: Frame
) -> Table:
    """Each curve at every tenth; the dot of the first has a row of its own."""
    language = frame.language
    head = (frame.say("roc_across"), *(curve.name for curve in curves))
    grid = [step / _STEPS for step in range(_STEPS + 1)]
    rows = [
        (
            _SHARE.write(x, language),
            *(_PERCENT.write(_read(curve.points, x), language) for curve in curves),
        )
        for x in grid
        if curves
    ]
    if dot and rows:
        x, y = (_PERCENT.write(share, language) for share in dot)
        rest = [language.texts["none"]] * (len(curves) - 1)
        rows.append((f"{x} ({frame.say('roc_at', capacity=at)})", y, *rest))
    return Table(frame.say("roc_title", name=head[-1]), head, rows)


def _read(points: Sequence[Point], x: float) -> float:
    """Height of a curve; the highest where it is upright."""
    xs, ys = np.asarray(points, dtype=np.float64).T
    known = np.isfinite(xs) & np.isfinite(ys)
    return float(np.interp(x, xs[known], ys[known])) if known.any() else float("nan")
