"""Find rounded axes, and places on them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


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

    def at(self, value: float) -> str:
        """Place a value, held within the domain.

        Parameters
        ----------
        value : float
            In the unit of the axis.

        Returns
        -------
        str
            Percentage of the width, two decimals, such as ``"65.00%"``.
        """
        share = (min(max(value, self.low), self.high) - self.low) / (
            self.high - self.low
        )
        return f"{100 * share:.2f}%"


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
    floor, ceiling = within
    finite = [min(max(v, floor), ceiling) for v in values if math.isfinite(v)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    if high - low < 1e-9:
        low, high = low - 0.05, high + 0.05
    step = _step((high - low) / steps)
    while math.ceil(high / step - 1e-9) - math.floor(low / step + 1e-9) > steps:
        step = _step(step * 1.01)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Axis(first * step, last * step, step)


def _step(least: float) -> float:
    """Smallest 1, 2 or 5 times a power of ten that is not below `least`."""
    power = math.floor(math.log10(least) + 1e-9)
    for exponent, factor in ((power, 1), (power, 2), (power, 5), (power + 1, 1)):
        # A division keeps 0.02 the float that is written 0.02.
        step = factor * 10.0**exponent if exponent >= 0 else factor / 10.0**-exponent
        if step >= least * (1 - 1e-9):
            return step
    return 10.0 ** (power + 1)
