"""Assumptions about a column that are close enough and tell nothing of anybody.

Shares come in steps of 0.05, numbers in two digits; every figure rests on at least
ten rows, the outer twentieths of the values are pulled in first, and no figure is a
true minimum or maximum.

References
----------
Bond, Brandt and de Wolf (2015), "Guidelines for the checking of output based on
microdata research", Data without Boundaries: at least 10 units, no extremes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenge.schema.categories import changed

LEAST_ROWS = 10
MOST_LEVELS = 20
STEP = 0.05
OTHER = "other"

_LONGEST_LEVEL = 40
_QUARTILES_TO_SD = 1.349  # interquartile range of a standard normal


def share_marginal(values: NDArray[np.bool_]) -> dict[str, Any]:
    """Assume how often something is so.

    Parameters
    ----------
    values : ndarray of bool, shape (n_rows,)
        At least `LEAST_ROWS`.

    Returns
    -------
    dict
        ``share``, a multiple of 0.05 from 0.05 to 0.95.
    """
    fewest = min(values.sum(), (~values).sum())
    share = float(values.mean()) if fewest >= LEAST_ROWS else round(values.mean())
    return {"share": round(min(max(stepped(share), STEP), 1 - STEP), 2)}


def level_marginal(values: Sequence[str]) -> dict[str, Any] | None:
    """Assume how often each category occurs.

    Parameters
    ----------
    values : sequence of str
        At least `LEAST_ROWS`, none of them empty.

    Returns
    -------
    dict or None
        ``proportions`` of the categories with at least `LEAST_ROWS` rows in
        alphabetical order, the others together if they are as many; None if that
        leaves one, or too many to be categories.
    """
    counted = Counter(values)
    if len(counted) > MOST_LEVELS:
        return None
    kept = {level: n for level, n in counted.items() if n >= LEAST_ROWS}
    if any(len(level) > _LONGEST_LEVEL for level in kept) or changed(list(kept)):
        return None
    rest = sum(counted.values()) - sum(kept.values())
    levels = dict(sorted(kept.items()))
    if rest >= LEAST_ROWS:
        levels[OTHER] = levels.pop(OTHER, 0) + rest
    if len(levels) < 2 or rest > sum(kept.values()):
        return None
    return {"proportions": proportions(levels)}


def proportions(counts: Mapping[Any, float]) -> dict[Any, float]:
    """Turn counts into shares in steps of 0.05, none of them 0.

    Parameters
    ----------
    counts : mapping of object to float
        At most 20 of them.

    Returns
    -------
    dict of object to float
        In the same order; they sum to 1.

    Examples
    --------
    >>> proportions({"a": 1, "b": 51, "c": 48})
    {'a': 0.05, 'b': 0.5, 'c': 0.45}
    """
    total = sum(counts.values())
    exact = {key: n / total / STEP for key, n in counts.items()}
    steps = {key: max(1, round(share)) for key, share in exact.items()}
    while (excess := sum(steps.values()) - round(1 / STEP)) != 0:
        # The one rounded furthest gives way, if something of it is left.
        sign = 1 if excess > 0 else -1
        able = [key for key in steps if steps[key] > 1 or sign < 0]
        furthest = max(able, key=lambda key: sign * (steps[key] - exact[key]))
        steps[furthest] -= sign
    return {key: round(step * STEP, 2) for key, step in steps.items()}


def number_marginal(values: NDArray[np.float64]) -> dict[str, Any] | None:
    """Assume how a number is distributed.

    Parameters
    ----------
    values : ndarray of float, shape (n_rows,)
        At least `LEAST_ROWS`.

    Returns
    -------
    dict or None
        A named distribution; None if nearly all values are one.
    """
    p5, p25, p50, p75, p95 = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95])
    inner = np.clip(values, p5, p95)
    spread = (p75 - p25) / _QUARTILES_TO_SD or float(inner.std())
    if spread <= 0:
        return None  # nearly all values are one
    figures: dict[str, Any]
    whole, extremes = bool(np.all(values % 1 == 0)), (values.min(), values.max())
    if whole and extremes[0] >= 0 and p5 <= 1 and p95 <= 50:
        mean, sd = float(inner.mean()), float(inner.std())
        figures = {"distribution": "counts", "mean": mean, "sd": sd}
        return _told(figures, extremes) | {"cap": _cap(mean, sd, extremes[1])}
    decimals = -2 if spread >= 1_000 else 0 if whole else 2
    zeros = int((values == 0).sum())
    above = values[values > 0]
    if extremes[0] >= 0 and len(above) >= LEAST_ROWS and _is_skewed(values):
        low, middle, high = np.quantile(above, [0.25, 0.5, 0.75])
        sd_log = max(math.log(high / low) / _QUARTILES_TO_SD, 0.1)
        figures = {"distribution": "lognormal", "median": middle, "sd_log": sd_log}
        share = stepped(zeros / len(values)) if zeros >= LEAST_ROWS else 0
        lump = {"zero": min(share, 1 - STEP)} if share else {}
        return _told(figures, extremes) | lump | {"decimals": decimals}
    figures = {"distribution": "normal", "mean": float(p50), "sd": float(spread)}
    bound = {"low": 0} if extremes[0] > 0 else {}  # no value lies there
    return _told(figures, extremes) | bound | {"decimals": decimals}


def stepped(share: float) -> float:
    """Round a share to a multiple of 0.05.

    Parameters
    ----------
    share : float
        In [0, 1].

    Returns
    -------
    float
        In [0, 1].
    """
    return round(round(share / STEP) * STEP, 2)


def _is_skewed(values: NDArray[np.float64]) -> bool:
    """Tell whether large values lie further out than small ones, or 0 is near."""
    p5, p50, p95 = np.quantile(values, [0.05, 0.5, 0.95])
    return bool(p95 - p50 > 1.6 * (p50 - p5)) or bool(p50 < p95 - p50)


def _cap(mean: float, sd: float, largest: float) -> int:
    """Give a round bound well above a count, and not its true maximum."""
    bound = 5 * math.ceil((mean + 4 * max(sd, math.sqrt(mean))) / 5)
    return bound + 5 if bound == largest else bound


def _told(figures: dict[str, Any], extremes: tuple[float, float]) -> dict[str, Any]:
    """Round every figure; a mean as finely as its standard deviation asks."""
    told: dict[str, Any] = {}
    for key, value in figures.items():
        if isinstance(value, str):
            told[key] = value
            continue
        size = figures["sd"] if key == "mean" else abs(value)
        step = 10 ** math.floor(math.log10(size)) / (2 if key == "mean" else 10)
        rounded = round(value / step)
        while _plain(rounded * step) in extremes:
            rounded += 1
        told[key] = _plain(rounded * step)
    return told


def _plain(value: float) -> float:
    """Leave out what binary arithmetic adds; whole numbers become int."""
    short = float(f"{value:.6g}")
    return int(short) if short.is_integer() else short
