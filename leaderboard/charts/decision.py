"""The decision curve: net benefit of a model over the thresholds for help."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from leaderboard.charts.axes import axis_over
from leaderboard.charts.frames import Frame, Table, figure
from leaderboard.charts.intervals import drawn_ends
from leaderboard.charts.planes import Plane
from leaderboard.charts.plots import Plot, Sample
from leaderboard.charts.strokes import level, write
from leaderboard.charts.units import Measure
from leaderboard.curves import NetBenefit

_SHARE = Measure("", 1, 100, "%")
_BENEFIT = Measure("")
_ROOM = 24  # px that words below the line of no offer need
_DEPTH = 0.25  # of the highest point: how far below nought the picture reaches


def decision_curve(points: Sequence[NetBenefit], *, name: str, frame: Frame) -> Markup:
    """Draw net benefit beside an offer for everyone and no offer.

    Parameters
    ----------
    points : sequence of NetBenefit
        By rising threshold; values that are not finite break the line.
    name : str
        The model.
    frame : Frame
        Where the chart stands.

    Returns
    -------
    Markup
        One ``<figure>``; its table has a row per threshold.

    References
    ----------
    Vickers and Elkin (2006), Medical Decision Making 26(6), 565-574.
    """
    plane = _plane(points)
    says = _says(points, name, frame)
    across = frame.say("decision_across")
    plot = Plot(
        frame.say("decision_title", name=name),
        f"{frame.say('decision_how')} {says}",
        plane.height,
        _strokes(plane, points, frame),
        frame.say("decision_up"),
        across,
        _samples(points, name, frame),
    )
    return figure(frame, plot.draw(frame), says, _table(points, name, frame))


def _plane(points: Sequence[NetBenefit]) -> Plane:
    models = [p.model.value for p in points]
    references = [p.reference for p in points if p.reference is not None]
    shown = [v for v in (*models, *references) if math.isfinite(v)]
    everyone = [p.everyone for p in points if math.isfinite(p.everyone)]
    top = max([0.0, *shown, *everyone])
    return Plane(
        axis_over([p.threshold for p in points], within=(0.0, 1.0), steps=6),
        axis_over(
            [0.0, *shown, *everyone], within=(-_DEPTH * (top or 1.0), 1.0), steps=6
        ),
    )


def _strokes(plane: Plane, points: Sequence[NetBenefit], frame: Frame) -> list[Markup]:
    language = frame.language
    parts = plane.ground(
        _SHARE.ticks(plane.across, language), _BENEFIT.ticks(plane.up, language)
    )
    parts += _nobody(plane, frame)
    parts.append(_interval(plane, points))
    everyone = [(p.threshold, p.everyone) for p in points]
    reference = [(p.threshold, _or_nan(p.reference)) for p in points]
    model = [(p.threshold, p.model.value) for p in points]
    lines = {"alt d": everyone, "alt": reference, "curve": model}
    parts += [plane.curve(kind, line) for kind, line in lines.items()]
    # One threshold alone is no line: it stands as a dot.
    if len(points) == 1 and plane.holds(*model[0]):
        parts.append(plane.dot("dot", *model[0]))
    return parts


def _nobody(plane: Plane, frame: Frame) -> list[Markup]:
    """Draw no offer, with its words where no tick stands."""
    y = plane.y(0.0)
    base = y + 17 if plane.height - y > _ROOM else y - 7
    text = write("e", "100%", base, frame.say("decision_nobody"))
    return [level("base", y), text]


def _interval(plane: Plane, points: Sequence[NetBenefit]) -> Markup:
    """Tint between the ends of the intervals, where all are known."""
    if not _has_intervals(points):
        return Markup()
    low = [(point.threshold, _or_nan(point.model.low)) for point in points]
    high = [(point.threshold, _or_nan(point.model.high)) for point in points]
    return plane.band("band", low, high)


def _samples(points: Sequence[NetBenefit], name: str, frame: Frame) -> list[Sample]:
    say = frame.say
    reference = [Sample("alt", say("reference"))] if _has_reference(points) else []
    band = [Sample("band", say("decision_band"))] if _has_intervals(points) else []
    return [
        Sample("curve", name),
        *band,
        *reference,
        Sample("alt d", say("decision_everyone")),
    ]


def _says(points: Sequence[NetBenefit], name: str, frame: Frame) -> str:
    """Say between which thresholds the model is worth more than both."""
    runs = []
    for better, run in groupby(
        points, key=lambda p: p.model.value > max(0.0, p.everyone)
    ):
        ends = [p.threshold for p in run]
        if better:
            low, high = (_SHARE.short(t, frame.language) for t in (ends[0], ends[-1]))
            key = "decision_run" if len(ends) > 1 else "decision_one"
            runs.append(frame.say(key, low=low, high=high))
    if not runs:
        return frame.say("decision_nowhere", name=name)
    where = frame.say("decision_and").join(runs)
    return frame.say("decision_where", name=name, where=where)


def _table(points: Sequence[NetBenefit], name: str, frame: Frame) -> Table:
    say, language, has_reference = frame.say, frame.language, _has_reference(points)
    head = [say("decision_across"), name, say("decision_everyone")]
    head += [say("reference")] if has_reference else []
    rows = []
    for point in points:
        cells = [_SHARE.write(point.threshold, language)]
        cells.append(_BENEFIT.estimate(point.model, language))
        cells.append(_BENEFIT.write(point.everyone, language))
        if has_reference:
            cells.append(_BENEFIT.write(point.reference, language))
        rows.append((*cells,))
    return Table(say("decision_title", name=name), (*head,), rows)


def _has_reference(points: Sequence[NetBenefit]) -> bool:
    return any(point.reference is not None for point in points)


def _has_intervals(points: Sequence[NetBenefit]) -> bool:
    return all(drawn_ends(point.model) for point in points)


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
