"""How far a submission is, in words."""

from __future__ import annotations

import pytest

from challenge.rules.waiting import Waiting
from challenge.web.progress import (
    repeat_words,
    repeats_document,
    wait_words,
    waiting_document,
    waiting_words,
)


@pytest.mark.parametrize(
    ("waiting", "dutch", "english"),
    [
        (
            Waiting(2, 120),
            "derde in de wachtrij, ongeveer 2 minuten",
            "third in the queue, about 2 minutes",
        ),
        (
            Waiting(0, 3),
            "eerste in de wachtrij, minder dan een minuut",
            "first in the queue, less than a minute",
        ),
        (
            Waiting(10, None),
            "nummer 11 in de wachtrij, maar nu draait niemand de inzendingen",
            "number 11 in the queue, but nobody runs submissions at the moment",
        ),
    ],
)
def test_a_place_in_the_queue_is_told_with_the_wait(
    waiting: Waiting, dutch: str, english: str
) -> None:
    assert waiting_words(waiting, "nl") == dutch
    assert waiting_words(waiting, "en") == english
    assert waiting_document(waiting) == {
        "ahead": waiting.ahead,
        "expected_wait_seconds": waiting.seconds,
        "waiting": {"nl": dutch, "en": english},
    }


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((0, "less than a minute"), (59, "less than a minute")),
        *((60, "about a minute"), (89, "about a minute")),
        *((90, "about 2 minutes"), (600, "about 10 minutes")),
        *(
            (5399, "about 90 minutes"),
            (5400, "about 2 hours"),
            (36000, "about 10 hours"),
        ),
    ],
)
def test_a_wait_is_told_no_finer_than_anybody_can_know(
    seconds: int, words: str
) -> None:
    assert wait_words(seconds, "en") == words


def test_one_that_does_not_wait_has_no_place() -> None:
    assert waiting_document(None) == {
        "ahead": 0,
        "expected_wait_seconds": None,
        "waiting": None,
    }


@pytest.mark.parametrize(
    ("difference", "dutch", "english"),
    [(0.02, "0,02", "0.02"), (0.01231, "0,0124", "0.0124"), (3e-6, "0,0001", "0.0001")],
)
def test_answers_that_differ_are_told_with_a_bound_that_holds(
    difference: float, dutch: str, english: str
) -> None:
    assert f"die tot {dutch} verschillen" in repeat_words(difference, "nl")
    assert f"differ by up to {english}: a row's" in repeat_words(difference, "en")
    assert repeats_document(difference)["same"] is False
    assert float(english) >= difference


@pytest.mark.parametrize("difference", [0.0, 1e-12])
def test_answers_that_differ_in_their_last_digit_are_the_same(
    difference: float,
) -> None:
    document = repeats_document(difference)
    assert document["same"]
    assert document["largest_difference"] == difference
    assert document["told"]["en"] == "Asked twice, your model gave the same answers."


def test_nothing_is_told_before_anybody_looked() -> None:
    assert repeats_document(None) is None
