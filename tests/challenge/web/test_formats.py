"""Numbers, moments and sizes as a reader of each language writes them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from challenge.web.formats import Formats

ZONE = ZoneInfo("Europe/Amsterdam")
DUTCH, ENGLISH = Formats("nl", ZONE), Formats("en", ZONE)
WINTER = datetime(2026, 11, 22, 13, 5, 12, tzinfo=UTC)
SUMMER = datetime(2026, 7, 5, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "digits", "dutch", "english"),
    [
        (0.8194, 3, "0,819", "0.819"),
        (12345.678, 1, "12.345,7", "12,345.7"),
        (-0.03, 2, "−0,03", "−0.03"),
        (-0.0004, 3, "0,000", "0.000"),
        (4.0, 0, "4", "4"),
        (None, 2, "–", "–"),
        (math.nan, 2, "–", "–"),
        (math.inf, 2, "–", "–"),
    ],
)
def test_a_number_has_the_marks_of_its_language(
    value: float | None, digits: int, dutch: str, english: str
) -> None:
    assert DUTCH.number(value, digits) == dutch
    assert ENGLISH.number(value, digits) == english


def test_a_count_stands_in_groups_of_three() -> None:
    assert (DUTCH.count(1234567), ENGLISH.count(1234567)) == ("1.234.567", "1,234,567")


@pytest.mark.parametrize(
    ("share", "digits", "dutch"),
    [
        (0.051, 1, "5,1%"),
        (0.05, 1, "5%"),
        (0.5, 0, "50%"),
        (-0.02, 0, "−2%"),
        (None, 0, "–"),
        (math.nan, 0, "–"),
    ],
)
def test_a_percentage_has_no_decimals_that_say_nothing(
    share: float | None, digits: int, dutch: str
) -> None:
    assert DUTCH.percent(share, digits) == dutch
    assert ENGLISH.percent(share, digits) == dutch.replace(",", ".")


def test_a_moment_is_told_in_the_zone_of_the_event_which_is_named() -> None:
    assert DUTCH.moment(WINTER) == "zo 22 nov 2026 14.05 CET"
    assert ENGLISH.moment(WINTER) == "Sun 22 Nov 2026 14:05 CET"
    assert DUTCH.moment(SUMMER) == "ma 6 jul 2026 1.30 CEST"
    assert DUTCH.day(SUMMER) == "maandag 6 juli 2026"
    assert ENGLISH.day(WINTER) == "Sunday 22 November 2026"


def test_the_clock_on_the_wall_may_have_seconds() -> None:
    assert (DUTCH.clock(WINTER), ENGLISH.clock(WINTER)) == ("14.05", "14:05")
    assert DUTCH.clock(WINTER, seconds=True) == "14.05.12"
    assert ENGLISH.clock(WINTER, seconds=True) == "14:05:12"


@pytest.mark.parametrize(
    ("length", "dutch", "english"),
    [
        (-3, "0 sec", "0 secs"),
        (41.9, "41 sec", "41 secs"),
        (timedelta(minutes=6, seconds=59), "6 min", "6 mins"),
        (timedelta(hours=2, minutes=24), "2 uur 24 min", "2 hrs 24 mins"),
        (timedelta(hours=1), "1 uur", "1 hr"),
        (timedelta(days=3, hours=4), "3 dagen 4 uur", "3 days 4 hrs"),
    ],
)
def test_a_length_of_time_is_told_in_its_two_largest_units(
    length: timedelta | float, dutch: str, english: str
) -> None:
    assert (DUTCH.duration(length), ENGLISH.duration(length)) == (dutch, english)


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (timedelta(minutes=4, seconds=12), "4:12"),
        (8688, "2:24:48"),
        (0.2, "0:01"),
        (-5, "0:00"),
        (3600, "1:00:00"),
    ],
)
def test_a_countdown_reads_like_a_clock(left: timedelta | float, shown: str) -> None:
    assert DUTCH.countdown(left) == ENGLISH.countdown(left) == shown


@pytest.mark.parametrize(
    ("size", "words"),
    [
        *((0, "0 KiB"), (1, "1 KiB"), (1024, "1 KiB"), (1025, "2 KiB")),
        *((104_858, "103 KiB"), (1_047_552, "1023 KiB")),
    ],
)
def test_a_file_below_a_mebibyte_is_told_in_kibibytes_and_is_never_nothing(
    size: int, words: str
) -> None:
    assert DUTCH.size(size) == ENGLISH.size(size) == words


@pytest.mark.parametrize(
    ("size", "dutch", "english"),
    [
        (1_047_553, "1,0 MiB", "1.0 MiB"),
        (2**20, "1,0 MiB", "1.0 MiB"),
        (1_887_437, "1,8 MiB", "1.8 MiB"),
        (2**30, "1.024,0 MiB", "1,024.0 MiB"),
    ],
)
def test_a_larger_file_is_told_in_mebibytes_with_the_marks_of_the_language(
    size: int, dutch: str, english: str
) -> None:
    assert (DUTCH.size(size), ENGLISH.size(size)) == (dutch, english)
