"""Who is before a submission in the queue, and how long that will take."""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from challenge.store import Unit

USUAL_SECONDS = 5.0
"""Taken for a run before any has ended: what a core needs for one, most of it to warm
the sandbox up (docs/performance.md has the figures)."""

LATELY = 20
"""How many ended runs say how long one takes: enough for a median that one slow model
does not move, few enough to follow the day."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The place of one submission in the queue.

    Attributes
    ----------
    ahead : int
        How many will be taken before it; 0: it is next.
    seconds : int or None
        Expected until it is taken; None while nobody takes any.
    """

    ahead: int
    seconds: int | None


def waiting(unit: Unit, release: str, *, now: datetime) -> dict[str, Waiting]:
    """Tell the place of every submission that waits.

    Parameters
    ----------
    unit : Unit
        A transaction; reading is enough.
    release : str
        ``slug/version``.
    now : datetime
        Aware UTC.

    Returns
    -------
    dict of str to Waiting
        By id, in the order in which they will be taken.
    """
    order = unit.queue.order(release)
    if not order:
        return {}
    slots = sum(worker.slots for worker in unit.workers.alive(now, release))
    lasting = unit.submissions.durations(release, latest=LATELY)
    usual = median(lasting) if lasting else USUAL_SECONDS
    under_way = [
        (now - began).total_seconds() for began in unit.submissions.begun(release)
    ]
    seconds = _starts(len(order), slots, under_way, usual)
    return {
        key: Waiting(ahead, expected)
        for ahead, (key, expected) in enumerate(zip(order, seconds, strict=True))
    }


def _starts(
    count: int, slots: int, under_way: Collection[float], usual: float
) -> list[int | None]:
    """Give the seconds until each of those that wait is taken, in their order.

    Each takes the slot that is free first, and keeps it for the usual time.
    """
    if slots == 0:
        return [None] * count
    # Runs that a dead worker left behind hold no slot: the last `slots` count.
    # One that takes longer than usual may well take as long again.
    left = sorted(usual - gone if gone < usual else gone for gone in under_way)[-slots:]
    free = left + [0.0] * (slots - len(left))
    heapq.heapify(free)
    starts = [heapq.heappushpop(free, free[0] + usual) for _ in range(count)]
    return [math.ceil(start) for start in starts]
