"""Chance: sums over rows in every replicate of their clusters."""

from __future__ import annotations

import numpy as np

from leaderboard.resampling.measures import Sample
from leaderboard.resampling.weights import LANES, cluster_keys, draw_counts, row_keys
from leaderboard.rows import Vector


def replicate(sample: Sample, columns: Vector, *, replicates: int, seed: int) -> Vector:
    """Add up what each row brings, in each replicate of the clusters.

    Parameters
    ----------
    sample : Sample
        The rows, sorted by cluster.
    columns : ndarray of shape (n_columns, n_samples)
        What each row brings.
    replicates : int
        Number of replicates, at least 2.
    seed : int
        At least 0; the weights are those of `leaderboard.resampling.resample`.

    Returns
    -------
    ndarray of float64, shape (n_columns, n_replicates)
        Weighted sums.
    """
    starts = np.unique(sample.clusters, return_index=True)[1]
    totals = np.add.reduceat(columns.astype(np.float64), starts, axis=1)
    keys = (
        row_keys(len(starts), seed=seed)
        if sample.names is None
        else cluster_keys(sample.names, seed=seed)
    )
    blocks = range(-(-replicates // LANES))
    drawn = [totals @ draw_counts(keys, block).astype(np.float64) for block in blocks]
    return np.concatenate(drawn, axis=1)[:, :replicates]
