"""The day itself: its time zone, its phases, and when each begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator

from challenge.schema import Content, refusal

PHASES = ("draft", "practice", "open", "frozen", "jury", "closed")
"""In this order."""


class Event(Content):
    """Where and when it takes place.

    Attributes
    ----------
    zone : str
        Time zone in which times are written and shown.
    """

    zone: str = "Europe/Amsterdam"

    @field_validator("zone")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in available_timezones():
            raise refusal(
                "zone-unknown",
                f"There is no time zone {name}.",
                "Write one such as Europe/Amsterdam.",
            )
        return name

    @property
    def clock(self) -> ZoneInfo:
        """The zone, to convert times with."""
        return ZoneInfo(self.zone)


class Phase(Content):
    """A part of the day.

    Attributes
    ----------
    name : {"draft", "practice", "open", "frozen", "jury", "closed"}
        In this order.
    starts_at : datetime or None
        When it starts by itself, on the clock of the event, or with an offset; None:
        somebody starts it by hand.
    """

    name: Literal["draft", "practice", "open", "frozen", "jury", "closed"]
    starts_at: datetime | None = Field(default=None)

    @field_validator("starts_at", mode="before")
    @classmethod
    def _written_as_a_time(cls, value: Any) -> Any:
        if value is not None and not isinstance(value, datetime):
            raise refusal(
                "time-form",
                f"{value} is no day with a time.",
                "Write it without quotes, as in 2026-11-22T09:00:00.",
            )
        return value


def moment(local: datetime, zone: ZoneInfo) -> datetime | None:
    """Find the moment that a clock on the wall shows.

    Parameters
    ----------
    local : datetime
        Naive, as people write it; one with an offset is a moment already.
    zone : ZoneInfo
        Where the clock hangs.

    Returns
    -------
    datetime or None
        Aware UTC; None where the clock shows that time never, or twice.

    Examples
    --------
    >>> moment(datetime(2026, 11, 22, 9), ZoneInfo("Europe/Amsterdam")).hour
    8
    """
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    # Where the clock is put forward both readings come back changed; where it is put
    # back they differ.
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    found = first.astimezone(UTC)
    exists = found.astimezone(zone).replace(tzinfo=None) == local
    return found if exists and first.utcoffset() == second.utcoffset() else None


def repair_of(local: datetime, zone: ZoneInfo) -> str:
    """Say what to write in place of a time that is no moment.

    Parameters
    ----------
    local : datetime
        Naive.
    zone : ZoneInfo
        Where the clock hangs.

    Returns
    -------
    str
        One sentence.
    """
    hour = timedelta(hours=1)
    earlier, later = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if earlier.utcoffset() < later.utcoffset():  # type: ignore[operator]
        return f"The clock is put forward then; choose {(local + hour).isoformat()}."
    return (
        "The clock is put back then; write which one you mean, as in "
        f"{earlier.isoformat()} or {later.isoformat()}."
    )
