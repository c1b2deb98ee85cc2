"""Rounding: how fine a number may be that leaves."""

from __future__ import annotations

import math

from leaderboard.disclosure.suppression import ROUNDING
from leaderboard.estimates import Estimate

# More digits would tell labels: the score is an equation in them (Whitehill 2017,
# arXiv 1707.01825; reference figures in docs/method.md).
SCORE_DIGITS = 3
_THOUSANDTH = 10**-SCORE_DIGITS
_HUNDREDTH = 0.01
_DIGITS = 9  # far below any step: what is on a step stays there
_MORE_DIGITS = 12  # takes away what binary fractions leave behind


def released(exact: Estimate) -> Estimate:
    """Round a score of hidden rows to what may be shown.

    Parameters
    ----------
    exact : Estimate
        As it was measured.

    Returns
    -------
    Estimate
        Value and interval with three decimals.

    Examples
    --------
    >>> released(Estimate(0.09364863757, 0.0822264921, 0.1040237260))
    Estimate(value=0.094, low=0.082, high=0.104)
    """
    low, high = (
        None if end is None else _rounded(end) for end in (exact.low, exact.high)
    )
    return Estimate(_rounded(exact.value), low, high)


def live_score(exact: Estimate) -> Estimate:
    """Round a score on hidden rows to steps of at least its standard error.

    Whoever may try a hundred times chooses which rows the score depends on, and
    reads their labels from the digits behind the standard error. Measured, for an
    attacker who knows which rows form two clusters: with three decimals it gets
    83 in 100 of their counts right, with these steps 18, by guessing 11 to 14. The
    standard error counts whole clusters, and it grows with what a submission stakes
    on a few of them; so one cluster moves a score by about a step at most.

    Parameters
    ----------
    exact : Estimate
        As it was measured.

    Returns
    -------
    Estimate
        Nearest step, inside its interval rounded outwards. Steps are 1, 2 or 5
        times a power of ten, at least 0.001, and 0.1 where there is no interval.

    Examples
    --------
    >>> live_score(Estimate(0.10364863757, 0.0942264921, 0.1130237260))
    Estimate(value=0.105, low=0.09, high=0.115)
    """
    if exact.low is None or exact.high is None:
        return Estimate(round(exact.value, 1) + 0.0)
    # A 95 % interval is about four standard errors long.
    step = _round_step((exact.high - exact.low) / 4)
    value, low, high = (
        round(steps * step, _DIGITS) + 0.0
        for steps in (
            math.floor(exact.value / step + 0.5),
            math.floor(round(exact.low / step, _DIGITS)),
            math.ceil(round(exact.high / step, _DIGITS)),
        )
    )
    return Estimate(value, min(low, value), max(high, value))


def rounded_share(exact: Estimate) -> Estimate:
    """Round what is measured within a group and is no ratio of counts.

    Parameters
    ----------
    exact : Estimate
        Such as an AUROC.

    Returns
    -------
    Estimate
        Value with two decimals, inside its interval rounded outwards.

    Examples
    --------
    >>> rounded_share(Estimate(0.7654, 0.7123, 0.8123))
    Estimate(value=0.77, low=0.71, high=0.82)
    """
    return spread(exact, round(exact.value, 2), rows=math.inf)


def spread(exact: Estimate, value: float, *, rows: float) -> Estimate:
    """Put the interval of an exact value around a rounded one.

    The ends go outwards to the steps that a count rounded to five makes: ends of an
    interval are functions of the counts too, and would tell them.

    Parameters
    ----------
    exact : Estimate
        As it was measured.
    value : float
        The same from rounded counts.
    rows : float
        Rounded count that it is divided by, above 0.

    Returns
    -------
    Estimate
        `value`, inside an interval whose ends lie on steps of five rows, and of at
        least 0.01.

    Examples
    --------
    >>> spread(Estimate(22 / 33, 0.51, 0.79), 20 / 35, rows=50)
    Estimate(value=0.5714285714285714, low=0.5, high=0.8)
    """
    if exact.low is None or exact.high is None:
        return Estimate(value)
    low = step_below(exact.low, rows)
    high = -step_below(-exact.high, rows)
    return Estimate(value, min(low, value), max(high, value))


def step_below(value: float, rows: float) -> float:
    """Go down to a step of five rows, and of at least 0.01.

    Parameters
    ----------
    value : float
        A rate or ratio.
    rows : float
        What it is divided by, above 0.

    Returns
    -------
    float
        At most `value`.

    Examples
    --------
    >>> step_below(0.47, rows=50), step_below(0.4777, rows=1000)
    (0.4, 0.47)
    """
    step = max(ROUNDING / rows, _HUNDREDTH)
    return round(math.floor(round(value / step, _DIGITS)) * step, _MORE_DIGITS)


def _round_step(least: float) -> float:
    """Find the next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(max(least, _THOUSANDTH)))
    steps = (times * power for times in (1, 2, 5, 10))
    return next(step for step in steps if step >= round(least, _DIGITS))


def _rounded(value: float) -> float:
    # Adding 0 turns the -0.0 of a tiny loss into plain 0.
    return round(value, SCORE_DIGITS) + 0.0
