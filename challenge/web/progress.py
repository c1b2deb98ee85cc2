"""How far a submission is, in words that pages, API and command line share."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from challenge.rules.waiting import Waiting
from challenge.web.board import in_each_language
from challenge.web.pages import texts

# Answers that differ by less are the same answer, added up in another order: a
# hundredth of the step to which probabilities are rounded before they are scored.
SAME_BELOW = 1e-6
STEP = 1e-4
MINUTE, HOUR = 60, 3600


def waiting_words(waiting: Waiting, language: str) -> str:
    """Say which place a submission has in the queue, and how long it will take.

    Parameters
    ----------
    waiting : Waiting
        Of a submission that waits.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    str
        Such as "third in the queue, about 2 minutes".
    """
    t = texts(language)
    ordinals = t["ordinals"].split()
    place = (
        ordinals[waiting.ahead]
        if waiting.ahead < len(ordinals)
        else t["ordinal_beyond"].format(number=waiting.ahead + 1)
    )
    return t["queue_place"].format(
        place=place, wait=wait_words(waiting.seconds, language)
    )


def wait_words(seconds: int | None, language: str) -> str:
    """Say how long something takes, no finer than anybody can know.

    Parameters
    ----------
    seconds : int or None
        Expected; None where nobody runs submissions.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    str
        Such as "about 2 minutes".
    """
    t = texts(language)
    if seconds is None:
        return t["wait_unknown"]
    if seconds < MINUTE:
        return t["wait_under_a_minute"]
    if seconds < 1.5 * MINUTE:
        return t["wait_minute"]
    if seconds < 1.5 * HOUR:
        return t["wait_minutes"].format(count=round(seconds / MINUTE))
    return t["wait_hours"].format(count=round(seconds / HOUR))


def repeat_words(difference: float, language: str) -> str:
    """Say whether a model gave the same answers to the same rows, asked twice.

    Parameters
    ----------
    difference : float
        The largest between two answers to one public row.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    str
        One or two sentences.
    """
    if difference < SAME_BELOW:
        return texts(language)["repeats_same"]
    shown = f"{STEP * math.ceil(difference / STEP):g}"
    if language == "nl":
        shown = shown.replace(".", ",")
    return texts(language)["repeats_differ"].format(difference=shown)


def waiting_document(waiting: Waiting | None) -> dict[str, Any]:
    """Write a place in the queue as JSON, with what the page says of it.

    Parameters
    ----------
    waiting : Waiting or None
        None if it does not wait.

    Returns
    -------
    dict
        ``{"ahead", "expected_wait_seconds", "waiting"}``; 0, None and None if it does
        not wait.
    """
    if waiting is None:
        return {"ahead": 0, "expected_wait_seconds": None, "waiting": None}
    return {
        "ahead": waiting.ahead,
        "expected_wait_seconds": waiting.seconds,
        "waiting": in_each_language(partial(waiting_words, waiting)),
    }


def repeats_document(difference: float | None) -> dict[str, Any] | None:
    """Write what came of asking twice as JSON, with what the page says of it.

    Parameters
    ----------
    difference : float or None
        None as long as nobody looked.

    Returns
    -------
    dict or None
        ``{"same", "largest_difference", "told"}``.
    """
    if difference is None:
        return None
    return {
        "same": difference < SAME_BELOW,
        "largest_difference": difference,
        "told": in_each_language(partial(repeat_words, difference)),
    }
