"""A plane of two axes, and how a value finds its place on it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from leaderboard.charts.axes import Axis
from leaderboard.charts.intervals import drawn_ends
from leaderboard.charts.strokes import circle, level, path, upright, write
from leaderboard.estimates import Estimate

Point = tuple[float, float]

_NEAR = 0.25  # of the hundredth: under a pixel on a screen, so nobody sees the loss


@dataclass(frozen=True, slots=True)
class Plane:
    """Two axes: one in percent of the width, one in pixels of the height.

    Attributes
    ----------
    across, up : Axis
        Scales from left to right and from foot to top.
    height : int
        In px.
    """

    across: Axis
    up: Axis
    height: int = 300

    def y(self, value: float) -> float:
        """Place a value on the upright axis.

        Parameters
        ----------
        value : float
            In the unit of `up`; what it does not hold stands at its edge.

        Returns
        -------
        float
            Px from the top.
        """
        return round(self.height * (1 - self.up.share(value)), 1) + 0.0

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point has a place on the plane.

        Parameters
        ----------
        x, y : float
            In the units of the axes.

        Returns
        -------
        bool
            False for NaN too.
        """
        return self.across.holds(x) and self.up.holds(y)

    def ground(
        self, across: Callable[[float], str], up: Callable[[float], str]
    ) -> list[Markup]:
        """Draw grid, ticks and base.

        Parameters
        ----------
        across, up : callable
            Turn a tick of each axis into its text.

        Returns
        -------
        list of Markup
            From back to front; texts stand left of and below the plane.
        """
        parts: list[Markup] = []
        for tick in self.up.ticks:
            parts.append(level("g", self.y(tick)))
            parts.append(write("e", "0", self.y(tick) + 5, up(tick), shift=-10))
        for tick in self.across.ticks:
            x = self.across.at(tick)
            parts.append(upright("base", x, self.height, self.height + 5))
            parts.append(write("c", x, self.height + 22, across(tick)))
        return [*parts, level("base", self.height)]

    def dot(self, kind: str, x: float, y: float, radius: float = 5) -> Markup:
        """Draw a dot or a ring.

        Parameters
        ----------
        kind : str
            Classes.
        x, y : float
            In the units of the axes.
        radius : float
            In px.

        Returns
        -------
        Markup
            One ``<circle>``.
        """
        return circle(kind, self.across.at(x), self.y(y), radius)

    def mark(self, kind: str, x: float, y: float) -> Markup:
        """Draw a dot; beyond the plane an arrow at its edge, pointing out.

        Parameters
        ----------
        kind : str
            Classes.
        x, y : float
            In the units of the axes.

        Returns
        -------
        Markup
            One ``<circle>``, or an ``<svg>`` with one ``<path>``.
        """
        if self.holds(x, y):
            return self.dot(kind, x, y)
        right, down = _beyond(self.across, x), -_beyond(self.up, y)
        arrow = (
            f"M{-5 * down} {5 * right}L{9 * right} {9 * down}L{5 * down} {-5 * right}Z"
        )
        return path(kind, self.across.at(x), self.y(y), arrow)

    def whisker(self, kind: str, x: float, interval: Estimate) -> list[Markup]:
        """Draw an interval of the upright axis.

        Parameters
        ----------
        kind : str
            Classes.
        x : float
            Where, in the unit of `across`.
        interval : Estimate
            With or without ends.

        Returns
        -------
        list of Markup
            One ``<line>``, or nothing.
        """
        ends = drawn_ends(interval)
        if not ends:
            return []
        low, high = ends
        return [upright(kind, self.across.at(x), self.y(high), self.y(low))]

    def curve(self, kind: str, points: Sequence[Point]) -> Markup:
        """Draw a curve as wide as the plane, with a line that keeps its width.

        Parameters
        ----------
        kind : str
            Classes.
        points : sequence of (float, float)
            In the units of the axes; cut where it leaves the plane, broken where
            a point is not finite.

        Returns
        -------
        Markup
            A nested ``<svg>``; empty where no line is left.
        """
        return self._inset(kind, self.trace(points), Markup(' fill="none"'))

    def band(self, kind: str, low: Sequence[Point], high: Sequence[Point]) -> Markup:
        """Fill what lies between two curves.

        Parameters
        ----------
        kind : str
            Classes.
        low, high : sequence of (float, float)
            Finite; both from left to right.

        Returns
        -------
        Markup
            A nested ``<svg>``; empty without points.
        """
        edge = [self._held(point) for point in (*high, *reversed(low))]
        line = f"M{_line(edge)}Z" if edge else ""
        return self._inset(kind, line, Markup())

    def trace(self, points: Sequence[Point]) -> str:
        """Write a curve as path data in a box of 100 by 100.

        Parameters
        ----------
        points : sequence of (float, float)
            In the units of the axes.

        Returns
        -------
        str
            Such as ``"M0.00 100.00 100.00 0.00"``; one ``M`` per unbroken piece.

        References
        ----------
        Liang and Barsky (1984), ACM Transactions on Graphics 3(1), 1-22.

        Examples
        --------
        >>> Plane(Axis(0, 1, 1), Axis(0, 1, 1)).trace([(0, 0), (1, 2)])
        'M0.00 100.00 50.00 0.00'
        """
        pieces: list[list[Point]] = []
        for start, end in _cut([self._place(point) for point in points]):
            if pieces and pieces[-1][-1] == start:
                pieces[-1].append(end)
            else:
                pieces.append([start, end])
        return "".join(f"M{_line(_thin(piece))}" for piece in pieces)

    def _place(self, point: Point) -> Point:
        return 100 * _share(self.across, point[0]), 100 - 100 * _share(
            self.up, point[1]
        )

    def _held(self, point: Point) -> Point:
        x, y = point
        return 100 * self.across.share(x), 100 - 100 * self.up.share(y)

    def _inset(self, kind: str, line: str, fill: Markup) -> Markup:
        # Attributes, so that a curve is a curve where no stylesheet is read.
        if not line:
            return Markup()
        return Markup(
            '<svg width="100%" height="{}" viewBox="0 0 100 100"'
            ' preserveAspectRatio="none"><path class="{}"{}'
            ' vector-effect="non-scaling-stroke" d="{}"/></svg>'
        ).format(self.height, kind, fill, line)


def _beyond(axis: Axis, value: float) -> int:
    """Side on which the axis does not hold a value; 0 where it does."""
    return 0 if axis.holds(value) else -1 if value < axis.low else 1


def _share(axis: Axis, value: float) -> float:
    """Share of the axis, also beyond its ends."""
    return (value - axis.low) / (axis.high - axis.low)


def _line(points: Sequence[Point]) -> str:
    return " ".join(
        f"{round(x, 2) + 0.0:.2f} {round(y, 2) + 0.0:.2f}" for x, y in points
    )


def _thin(points: Sequence[Point]) -> list[Point]:
    """Drop points that nobody can tell from the one before."""
    kept = [points[0]]
    for x, y in points[1:-1]:
        if max(abs(x - kept[-1][0]), abs(y - kept[-1][1])) >= _NEAR:
            kept.append((x, y))
    return [*kept, points[-1]]


def _cut(points: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    """Lines between neighbours, as far as they lie within the box."""
    for start, end in pairwise(points):
        if all(map(math.isfinite, (*start, *end))):
            entry, leave = _inside(start, end)
            if entry <= leave:
                yield _between(start, end, entry), _between(start, end, leave)


def _inside(start: Point, end: Point) -> tuple[float, float]:
    """Where a line enters and leaves the box, as shares of its length."""
    entry, leave = 0.0, 1.0
    for a, b in zip(start, end, strict=True):
        if a == b:
            if not 0 <= a <= 100:
                return 1.0, 0.0
            continue
        near, far = sorted(((0 - a) / (b - a), (100 - a) / (b - a)))
        entry, leave = max(entry, near), min(leave, far)
    return entry, leave


def _between(start: Point, end: Point, share: float) -> Point:
    if share in (0.0, 1.0):  # the corner itself, to the last bit
        return end if share else start
    (x0, y0), (x1, y1) = start, end
    return x0 + share * (x1 - x0), y0 + share * (y1 - y0)
