"""Rows taken together: bins for the calibration plot, bars for the distribution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leaderboard.curves import Bar, Bin
from leaderboard.disclosure.suppression import MINIMUM_CELL
from leaderboard.metrics.reliability import equal_mass_bins
from leaderboard.resampling import estimate_rate
from leaderboard.resampling.measures import Sample
from leaderboard.rows import Vector
from leaderboard.tracing.chance import replicate
from leaderboard.tracing.numbers import rounded, rounded_estimate

BINS = 10  # tenths of the rows, as calibration plots have them
_WIDTHS = (0.01, 0.025, 0.05)  # of a bar
_BARS = 20  # at most, over most of the rows
_MOST = 0.99


def calibration_bins(sample: Sample, *, replicates: int, seed: int) -> tuple[Bin, ...]:
    """Set what was said beside what was seen, by tenths of the rows.

    Parameters
    ----------
    sample : Sample
        The rows.
    replicates : int
        Number of bootstrap replicates, at least 2.
    seed : int
        At least 0.

    Returns
    -------
    tuple of Bin
        By rising probability. Tenths with fewer than 10 rows of a class are joined
        with the next; the ends of bins stay where they are in every replicate.

    References
    ----------
    Austin & Steyerberg (2014), Statistics in Medicine 33(3), 517-535.
    """
    y, p = sample.labels, sample.probabilities
    place = _merge(_tenths(y, p), y)
    count = int(place.max()) + 1
    member = place == np.arange(count)[:, None]
    drawn = replicate(
        sample, np.vstack([member, member * y]), replicates=replicates, seed=seed
    )
    with np.errstate(invalid="ignore"):
        shares = drawn[count:] / drawn[:count]
    return tuple(
        Bin(
            expected=rounded(float(p[rows].mean())),
            observed=rounded_estimate(
                estimate_rate(
                    float(y[rows].mean()),
                    replicated,
                    total=float(rows.sum()),
                    n_clusters=len(np.unique(sample.clusters[rows])),
                )
            ),
            rows=int(rows.sum()),
        )
        for rows, replicated in zip(member, shares, strict=True)
    )


def _tenths(y: Vector, p: Vector) -> NDArray[np.intp]:
    """Find the bin of equal mass of each row."""
    sizes = equal_mass_bins(y, p, BINS).rows.astype(np.intp)
    place = np.empty(len(p), dtype=np.intp)
    place[np.argsort(p, kind="stable")] = np.repeat(np.arange(len(sizes)), sizes)
    return place


def _merge(place: NDArray[np.intp], y: Vector) -> NDArray[np.intp]:
    """Join bins with the next until each holds enough rows of both classes."""
    rows = np.bincount(place)
    positives = np.bincount(place, weights=y)
    return _joined(np.column_stack([positives, rows - positives]))[place]


def _joined(counts: Vector) -> NDArray[np.intp]:
    """Give neighbours that together hold enough of every column one number."""
    number, held = list[int](), np.zeros(counts.shape[1])
    done = 0
    for cell in counts:
        number.append(done)
        held = held + cell
        if (held >= MINIMUM_CELL).all():
            done, held = done + 1, np.zeros_like(held)
    # What is left over is too small to stand alone.
    return np.minimum(number, max(done - 1, 0))


def probability_bars(p: Vector) -> tuple[Bar, ...]:
    """Count rows per stretch of the probabilities.

    Parameters
    ----------
    p : ndarray of float64, shape (n_samples,)
        Probabilities.

    Returns
    -------
    tuple of Bar
        From the lowest up, some 20 and equally wide; but stretches with fewer than
        10 rows are joined, from the top down. Where nobody is there is no bar.

    Examples
    --------
    >>> probability_bars(np.repeat([0.02, 0.12, 0.18], [30, 20, 5]))[-1]
    Bar(low=0.12, high=0.19, rows=25)
    """
    most = np.quantile(p, _MOST)
    width = next((w for w in _WIDTHS if most <= _BARS * w), _WIDTHS[-1])
    steps = np.minimum(np.floor(p / width + 1e-9), round(1 / width) - 1)
    counts = np.bincount(steps.astype(np.intp))
    number = _joined(counts[::-1, None].astype(np.float64))[::-1]
    bars = []
    for one in dict.fromkeys(number.tolist()):
        mine = np.flatnonzero((number == one) & (counts > 0))
        low, high = mine[0] * width, (mine[-1] + 1) * width
        bars.append(Bar(rounded(low), rounded(high), int(counts[mine].sum())))
    return tuple(bars)
