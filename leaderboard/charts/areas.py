"""Expected against observed, per municipality."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from leaderboard.charts.axes import Axis, axis_over
from leaderboard.charts.frames import Frame, aside, enclose, meaning
from leaderboard.charts.intervals import drawn_ends, reach
from leaderboard.charts.lines import Head, Line, line_table
from leaderboard.charts.marks import Mark, axis_header, mark_row
from leaderboard.charts.units import Measure
from leaderboard.records import AreaMeasure

_PER_HUNDRED = Measure("", 1, 100)
_HEIGHT = 42  # px of a row


def area_table(places: Sequence[AreaMeasure], *, name: str, frame: Frame) -> Markup:
    """Draw observed shares with their intervals, and a rule for the expected one.

    Parameters
    ----------
    places : sequence of AreaMeasure
        In reading order; without any a sentence stands instead.
    name : str
        The model.
    frame : Frame
        Where the chart stands.

    Returns
    -------
    Markup
        One ``<figure>`` with a table per 100 families: the numbers stand beside
        the pictures.
    """
    if not places:
        return enclose(frame, aside(frame.say("empty")))
    texts, axis = frame.language.texts, _axis(places)
    says = _says(places, frame)
    title = texts["area_axis"].format(
        low=_PER_HUNDRED.write(axis.low, frame.language),
        high=_PER_HUNDRED.write(axis.high, frame.language),
    )
    head = Head(
        texts["area_name"],
        (texts["area_rows"],),
        axis_header(
            axis,
            title=title,
            label=_PER_HUNDRED.ticks(axis, frame.language),
            description=f"{texts['area_how'].format(team=name)} {says}",
        ),
        (texts["area_expected"], texts["area_observed"]),
    )
    table = line_table(
        texts["area_caption"], head, [_line(place, axis, frame) for place in places]
    )
    return enclose(frame, table + meaning(frame, says))


def _axis(places: Sequence[AreaMeasure]) -> Axis:
    expected = [place.expected for place in places if place.expected is not None]
    observed = reach(place.observed for place in places)
    return axis_over([0.0, *observed, *expected], within=(0.0, 1.0))


def _line(place: AreaMeasure, axis: Axis, frame: Frame) -> Line:
    language = frame.language
    texts = language.texts
    said = _said(place, frame)
    observed = _PER_HUNDRED.estimate(place.observed, language)
    if place.observed and not drawn_ends(place.observed):
        observed = f"{observed} ({texts['area_no_interval']})"
    picture = mark_row(
        axis,
        Mark(said, place.observed, place.expected),
        height=_HEIGHT,
        words=texts["suppressed_short"],
    )
    expected = _PER_HUNDRED.write(place.expected, language)
    count = language.count(place.rows)
    return Line(place.name, (count,), picture, (expected, observed))


def _said(place: AreaMeasure, frame: Frame) -> str:
    language = frame.language
    if place.observed is None or place.expected is None:
        return f"{place.name}: {language.texts['suppressed']}"
    return language.texts["area_mark"].format(
        area=place.name,
        expected=_PER_HUNDRED.write(place.expected, language),
        observed=_PER_HUNDRED.write(place.observed.value, language),
        interval=language.interval_aloud(
            place.observed, 1, 100, absent="area_no_interval"
        ),
    )


def _says(places: Sequence[AreaMeasure], frame: Frame) -> str:
    """Count where the expected share lies within the interval."""
    shown = inside = 0
    for place in places:
        ends = place.observed and drawn_ends(place.observed)
        if ends and place.expected is not None:
            shown += 1
            inside += ends[0] <= place.expected <= ends[1]
    if not shown:
        return frame.say("unsure")
    texts = frame.language.texts
    return texts["area_says"].format(inside=inside, shown=shown)
