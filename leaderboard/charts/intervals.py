"""What of an estimate can be drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable

from leaderboard.estimates import Estimate


def drawn_ends(estimate: Estimate) -> tuple[float, float] | None:
    """Give the interval of an estimate where it can be drawn.

    Parameters
    ----------
    estimate : Estimate
        With or without an interval.

    Returns
    -------
    tuple of float or None
        Low and high, maybe infinite; None where either is absent or not a
        number.

    Examples
    --------
    >>> drawn_ends(Estimate(1.0, 0.5, 2.0)), drawn_ends(Estimate(1.0))
    ((0.5, 2.0), None)
    """
    low, high = estimate.low, estimate.high
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return None
    return low, high


def reach(estimates: Iterable[Estimate | None]) -> list[float]:
    """List every number that an axis must cover.

    Parameters
    ----------
    estimates : iterable of Estimate or None
        None is left out.

    Returns
    -------
    list of float
        Values and interval ends, in the unit of the estimates.
    """
    return [
        number
        for estimate in estimates
        if estimate is not None
        for number in (estimate.value, *(drawn_ends(estimate) or ()))
    ]
