"""Numbers, moments and lengths of time as a reader of one language writes them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

_LOCALES = {"nl": Locale("nl", "NL"), "en": Locale("en", "GB")}
# As leaderboard/templates/*.toml write them: 14.05 is Dutch, 14:05 is English.
_CLOCKS = {"nl": "H.mm", "en": "H:mm"}
# One MiB, less what would be rounded up to it in KiB.
_MEBIBYTE, _ALMOST_MEBIBYTE = 2**20, 2**20 - 1024
NOTHING = "–"  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Formats:
    """How one reader writes numbers and times.

    What a program reads (API, CSV, ``datetime=``) is never written with it.

    Attributes
    ----------
    language : str
        ``"nl"`` or ``"en"``.
    zone : tzinfo
        In which moments are told.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> dutch = Formats("nl", ZoneInfo("Europe/Amsterdam"))
    >>> dutch.count(12345), dutch.number(0.8194, 3), dutch.percent(0.051, 1)
    ('12.345', '0,819', '5,1%')
    >>> dutch.duration(8640), dutch.size(1_887_437)
    ('2 uur 24 min', '1,8 MiB')
    """

    language: str
    zone: tzinfo

    def count(self, number: int) -> str:
        """Write a whole number, in groups of three."""
        return format_decimal(number, locale=_LOCALES[self.language])

    def number(self, value: float | None, digits: int = 0) -> str:
        """Write a number with so many decimals.

        Parameters
        ----------
        value : float or None
            None and what is not finite become a dash.
        digits : int
            Decimals.

        Returns
        -------
        str
            Such as ``"0,819"``, with a real minus sign.
        """
        if value is None or not math.isfinite(value):
            return NOTHING
        pattern = "#,##0." + "0" * digits if digits else "#,##0"
        # The sum turns a minus nought into a nought.
        written = format_decimal(
            round(value, digits) + 0.0, pattern, locale=_LOCALES[self.language]
        )
        return written.replace("-", "−")  # noqa: RUF001

    def percent(self, share: float | None, digits: int = 0) -> str:
        """Write a share as a percentage, without decimals that say nothing.

        Parameters
        ----------
        share : float or None
            In [0, 1]; None and what is not finite become a dash.
        digits : int
            Most decimals.

        Returns
        -------
        str
            Such as ``"5,1%"``.
        """
        if share is None or not math.isfinite(share):
            return NOTHING
        pattern = "#,##0." + "#" * digits + "%" if digits else "#,##0%"
        written = format_percent(share, pattern, locale=_LOCALES[self.language])
        return written.replace("-", "−")  # noqa: RUF001

    def moment(self, at: datetime) -> str:
        """Write day, time and zone of an aware moment: ``zo 22 nov 2026 14.05 CET``."""
        local = at.astimezone(self.zone)
        pattern = f"EEE d MMM y {_CLOCKS[self.language]}"
        written = format_datetime(local, pattern, locale=_LOCALES[self.language])
        return f"{written} {local.tzname()}"

    def clock(self, at: datetime, *, seconds: bool = False) -> str:
        """Write the time on the wall at an aware moment: ``14.05``, or ``14.05.12``."""
        pattern = _CLOCKS[self.language]
        if seconds:
            pattern += pattern[1] + "ss"
        local = at.astimezone(self.zone)
        return format_datetime(local, pattern, locale=_LOCALES[self.language])

    def day(self, at: datetime) -> str:
        """Write the date of an aware moment: ``zondag 22 november 2026``."""
        local = at.astimezone(self.zone)
        pattern = "EEEE d MMMM y"
        return format_datetime(local, pattern, locale=_LOCALES[self.language])

    def duration(self, length: timedelta | float) -> str:
        """Write a length of time in its two largest units, as people say it.

        Parameters
        ----------
        length : timedelta or float
            Seconds if it is a number; one that is below 0 is told as 0.

        Returns
        -------
        str
            ``"41 sec"``, ``"6 min"``, ``"2 uur 24 min"``, ``"3 dagen 4 uur"``.
        """
        if isinstance(length, timedelta):
            length = length.total_seconds()
        seconds = max(0, int(length))
        minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
        if days:
            return self._units(("day", days), ("hour", hours % 24))
        if hours:
            return self._units(("hour", hours), ("minute", minutes % 60))
        if minutes:
            return self._units(("minute", minutes))
        return self._units(("second", seconds))

    def countdown(self, length: timedelta | float) -> str:
        """Write what is left of a clock: ``4:12``, ``2:24:48``; app.js counts on."""
        if isinstance(length, timedelta):
            length = length.total_seconds()
        minutes, seconds = divmod(max(0, math.ceil(length)), 60)
        if minutes < 60:
            return f"{minutes}:{seconds:02d}"
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"

    def size(self, length: int) -> str:
        """Write bytes in a unit that reads well: KiB below one MiB, and never 0."""
        if length > _ALMOST_MEBIBYTE:
            return f"{self.number(length / _MEBIBYTE, 1)} MiB"
        return f"{math.ceil(length / 1024)} KiB"

    def _units(self, *parts: tuple[str, int]) -> str:
        """Join lengths such as 2 hours and 24 minutes; what is 0 behind is left out."""
        locale = _LOCALES[self.language]
        kept = [parts[0], *(part for part in parts[1:] if part[1])]
        written = (
            format_unit(count, f"duration-{unit}", "short", locale=locale)
            for unit, count in kept
        )
        return " ".join(word.replace("\xa0", " ") for word in written)
