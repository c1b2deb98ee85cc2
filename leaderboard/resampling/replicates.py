"""Replicates: the same rows, measured again with clusters that count otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np

from leaderboard.errors import SettingRefusedError
from leaderboard.resampling.kernel import Kernel
from leaderboard.resampling.measures import Measures, Sample
from leaderboard.resampling.selection import Selection
from leaderboard.resampling.weights import (
    LANES,
    Counts,
    Keys,
    cluster_keys,
    draw_counts,
    row_keys,
)
from leaderboard.rows import Vector

_Measured = TypeVar("_Measured", covariant=True)


def poisson_weights(n_clusters: int, *, replicates: int, seed: int) -> Iterator[Vector]:
    """Draw how often each cluster counts in each replicate.

    Poisson(1) counts stand in for drawing clusters with replacement. The first
    clusters and replicates are the same whatever their number.

    Parameters
    ----------
    n_clusters : int
        Number of clusters, which go by their number.
    replicates : int
        Number of replicates, at least 2.
    seed : int
        At least 0; the same seed gives the same weights.

    Yields
    ------
    ndarray of float64, shape (n_clusters, at most 64)
        Whole numbers with mean 1.

    Raises
    ------
    SettingRefusedError
        If `replicates` is below 2 or `seed` below 0.

    References
    ----------
    As `leaderboard.resampling.weights.draw_counts`.
    """
    _check_replicates(replicates)
    keys = row_keys(n_clusters, seed=seed)
    for block, done in enumerate(range(0, replicates, LANES)):
        yield draw_counts(keys, block)[:, : replicates - done].astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """A sample, measured as it is and in each replicate.

    Attributes
    ----------
    sample : Sample
        The rows.
    point : Measures
        One column: every row counts once.
    replicates : Measures
        One column per replicate.
    """

    sample: Sample
    point: Measures
    replicates: Measures


def resample(
    sample: Sample, *, replicates: int, seed: int, compiled: bool | None = None
) -> Resampled:
    """Measure a sample as it is and in bootstrap replicates of its clusters.

    Memory does not grow with the number of replicates but for what comes back:
    they are drawn and measured in blocks.

    Parameters
    ----------
    sample : Sample
        The rows; whole clusters of them are resampled.
    replicates : int
        Number of replicates, at least 2.
    seed : int
        At least 0; samples with the same clusters and seed share their
        weights, so that differences between them are paired.
    compiled : bool or None
        As `leaderboard.resampling.kernel.Kernel` takes it; both give the same numbers.

    Returns
    -------
    Resampled
        Both measurements.

    Raises
    ------
    SettingRefusedError
        As `poisson_weights` does.
    """
    _check_replicates(replicates)
    rows, keys = _with_keys(sample, seed=seed)
    point, *parts = _blocks(Kernel(rows, compiled=compiled), keys, replicates)
    return Resampled(
        sample, Measures.join([point], 1), Measures.join(parts, replicates)
    )


def resample_found(
    sample: Sample, *, replicates: int, seed: int, compiled: bool | None = None
) -> Vector:
    """Count the positives inside the capacity, as `resample` does, and nothing else.

    Parameters
    ----------
    sample : Sample
        The rows; whole clusters of them are resampled.
    replicates : int
        Number of replicates, at least 2.
    seed : int
        At least 0; samples with the same clusters and seed share their weights.
    compiled : bool or None
        As `leaderboard.resampling.selection.Selection` takes it.

    Returns
    -------
    ndarray of float64, shape (n_cells, 1 + n_replicates)
        In the data, then in each replicate: `found` of what `resample` gives.

    Raises
    ------
    SettingRefusedError
        As `poisson_weights` does.
    """
    _check_replicates(replicates)
    rows, keys = _with_keys(sample, seed=seed)
    point, *parts = _blocks(Selection(rows, compiled=compiled), keys, replicates)
    found: Vector = np.hstack([point[:, :1], *parts])[:, : 1 + replicates]
    return found


class _Measurer(Protocol[_Measured]):
    """What measures a sample under one block of counts."""

    def draw(self, counts: Counts, keys: Keys, block: int) -> None: ...

    def measure(self, counts: Counts) -> _Measured: ...


def _blocks(
    measurer: _Measurer[_Measured], keys: Keys, replicates: int
) -> Iterator[_Measured]:
    """Measure the rows as they are, then in each block of replicates."""
    counts = np.ones((len(keys), LANES), dtype=np.uint8)
    yield measurer.measure(counts)
    for block in range(-(-replicates // LANES)):
        measurer.draw(counts, keys, block)
        yield measurer.measure(counts)


def _check_replicates(replicates: int) -> None:
    if replicates < 2:
        raise SettingRefusedError("replicates", replicates, allowed="2 or more")


def _with_keys(sample: Sample, *, seed: int) -> tuple[Sample, Keys]:
    """Give the rows, and the stream that the counts of each cluster come from."""
    if sample.names is not None:
        return sample, cluster_keys(sample.names, seed=seed)
    keys = row_keys(int(sample.clusters.max()) + 1, seed=seed)
    if len(keys) < len(sample.labels):
        return sample, keys
    # Rows by themselves stand in the order of their scores, so that the passes
    # read the counts one after another.
    order = np.argsort(-sample.probabilities, kind="stable")
    rows = replace(
        sample,
        labels=sample.labels[order],
        probabilities=sample.probabilities[order],
        clusters=np.arange(len(order)),
        cells=sample.cells.T[:, order].T,
    )
    return rows, keys[sample.clusters[order]]
