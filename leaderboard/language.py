"""How a page speaks: its texts, and what a number or a moment looks like.

The texts stand in ``templates/nl.toml`` and ``templates/en.toml``, with equal
keys. Only pages use these forms; files and the API keep points and ISO times.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from types import MappingProxyType

from leaderboard.errors import LanguageUnknownError
from leaderboard.estimates import Estimate

LANGUAGES = ("nl", "en")


@dataclass(frozen=True, slots=True)
class Language:
    """One language that pages are written in.

    Attributes
    ----------
    slug : str
        ``"nl"`` or ``"en"``.
    texts : mapping of str to str
        Texts of the fragments by key; some with ``{placeholders}``.
    """

    slug: str
    texts: Mapping[str, str]

    def number(
        self, value: float, digits: int = 3, times: int = 1, unit: str = ""
    ) -> str:
        """Write a number.

        Parameters
        ----------
        value : float
            NaN and infinity become a dash.
        digits : int
            Decimals.
        times : int
            100 turns a share into a percentage.
        unit : str
            Written behind it, without a space.

        Returns
        -------
        str
            Such as ``"1.234,50"`` in Dutch, with a true minus sign.

        Examples
        --------
        >>> language("nl").number(0.0815), language("en").number(0.44, 0, 100, "%")
        ('0,082', '44%')
        """
        scaled = value * times
        if not math.isfinite(scaled):
            return self.texts["none"]
        plain = f"{scaled:,.{digits}f}"
        negative = plain.startswith("-") and any(mark in "123456789" for mark in plain)
        whole, point, part = plain.lstrip("-").partition(".")
        whole = whole.replace(",", self.texts["thousands"])
        sign = self.texts["minus"] if negative else ""
        return sign + whole + (self.texts["decimal"] if point else "") + part + unit

    def count(self, value: int | None) -> str:
        """Write a count, or a dash where it may not be shown.

        Parameters
        ----------
        value : int or None
            How many.

        Returns
        -------
        str
            Such as ``"12.000"`` in Dutch.
        """
        return self.texts["none"] if value is None else self.number(value, 0)

    def interval(self, estimate: Estimate, digits: int = 3, times: int = 1) -> str:
        """Write the interval of an estimate, without its unit.

        Parameters
        ----------
        estimate : Estimate
            With or without an interval.
        digits, times : int
            As in `number`.

        Returns
        -------
        str
            Low and high with a dash between; in words below 0, where a dash
            would read as a minus.
        """
        low, high = estimate.low, estimate.high
        if low is None or high is None:
            return self.texts["no_interval"]
        start = self.number(low, digits, times)
        form = self.texts["to" if start.startswith(self.texts["minus"]) else "range"]
        return form.format(low=start, high=self.number(high, digits, times))

    def interval_aloud(
        self,
        estimate: Estimate,
        digits: int,
        times: int = 1,
        *,
        absent: str = "no_interval",
    ) -> str:
        """Say the interval of an estimate for who hears the page.

        Parameters
        ----------
        estimate : Estimate
            With or without an interval.
        digits, times : int
            As in `number`.
        absent : str
            Key of the text that says why there is no interval.

        Returns
        -------
        str
            Such as ``"95% interval 0.092 to 0.110"``.
        """
        if estimate.low is None or estimate.high is None:
            return self.texts[absent]
        return self.texts["interval"].format(
            low=self.number(estimate.low, digits, times),
            high=self.number(estimate.high, digits, times),
        )

    def places(self, low: int | None, high: int | None) -> str:
        """Write the range of places that a row may have.

        Parameters
        ----------
        low, high : int or None
            First and last; None outside the ranking.

        Returns
        -------
        str
            One number where that is certain; a dash without a place.

        Examples
        --------
        >>> spoken = language("en")
        >>> spoken.places(2, 2), spoken.places(None, None) == spoken.texts["none"]
        ('2', True)
        """
        if low is None or high is None:
            return self.texts["none"]
        if low == high:
            return str(low)
        return self.texts["range"].format(low=low, high=high)

    def moment(self, at: datetime, now: datetime) -> str:
        """Write a time of day, with the day where it is not today.

        Parameters
        ----------
        at : datetime
            Aware.
        now : datetime
            Aware; its zone is the page's zone.

        Returns
        -------
        str
            Such as ``"14.02"`` or ``"21 nov 09.30"`` in Dutch.
        """
        local = at.astimezone(now.tzinfo)
        clock = self.texts["clock"].format(hour=local.hour, minute=local.minute)
        if local.date() == now.date():
            return clock
        month = self.texts["months"].split()[local.month - 1]
        return self.texts["day"].format(day=local.day, month=month) + clock


@cache
def language(slug: str) -> Language:
    """Look up a language with its texts.

    Parameters
    ----------
    slug : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    Language
        The same object every time.

    Raises
    ------
    LanguageUnknownError
        If no page is written in it.
    """
    if slug not in LANGUAGES:
        raise LanguageUnknownError(slug)
    file = resources.files("leaderboard") / "templates" / f"{slug}.toml"
    return Language(slug, MappingProxyType(tomllib.loads(file.read_text("utf-8"))))
