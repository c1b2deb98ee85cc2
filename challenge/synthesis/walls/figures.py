"""Figures about one column of real rows that may leave a partner's walls.

Every figure rests on at least ten rows: a quantile is the mean of the middle of a
block of rows, a level with fewer rows is merged with its neighbour, shares come from
counts rounded to five. The smallest and the largest value are never among them, and
one household cannot move a figure far.

References
----------
Bond, Brandt and de Wolf (2015), "Guidelines for the checking of output based on
microdata research", Data without Boundaries: at least 10 units per cell, no minimum
or maximum, percentiles only with 10 units on either side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.schema import Column, Marginal
from challenge.schema.curves import Quantiles
from challenge.schema.levels import Proportions, Share
from leaderboard.disclosure.suppression import MINIMUM_CELL, round_count

MOST_LEVELS = 40
"""Whole numbers with no more different values are learned value by value."""

_TRIM = 0.2  # of a block's rows left out on each side: no outlier shows in a mean
_LEAST_ZERO = 0.05  # share of zeros from which they are a lump of their own


def safe_marginal(values: pd.Series, column: Column) -> Marginal | None:
    """Learn the marginal of one column from real rows.

    Parameters
    ----------
    values : Series
        Floats, or str and None, as `challenge.synthesis.walls.rows` reads them.
    column : Column
        Its type, declared levels, bounds and decimals.

    Returns
    -------
    Marginal or None
        None where fewer than ten values are known.
    """
    known = values.dropna()
    if len(known) < MINIMUM_CELL:
        return None
    if column.type == "boolean":
        return Share(share=safe_share(int((known == 1).sum()), len(known)))
    if column.type == "string":
        levels = list(column.marginal.levels) if column.marginal is not None else []
        sizes = [int((known == str(level)).sum()) for level in levels]
        return Proportions(proportions=_shares(levels, sizes))
    numbers = known.to_numpy(dtype=np.float64)
    distinct, counts = np.unique(numbers, return_counts=True)
    if len(distinct) <= MOST_LEVELS and (distinct == distinct.round()).all():
        return _whole_numbers(distinct, counts)
    return _curve(np.sort(numbers), column)


def safe_share(count: int, total: int) -> float:
    """Give a share that tells neither a small count nor a small complement.

    Parameters
    ----------
    count, total : int
        Rows that count, and all rows; `total` at least 10.

    Returns
    -------
    float
        0 below ten rows, 1 with fewer than ten others; counts rounded to five.
    """
    if count < MINIMUM_CELL:
        return 0.0
    if total - count < MINIMUM_CELL:
        return 1.0
    rounded, rest = round_count(count), round_count(total - count)
    return round(rounded / (rounded + rest), 4)


def block_edges(rows: int) -> NDArray[np.int64]:
    """Cut sorted rows into blocks: small ones in the tails, about 40 in all.

    Parameters
    ----------
    rows : int
        At least 10.

    Returns
    -------
    ndarray of int, shape (n_blocks + 1,)
        From 0 to `rows`; every block has at least ten.

    Examples
    --------
    >>> block_edges(100).tolist()
    [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
    """
    doublings = max(MINIMUM_CELL, rows // 1_000) * 2 ** np.arange(8)
    tail = doublings[doublings < rows * 0.05]
    middle = np.round(np.linspace(0.05, 0.95, 37) * rows)
    wanted = np.concatenate([tail, middle, rows - tail])
    edges = [0]
    for edge in np.unique(wanted.astype(np.int64)).tolist():
        if edge - edges[-1] >= MINIMUM_CELL and rows - edge >= MINIMUM_CELL:
            edges.append(edge)
    return np.array([*edges, rows], dtype=np.int64)


def _shares(levels: Sequence[Any], counts: Sequence[int]) -> dict[Any, float]:
    """Share of each level, those with too few rows merged with a neighbour."""
    merged = [0] * len(levels)
    for group in _groups(counts):
        largest = max(group, key=lambda index: counts[index])
        merged[largest] = round_count(sum(counts[index] for index in group))
    total = sum(merged)
    shares = [round(count / total, 4) for count in merged]
    largest = int(np.argmax(shares))
    shares[largest] = round(1 - sum(shares[:largest] + shares[largest + 1 :]), 4)
    return dict(zip(levels, shares, strict=True))


def _groups(counts: Sequence[int]) -> list[list[int]]:
    """Neighbouring levels together until each group has ten rows."""
    groups: list[list[int]] = [[]]
    for index in range(len(counts)):
        groups[-1].append(index)
        if sum(counts[i] for i in groups[-1]) >= MINIMUM_CELL:
            groups.append([])
    rest = groups.pop()
    if groups:
        groups[-1] += rest
    return groups


def _whole_numbers(
    distinct: NDArray[np.float64], counts: NDArray[np.int64]
) -> Proportions:
    """Share of each whole number; merged ones become their trimmed mean."""
    from scipy.stats import trim_mean  # slow to import

    levels: list[int] = []
    rows: list[int] = []
    for group in _groups(counts.tolist()):
        spread = np.repeat(distinct[group], counts[group])
        levels.append(round(float(trim_mean(spread, _TRIM))))
        rows.append(len(spread))
    return Proportions(proportions=_shares(levels, rows))


def _curve(ordered: NDArray[np.float64], column: Column) -> Marginal:
    """Quantiles of sorted numbers, with a lump at 0 where there is one."""
    from scipy.stats import trim_mean  # slow to import

    declared = column.marginal
    zeros = int((ordered == 0).sum())
    lump = 0.0
    is_lump = zeros >= _LEAST_ZERO * len(ordered) or getattr(declared, "zero", 0) > 0
    if ordered[0] >= 0 and is_lump:
        lump = safe_share(zeros, len(ordered))
    if lump == 1:
        return Proportions(proportions={0: 1.0})
    rest = ordered[ordered != 0] if lump else ordered
    edges = block_edges(len(rest))
    middles = np.array(
        [trim_mean(rest[start:end], _TRIM) for start, end in pairwise(edges.tolist())]
    )
    # Half a step further on, as if the line went on: the true ends stay unknown.
    steps = np.diff(middles) if len(middles) > 1 else np.zeros(1)
    ends = middles[0] - steps[0] / 2, middles[-1] + steps[-1] / 2
    low, high = getattr(declared, "low", None), getattr(declared, "high", None)
    low = 0.0 if low is None and ordered[0] >= 0 else low
    safe = np.clip([ends[0], *middles, ends[1]], low, high)
    p = [0.0, *(edges[:-1] + edges[1:]) / (2 * len(rest)), 1.0]
    coarse = _decimals(rest)
    own = 0 if column.type == "integer" else coarse
    return Quantiles(
        quantiles=dict(
            zip(np.round(p, 5).tolist(), np.round(safe, coarse).tolist(), strict=True)
        ),
        low=low,
        high=high,
        decimals=getattr(declared, "decimals", own),
        zero=lump,
    )


def _decimals(ordered: NDArray[np.float64]) -> int:
    """Decimals of a figure: steps of about a fiftieth of the middle half."""
    low, high = np.quantile(ordered, [0.25, 0.75])
    spread = float(high - low) or float(ordered.std()) or 1.0
    return int(np.clip(2 - math.floor(math.log10(spread)), -6, 6))
