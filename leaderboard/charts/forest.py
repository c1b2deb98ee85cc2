"""The forest plot: one estimate per place, and what they have in common."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from leaderboard.charts.axes import Axis, axis_over
from leaderboard.charts.frames import Frame, aside, enclose, meaning
from leaderboard.charts.intervals import drawn_ends, reach
from leaderboard.charts.lines import Head, Line, line_table
from leaderboard.charts.marks import Mark, axis_header, ground, mark_row
from leaderboard.charts.strokes import picture
from leaderboard.charts.units import Measure
from leaderboard.curves import Site, Summary
from leaderboard.estimates import Estimate

_HEIGHT = 42  # px of a row


def forest_plot(
    sites: Sequence[Site],
    *,
    measure: Measure,
    frame: Frame,
    summary: Summary | None = None,
    reference: float | None = None,
    within: tuple[float, float] = (-math.inf, math.inf),
) -> Markup:
    """Draw an estimate per municipality over their mean and prediction interval.

    Parameters
    ----------
    sites : sequence of Site
        In reading order; without any a sentence stands instead.
    measure : Measure
        What the axis measures.
    frame : Frame
        Where the chart stands.
    summary : Summary or None
        A diamond for the mean, a bar for the prediction interval; None below
        five municipalities.
    reference : float or None
        Where the black rule stands, such as 1 for observed / expected.
    within : tuple of float
        Values beyond these bounds do not stretch the axis.

    Returns
    -------
    Markup
        One ``<figure>`` with a table: the numbers stand beside the pictures.

    References
    ----------
    Riley, Higgins and Deeks (2011), BMJ 342, d549.
    """
    if not sites:
        return enclose(frame, aside(frame.say("empty")))
    draw = _Drawing(_axis(sites, summary, reference, within), measure, frame, reference)
    lines = [draw.site(site) for site in sites]
    if summary:
        lines += draw.summary(summary)
    says = _says(summary, draw)
    head = draw.head(f"{frame.say('forest_how')} {says}")
    caption = frame.say("forest_title", measure=measure.name)
    table = line_table(caption, head, lines)
    return enclose(frame, table + meaning(frame, says))


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What every row of one plot shares."""

    axis: Axis
    measure: Measure
    frame: Frame
    reference: float | None

    def head(self, description: str) -> Head:
        language = self.frame.language
        axis = axis_header(
            self.axis,
            title=self.measure.name,
            label=self.measure.ticks(self.axis, language),
            description=description,
        )
        return Head(
            language.texts["area_name"],
            (self.frame.say("clusters"),),
            aside(self.measure.name) + axis,
            (self.frame.say("interval"),),
        )

    def site(self, site: Site) -> Line:
        texts = self.frame.language.texts
        said = self.write(site.estimate)
        note = self.note(site)
        title = ", ".join(filter(None, (f"{site.name}: {said}", note)))
        picture = mark_row(
            self.axis,
            Mark(title, site.estimate),
            height=_HEIGHT,
            words=texts["suppressed_short"],
            reference=self.reference,
        )
        count = self.frame.language.count(site.clusters)
        return Line(site.name, (count,), picture, (said,), note=note)

    def note(self, site: Site) -> str:
        flags = {"forest_held_out": site.held_out, "forest_imprecise": site.imprecise}
        return ", ".join(self.frame.say(key) for key, holds in flags.items() if holds)

    def summary(self, summary: Summary) -> list[Line]:
        say, mean = self.frame.say, summary.mean
        count = self.frame.language.count(summary.clusters)
        new = summary.prediction and drawn_ends(summary.prediction)
        shape = _diamond(self.axis, mean)
        lines = [self._total(say("forest_mean"), count, self.write(mean), shape)]
        if new:
            bar = _bar(self.axis, new)
            lines.append(self._total(say("forest_prediction"), "", self.span(new), bar))
        return lines

    def write(self, estimate: Estimate | None) -> str:
        return self.measure.estimate(estimate, self.frame.language)

    def span(self, ends: tuple[float, float]) -> str:
        low, high = (self.measure.write(end, self.frame.language) for end in ends)
        return self.frame.say("span", low=low, high=high)

    def _total(self, name: str, count: str, said: str, shape: Markup) -> Line:
        lines = ground(self.axis, -6, _HEIGHT + 6, self.reference)
        drawn = picture(_HEIGHT, f"{name}: {said}", [*lines, shape])
        return Line(name, (count,), drawn, (said,), "total")


def _axis(
    sites: Sequence[Site],
    summary: Summary | None,
    reference: float | None,
    within: tuple[float, float],
) -> Axis:
    pooled = [summary.mean, summary.prediction] if summary else []
    ends = reach([*(site.estimate for site in sites), *pooled])
    return axis_over(
        [*ends, *([] if reference is None else [reference])], within=within
    )


def _diamond(axis: Axis, mean: Estimate) -> Markup:
    """Draw the mean as wide as its interval, with its tip at the value."""
    ends = drawn_ends(mean)
    if ends is None or math.isnan(mean.value):
        return Markup()
    low, middle, high = (100 * axis.share(x) for x in (ends[0], mean.value, ends[1]))
    width = max(high - low, 0.01)
    tip = 100 * (middle - low) / width
    return Markup(
        '<svg x="{:.2f}%" y="{:.0f}" width="{:.2f}%" height="20"'
        ' viewBox="0 0 100 100" preserveAspectRatio="none"><path class="diamond"'
        ' vector-effect="non-scaling-stroke" d="M0 50L{:.2f} 0L100 50L{:.2f} 100Z"/>'
        "</svg>"
    ).format(low, _HEIGHT / 2 - 10, width, tip, tip)


def _bar(axis: Axis, ends: tuple[float, float]) -> Markup:
    low, high = (100 * axis.share(end) for end in ends)
    return Markup(
        '<rect class="bar" x="{:.2f}%" y="{:.0f}" width="{:.2f}%" height="8"/>'
    ).format(low, _HEIGHT / 2 - 4, high - low)


def _says(summary: Summary | None, draw: _Drawing) -> str:
    say = draw.frame.say
    if summary is None:
        return say("forest_few")
    count = draw.frame.language.count
    parts = [
        say(
            "forest_says",
            pooled=count(summary.pooled),
            clusters=count(summary.clusters),
            mean=draw.write(summary.mean),
        )
    ]
    new = summary.prediction and drawn_ends(summary.prediction)
    if new:
        parts.append(say("forest_new", span=draw.span(new)))
    return " ".join([*parts, say("forest_between")])
