"""The checks one by one: how somebody would try to learn of a real row.

`challenge.synthesis.disclosure.checks` says what each measures and what is allowed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from challenge.synthesis.disclosure.cells import small_cells
from challenge.synthesis.disclosure.findings import Finding, Guess
from challenge.synthesis.disclosure.nearness import Distances, Nearness
from leaderboard.disclosure.suppression import MINIMUM_CELL
from leaderboard.metrics.discrimination import auroc

LEVEL = 0.99
"""Of the two-sided intervals: each end alone is wrong in 1 of 200 runs."""

_NEAR = 0.02  # of all real rows: where a copy would be
_FEWEST_NEAR = 20
_CLOSE = 0.05  # of all ranks: so near a guessed number counts as right


def exact_copies(
    synthetic: pd.DataFrame, training: pd.DataFrame, holdout: pd.DataFrame
) -> Finding:
    """Count the real rows that occur among the synthetic ones, by half.

    Parameters
    ----------
    synthetic, training, holdout : DataFrame
        All rows, not a sample: the same columns in the same order.

    Returns
    -------
    Finding
        Value: share of such rows that was learned from, with the interval of
        Clopper and Pearson (1934); 1/2 where none occurs.
    """
    shown, learned, others = (
        pd.util.hash_pandas_object(frame, index=False).to_numpy()
        for frame in (synthetic, training, holdout)
    )
    copied = int(np.isin(learned, shown).sum())
    by_chance = int(np.isin(others, shown).sum())
    limit = len(training) / (len(training) + len(holdout))
    value, ends = limit, (0.0, 1.0)
    if copied + by_chance:
        value, ends = _share(copied, copied + by_chance)
    return Finding.of(
        "exact-copies", value, ends, limit=limit, training=len(training),
        holdout=len(holdout), copied=copied, by_chance=by_chance,
    )  # fmt: skip


def near_copies(distances: Distances, *, allowed: float = 0) -> Finding:
    """Tell which half the real rows come from that a synthetic row is nearest to.

    Looks where a copy with a few values changed would lie: at the 2 % of real rows
    with the nearest synthetic row.

    Parameters
    ----------
    distances : ndarray of float32, shape (2 * n, n_synthetic)
        Learned rows first, then as many held-out ones.
    allowed : float
        Beyond chance: what figures alone betray.

    Returns
    -------
    Finding
        Value: share of these rows that was learned from, with the interval of
        Clopper and Pearson.

    References
    ----------
    Carlini et al. (2022), "Membership inference attacks from first principles", IEEE
    S&P: an attack is judged where it is most certain, not on average.
    """
    nearest = distances.min(axis=1)
    size = len(nearest) // 2
    looked_at = min(len(nearest), max(_FEWEST_NEAR, round(_NEAR * len(nearest))))
    # All rows that tie with the last one: no order of the rows decides.
    near = nearest <= np.partition(nearest, looked_at - 1)[looked_at - 1]
    learned, total = int(near[:size].sum()), int(near.sum())
    value, ends = _share(learned, total)
    return Finding.of(
        "near-copies", value, ends, limit=0.5 + allowed, rows=total, learned=learned
    )


def closest_records(distances: Distances, *, allowed: float = 0) -> Finding:
    """Tell how often the nearest real row of a synthetic one was learned from.

    Rows that tie share the vote. A real row that is nearest to many synthetic rows
    counts once, not many times: the interval is binomial with as many trials as
    there are different nearest rows in effect (Kish 1965).

    Parameters
    ----------
    distances : ndarray of float32, shape (2 * n, n_synthetic)
        Learned rows first, then as many held-out ones.
    allowed : float
        Beyond chance: what figures alone betray.

    Returns
    -------
    Finding
        Value: share in [0, 1].
    """
    size = len(distances) // 2
    nearest = distances == distances.min(axis=0)
    votes = (nearest / nearest.sum(axis=0)).sum(axis=1)
    share = float(votes[:size].sum() / votes.sum())
    trials = float(votes.sum() ** 2 / (votes**2).sum())
    half = float(ndtri((1 + LEVEL) / 2)) / 2 / math.sqrt(trials)
    return Finding.of(
        "closest-records", share, (share - half, share + half), limit=0.5 + allowed,
        synthetic=distances.shape[1], trials=round(trials), real=size,
    )  # fmt: skip


def membership(distances: Distances, *, allowed: float = 0) -> Finding:
    """Tell how well nearness to a synthetic row betrays who was learned from.

    Parameters
    ----------
    distances : ndarray of float32, shape (2 * n, n_synthetic)
        Learned rows first, then as many held-out ones.
    allowed : float
        Beyond chance: what figures alone betray.

    Returns
    -------
    Finding
        Value: AUROC in [0, 1], with the interval of Mann and Whitney (1947): exact
        where membership makes no difference.
    """
    size = len(distances) // 2
    nearest = distances.min(axis=1)
    learned = np.arange(2 * size) < size
    # `auroc` asks for probabilities: any falling function of the distance will do.
    value = auroc(learned, 1 / (1 + nearest))
    spread = math.sqrt((2 * size + 1) / (12 * size * size))
    half = float(ndtri((1 + LEVEL) / 2)) * spread
    return Finding.of(
        "membership", value, (value - half, value + half), limit=0.5 + allowed,
        real=size,
    )  # fmt: skip


def attributes(
    nearness: Nearness,
    distances: Distances,
    sensitive: Sequence[str],
    *,
    allowed: float = 0,
) -> Finding:
    """Tell how much more a synthetic row gives away of learned rows than of others.

    Somebody who knows everything of a family but one sensitive column takes that
    column from the nearest synthetic row.

    Parameters
    ----------
    nearness : Nearness
        The rows that `distances` belongs to.
    distances : ndarray of float32, shape (2 * n, n_synthetic)
        Learned rows first, then as many held-out ones.
    sensitive : sequence of str
        Columns to guess.
    allowed : float
        What figures alone betray.

    Returns
    -------
    Finding
        Value: share right for learned rows minus share right for held-out rows,
        mean over the columns, with Welch's interval; 0 without such columns.
    """
    size = len(distances) // 2
    names = [name for name in sensitive if name in nearness.names]
    if not names:
        return Finding.of("attributes", 0.0, (0.0, 0.0), limit=allowed, columns=0)
    right = [_guessed(nearness, distances, name) for name in names]
    guesses = tuple(
        Guess(
            column=name,
            baseline=round(baseline, 4),
            holdout=round(float(np.nanmean(hits[size:])), 4),
            training=round(float(np.nanmean(hits[:size])), 4),
        )
        for name, (hits, baseline) in zip(names, right, strict=True)
    )
    # A family's share of right guesses: families are independent, columns are not.
    mine = pd.DataFrame([hits for hits, _ in right]).mean().to_numpy()
    learned, others = (half[~np.isnan(half)] for half in (mine[:size], mine[size:]))
    value = float(learned.mean() - others.mean())
    spread = math.sqrt(learned.var() / len(learned) + others.var() / len(others))
    half = float(ndtri((1 + LEVEL) / 2)) * spread
    found = Finding.of(
        "attributes", value, (value - half, value + half), limit=allowed,
        columns=len(names), real=size,
    )  # fmt: skip
    return found.model_copy(update={"guesses": guesses})


def cells(rows: pd.DataFrame, described: Sequence[str]) -> Finding:
    """Look for levels and pairs of levels with fewer than ten rows.

    Parameters
    ----------
    rows : DataFrame
        All synthetic rows.
    described : sequence of str
        Columns of levels that describe people.

    Returns
    -------
    Finding
        Value: rows of the smallest cell, or the limit where all reach it.
    """
    small = small_cells(rows, described)
    least = float(small.min()) if len(small) else float(MINIMUM_CELL)
    return Finding(
        risk="small-cells",
        value=least,
        low=least,
        high=least,
        limit=MINIMUM_CELL,
        passed=not len(small),
        counts={"cells": len(small), "columns": len(described)},
    )


def _share(part: int, whole: int) -> tuple[float, tuple[float, float]]:
    """Give a share with the interval of Clopper and Pearson (1934)."""
    from scipy.stats import binomtest  # slow to import

    test = binomtest(part, whole)
    interval = test.proportion_ci(LEVEL, method="exact")
    return float(test.statistic), (float(interval.low), float(interval.high))


def _guessed(
    nearness: Nearness, distances: Distances, name: str
) -> tuple[NDArray[np.float64], float]:
    """Guess one column of every real row: 1 right, 0 wrong, NaN nothing to guess."""
    place = nearness.names.index(name)
    (own,) = nearness.parts((name,))
    # One column taken off the sum: what is left is everything else.
    closest = (distances - own).argmin(axis=1)
    truth = nearness.real[place]
    unknown = truth < 0 if nearness.nominal[place] else truth > 1
    tolerance = 0.0 if nearness.nominal[place] else _CLOSE
    hits = np.abs(truth - nearness.synthetic[place][closest]) <= tolerance
    known = truth[~unknown]
    if nearness.nominal[place]:
        baseline = float(np.unique(known, return_counts=True)[1].max() / len(known))
    else:
        baseline = float((np.abs(known - np.median(known)) <= tolerance).mean())
    return np.where(unknown, np.nan, hits), baseline
