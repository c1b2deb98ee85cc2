"""What the jury's room draws: a score, areas, jurors' points, what weights decide."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from challenge.rules.deliberation import Standing
from challenge.rules.rubric import POINTS
from leaderboard import Row
from leaderboard.charts import Mark, axis_header, mark_row
from leaderboard.charts.axes import Axis, axis_over
from leaderboard.charts.intervals import reach
from leaderboard.charts.marks import ground, strokes
from leaderboard.charts.strokes import circle, level, picture, upright, write
from leaderboard.jury import Weighted
from leaderboard.language import Language
from leaderboard.records import AreaMeasure

POINTS_AXIS = Axis(POINTS[0], POINTS[-1], 1)
_ROW = 42  # px of a line of the deliberation
_AREA = 26  # px of one area


def score_picture(
    row: Row,
    others: Sequence[Row],
    *,
    rule: tuple[float, str],
    name: str,
    spoken: Language,
) -> Markup:
    """Draw a score with its interval beside what it is held against.

    Parameters
    ----------
    row : Row
        Whose score.
    others : sequence of Row
        All with the same sources; they share one axis.
    rule : (float, str)
        Where the black rule stands, and its words.
    name : str
        The team.
    spoken : Language
        Of the page.

    Returns
    -------
    Markup
        One ``<svg>`` with its axis under it.
    """
    scores = [one.score for one in (row, *others) if one.outside is None or one == row]
    axis = axis_over([rule[0], *reach(scores)], steps=4, within=(-0.2, 1.0))
    said = f"{name}: {spoken.number(row.score.value)}"
    said = f"{said}, {spoken.interval_aloud(row.score, 3)}; {rule[1]}"
    beyond = axis.share(rule[0]) > 0.6
    parts = [
        *ground(axis, 14, 46, rule[0]),
        write(
            "t said e" if beyond else "t said",
            axis.at(rule[0]),
            10,
            rule[1],
            shift=2 if beyond else -2,
        ),
        *strokes(axis, Mark(said, row.score), 30, ""),
        *_foot(axis, 46, spoken),
    ]
    return picture(66, said, parts)


def area_lines(
    places: Sequence[AreaMeasure], *, spoken: Language
) -> tuple[tuple[tuple[str, Markup], ...], Markup]:
    """Draw observed shares with their intervals, and a rule for the expected one.

    Parameters
    ----------
    places : sequence of AreaMeasure
        In reading order, as they may be shown.
    spoken : Language
        Of the page.

    Returns
    -------
    lines : tuple of (str, Markup)
        Name of each, and its ``<svg>``; where it may not be shown the hatch.
    foot : Markup
        The axis under them, per 100 families.
    """
    expected = [place.expected for place in places if place.expected is not None]
    observed = reach(place.observed for place in places)
    axis = axis_over([0.0, *observed, *expected], within=(0.0, 1.0), steps=4)
    words = spoken.texts["suppressed_short"]
    lines = tuple(
        (
            place.name,
            mark_row(
                axis,
                Mark(_area_said(place, spoken), place.observed, place.expected),
                height=_AREA,
                words=words,
            ),
        )
        for place in places
    )
    marks = Markup().join(_foot(axis, 1, spoken, times=100))
    return lines, Markup('<svg height="22" aria-hidden="true">{}</svg>').format(marks)


def points_header(title: str, spoken: Language) -> Markup:
    """Draw the scale of the points, for the head of a column.

    Parameters
    ----------
    title : str
        What it measures.
    spoken : Language
        Of the page.

    Returns
    -------
    Markup
        One ``<svg>``.
    """
    return axis_header(
        POINTS_AXIS, title=title, label=lambda tick: spoken.number(tick, 0)
    )


def points_picture(standing: Standing, spoken: Language) -> Markup:
    """Draw a ring for every juror, and a black rule for the mean.

    Parameters
    ----------
    standing : Standing
        Of one team; jurors are not named.
    spoken : Language
        Of the page.

    Returns
    -------
    Markup
        One ``<svg>``.
    """
    given = ", ".join(spoken.number(dot, 1) for dot in standing.dots)
    parts = [*ground(POINTS_AXIS, -6, _ROW + 6, None)]
    seen: dict[float, int] = {}
    for dot in standing.dots:
        # Equal points stand above one another, so that each juror is seen.
        seen[dot] = seen.get(dot, -1) + 1
        y = _ROW / 2 + 8 - 7 * (seen[dot] % 4)
        parts.append(circle("ring", POINTS_AXIS.at(dot), y, 4))
    parts.append(upright("ref", POINTS_AXIS.at(standing.result.mean), 8, _ROW - 4))
    return picture(_ROW, f"{standing.team}: {given}", parts)


def weights_strip(weighted: Weighted, spoken: Language) -> Markup:
    """Draw who wins at each weight of the model board, from none to all.

    Parameters
    ----------
    weighted : Weighted
        Model board and jury in one order.
    spoken : Language
        Of the page.

    Returns
    -------
    Markup
        One ``<svg>``; the dot is the weight that was agreed.
    """
    axis = Axis(0, 1, 0.25)
    parts = [level("ci", 30)]
    for span in weighted.spans:
        parts.append(upright("g", axis.at(span.low), 8, 40))
        middle = axis.at((span.low + span.high) / 2)
        parts.append(write("c t", middle, 20, ", ".join(span.winners)))
    parts.append(circle("dot", axis.at(weighted.weight), 30, 5))
    shares = [(spoken.number(s.low, 0, 100, "%"), s) for s in weighted.spans]
    told = "; ".join(f"≥ {low}: {', '.join(s.winners)}" for low, s in shares)
    return picture(46, told, parts)


def _foot(axis: Axis, y: float, spoken: Language, times: int = 1) -> list[Markup]:
    """Draw the base line with its numbers; the outer ones stay within the picture."""
    digits = 0 if times > 1 else axis.digits
    parts = [level("base", y)]
    for tick in axis.ticks:
        share = axis.share(tick)
        kind = "" if share < 0.02 else "e" if share > 0.98 else "c"
        label = spoken.number(tick, digits, times)
        parts.append(write(kind, axis.at(tick), y + 17, label))
    return parts


def _area_said(place: AreaMeasure, spoken: Language) -> str:
    if place.observed is None or place.expected is None:
        return f"{place.name}: {spoken.texts['suppressed']}"
    return spoken.texts["area_mark"].format(
        area=place.name,
        expected=spoken.number(place.expected, 1, 100),
        observed=spoken.number(place.observed.value, 1, 100),
        interval=spoken.interval_aloud(place.observed, 1, 100),
    )
