"""Find rounded axes, and places on them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_FAR = 1e300  # so that even the length of an axis is a number
_SLACK = 0.1  # of a step: so little beyond the last tick earns no further tick


@dataclass(frozen=True, slots=True)
class Axis:
    """A horizontal scale, drawn once and shared by every mark under it.

    Attributes
    ----------
    low, high : float
        Ends of the domain, both whole multiples of `step`.
    step : float
        Distance between two ticks, in the unit of the values.
    """

    low: float
    high: float
    step: float

    @property
    def digits(self) -> int:
        """Decimals that a tick needs to be told from the next."""
        return max(0, -math.floor(math.log10(self.step) + 1e-9))

    @property
    def ticks(self) -> tuple[float, ...]:
        """Values of the ticks, both ends included."""
        count = round((self.high - self.low) / self.step)
        return tuple(
            round(self.low + k * self.step, self.digits) for k in range(count + 1)
        )

    def holds(self, value: float) -> bool:
        """Tell whether a value has a place on the axis.

        Parameters
        ----------
        value : float
            In the unit of the axis.

        Returns
        -------
        bool
            True within the domain and a tenth of a step beyond it.
        """
        slack = _SLACK * self.step * (1 + 1e-9)
        return self.low - slack <= value <= self.high + slack

    def share(self, value: float) -> float:
        """Place a value; one that the axis does not hold stands at its edge.

        Parameters
        ----------
        value : float
            In the unit of the axis; not NaN, which has no place.

        Returns
        -------
        float
            Share of the axis: 0 at `low`, 1 at `high`.
        """
        if not self.holds(value):
            value = self.low if value < self.low else self.high
        return (value - self.low) / (self.high - self.low)

    def at(self, value: float) -> str:
        """Place a value as SVG writes it.

        Parameters
        ----------
        value : float
            As in `share`.

        Returns
        -------
        str
            Percentage of the width, two decimals, such as ``"65.00%"``.
        """
        # The sum turns a minus nought into a nought.
        return f"{round(100 * self.share(value), 2) + 0.0:.2f}%"


def axis_over(
    values: Iterable[float],
    *,
    within: tuple[float, float] = (-math.inf, math.inf),
    steps: int = 5,
) -> Axis:
    """Find a rounded axis that covers the values.

    Parameters
    ----------
    values : iterable of float
        Everything to draw; what is not finite is left out.
    within : tuple of float
        Values beyond these bounds do not stretch the axis, so one wild estimate
        does not flatten all others.
    steps : int
        Most steps between ticks, at least 1.

    Returns
    -------
    Axis
        With steps of 1, 2 or 5 times a power of ten; 0 to 1 without values.
    """
    floor, ceiling = max(within[0], -_FAR), min(within[1], _FAR)
    finite = [min(max(v, floor), ceiling) for v in values if math.isfinite(v)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    size = max(1.0, abs(low), abs(high))
    if high - low < 1e-9 * size:
        room = max(0.05, 1e-6 * size)
        low, high = low - room, high + room
    step = _step((high - low) / steps)
    # Rounding both ends outwards may take one step too many.
    while _last(high, step) - _first(low, step) > steps:
        step = _step(step * 1.01)
    first = _first(low, step)
    return Axis(first * step, max(first + 1, _last(high, step)) * step, step)


def _first(low: float, step: float) -> int:
    return math.floor(low / step + _SLACK)


def _last(high: float, step: float) -> int:
    return math.ceil(high / step - _SLACK)


def _step(least: float) -> float:
    """Smallest 1, 2 or 5 times a power of ten that is not below `least`."""
    power = math.floor(math.log10(least) + 1e-9)
    # A division keeps 0.02 the float that is written 0.02.
    *steps, last = (
        factor * 10.0**exponent if exponent >= 0 else factor / 10.0**-exponent
        for exponent, factor in ((power, 1), (power, 2), (power, 5), (power + 1, 1))
    )
    return next((step for step in steps if step >= least * (1 - 1e-9)), last)
