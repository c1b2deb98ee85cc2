"""Numbers as curves hold them: four decimals are more than a picture shows."""

from __future__ import annotations

from leaderboard.estimates import Estimate

_DIGITS = 4


def rounded(value: float) -> float:
    """Round a number to four decimals.

    Parameters
    ----------
    value : float
        In any unit.

    Returns
    -------
    float
        Never a minus nought.
    """
    return round(float(value), _DIGITS) + 0.0


def rounded_estimate(exact: Estimate) -> Estimate:
    """Round an estimate to four decimals.

    Parameters
    ----------
    exact : Estimate
        With or without an interval.

    Returns
    -------
    Estimate
        The same, rounded.
    """
    ends = (None if end is None else rounded(end) for end in (exact.low, exact.high))
    return Estimate(rounded(exact.value), *ends)
