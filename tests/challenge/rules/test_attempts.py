"""Guessing is bounded, and nobody keeps somebody else out for long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from challenge.errors import TooManyAttemptsError
from challenge.rules.attempts import (
    ALL_WINDOW,
    AT_ALL,
    AT_NAME,
    NAME_WINDOW,
    Attempts,
)

from ...factories import NOON


def guess(attempts: Attempts, times: int, *, address: str = "a", name: str = "Ans"):
    for _ in range(times):
        attempts.begin(address, name, now=NOON)


def test_after_ten_failures_at_one_name_an_address_waits_some_minutes() -> None:
    attempts = Attempts()
    guess(attempts, AT_NAME)
    with pytest.raises(TooManyAttemptsError) as refused:
        attempts.begin("a", " ANS", now=NOON + timedelta(minutes=2))
    assert refused.value.seconds == 180
    attempts.begin("a", "Ans", now=NOON + NAME_WINDOW)


def test_a_stranger_elsewhere_keeps_nobody_out() -> None:
    attempts = Attempts()
    guess(attempts, AT_NAME, address="stranger")
    attempts.begin("home", "Ans", now=NOON)
    attempts.begin("stranger", "Bo", now=NOON)


def test_who_succeeds_starts_again_from_none() -> None:
    attempts = Attempts()
    for _ in range(3):
        guess(attempts, AT_NAME)
        attempts.succeed("a", "Ans")


def test_guesses_at_many_names_from_one_address_wait_too_for_at_most_a_minute() -> None:
    attempts = Attempts()
    for number in range(AT_ALL):
        attempts.begin("a", f"name {number}" if number % 2 else "", now=NOON)
    with pytest.raises(TooManyAttemptsError) as refused:
        attempts.begin("a", "Ans", now=NOON)
    assert refused.value.seconds == ALL_WINDOW.total_seconds()
    attempts.begin("a", "Ans", now=NOON + ALL_WINDOW)
    attempts.begin("b", "", now=NOON)


def test_what_is_over_is_forgotten() -> None:
    attempts = Attempts()
    for number in range(50):
        attempts.begin(f"address {number}", "Ans", now=NOON)
    attempts.begin("a", "", now=NOON + NAME_WINDOW)
    assert len(attempts._made) == 1
