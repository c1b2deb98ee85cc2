"""How the numbers of an axis are written, in a tick, a table and a sentence."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from leaderboard.charts.axes import Axis
from leaderboard.charts.intervals import drawn_ends
from leaderboard.estimates import Estimate
from leaderboard.language import Language


@dataclass(frozen=True, slots=True)
class Measure:
    """What an axis measures, and how its numbers are written.

    Attributes
    ----------
    name : str
        In the language of the page.
    digits : int
        Decimals in a table.
    times : int
        100 turns a share into a percentage.
    unit : str
        Written behind a number, such as ``"%"``.
    """

    name: str
    digits: int = 3
    times: int = 1
    unit: str = ""

    def write(self, value: float | None, language: Language) -> str:
        """Write a number for a table.

        Parameters
        ----------
        value : float or None
            None and what is not finite become a dash.
        language : Language
            Of the page.

        Returns
        -------
        str
            Such as ``"44%"``.
        """
        number = math.nan if value is None else value
        return language.number(number, self.digits, self.times, self.unit)

    def short(self, value: float, language: Language) -> str:
        """Write a number in a sentence, without decimals that say nothing.

        Parameters
        ----------
        value : float
            What is not finite becomes a dash.
        language : Language
            Of the page.

        Returns
        -------
        str
            Such as ``"5%"`` where a table has ``"5.0%"``.
        """
        exact = round(value * self.times, self.digits)
        digits = next(
            (d for d in range(self.digits + 1) if round(exact, d) == exact), 0
        )
        return language.number(value, digits, self.times, self.unit)

    def ticks(self, axis: Axis, language: Language) -> Callable[[float], str]:
        """Find how the ticks of an axis are written.

        Parameters
        ----------
        axis : Axis
            Decides how many decimals a tick needs.
        language : Language
            Of the page.

        Returns
        -------
        callable
            Turns a tick into its text, such as ``"10%"``.
        """
        digits = max(0, axis.digits - round(math.log10(self.times)))
        return lambda tick: language.number(tick, digits, self.times, self.unit)

    def estimate(self, estimate: Estimate | None, language: Language) -> str:
        """Write an estimate with its interval for a table.

        Parameters
        ----------
        estimate : Estimate or None
            None is said as suppressed.
        language : Language
            Of the page.

        Returns
        -------
        str
            Such as ``"0.745 (0.720 to 0.770)"``; a dash where it is not a number.
        """
        if estimate is None:
            return language.texts["suppressed"]
        value = self.write(estimate.value, language)
        ends = drawn_ends(estimate)
        if ends is None or not math.isfinite(estimate.value):
            return value
        if any(map(math.isinf, ends)):
            low, high = (self.write(end, language) for end in ends)
            return f"{value} ({language.texts['to'].format(low=low, high=high)})"
        return f"{value} ({language.interval(estimate, self.digits, self.times)})"
