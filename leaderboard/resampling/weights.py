"""How often each cluster counts in each replicate: Poisson counts from a counter.

A count is a function of the seed, the cluster's own label and the number of the
replicate. So it does not depend on the order of the rows, on which other clusters
there are, or on what was drawn before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from leaderboard.errors import SettingRefusedError

Keys = NDArray[np.uint64]
Counts = NDArray[np.uint8]

LANES = 64  # replicates in a block: the counts of a unit fill one line of cache
DRAWS = LANES // 4  # of 64 bits each, per unit and block
# Steele, Lea & Flood (2014), OOPSLA, 453-472: SplitMix64.
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_CHANCES = [math.exp(-1) / math.factorial(count) for count in range(12)]
# The count at each 16-bit number: mean 1 exactly, variance .99997.
POISSON: Counts = np.searchsorted(
    np.cumsum(_CHANCES), (np.arange(2**16) + 0.5) / 2**16, side="right"
).astype(np.uint8)


def cluster_keys(labels: Sequence[str], *, seed: int) -> Keys:
    """Give each cluster the start of its own stream.

    Parameters
    ----------
    labels : sequence of str
        One label per cluster.
    seed : int
        At least 0, of any size.

    Returns
    -------
    ndarray of uint64, shape (n_clusters,)
        What `draw_counts` takes.

    Raises
    ------
    SettingRefusedError
        If `seed` is below 0.

    References
    ----------
    Aumasson et al. (2013), RFC 7693: BLAKE2b, keyed by the seed.

    Examples
    --------
    >>> one, other = cluster_keys(["a", "b"], seed=7)
    >>> other == cluster_keys(["b"], seed=7)[0]
    np.True_
    """
    secret = _secret(seed)
    digests = (blake2b(x.encode(), key=secret, digest_size=8).digest() for x in labels)
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def row_keys(rows: int, *, seed: int) -> Keys:
    """Give each row the start of its own stream, by its number.

    Parameters
    ----------
    rows : int
        Number of rows.
    seed : int
        At least 0, of any size.

    Returns
    -------
    ndarray of uint64, shape (n_rows,)
        What `draw_counts` takes; the first are the same whatever the number of rows.

    Raises
    ------
    SettingRefusedError
        If `seed` is below 0.
    """
    start = np.frombuffer(blake2b(_secret(seed), digest_size=8).digest(), dtype="<u8")
    # Numbers one step apart would share most of their streams; mixed, they do not.
    return mix(start.astype(np.uint64) + GOLDEN * np.arange(rows, dtype=np.uint64))


def draw_counts(keys: Keys, block: int) -> Counts:
    """Draw the Poisson(1) counts of one block of replicates.

    Poisson counts stand in for drawing units with replacement. Any block can be
    drawn without the others.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n_units,)
        From `cluster_keys` or `row_keys`.
    block : int
        At least 0; holds the replicates from ``64 * block``.

    Returns
    -------
    ndarray of uint8, shape (n_units, 64)
        Whole numbers with mean 1, at most 8.

    References
    ----------
    Hanley & MacGibbon (2006), Computer Methods and Programs in Biomedicine
    83(1), 57-62.
    """
    numbers = np.arange(block * DRAWS + 1, (block + 1) * DRAWS + 1, dtype=np.uint64)
    drawn = mix(keys[:, None] + GOLDEN * numbers)
    # Four 16-bit numbers each, the lowest first whatever the machine; none is
    # outside the table, and not asking is three times as fast.
    parts = drawn.astype("<u8", copy=False).view("<u2")
    return np.take(POISSON, parts, mode="clip")


def mix(numbers: Keys) -> Keys:
    """Scramble 64-bit numbers so that neighbours have nothing in common.

    Parameters
    ----------
    numbers : ndarray of uint64
        Of any shape.

    Returns
    -------
    ndarray of uint64
        Of the same shape; no two numbers give the same.

    References
    ----------
    Steele, Lea & Flood (2014), OOPSLA, 453-472.
    """
    numbers = (numbers ^ (numbers >> np.uint64(30))) * FIRST
    numbers = (numbers ^ (numbers >> np.uint64(27))) * SECOND
    return numbers ^ (numbers >> np.uint64(31))


def _secret(seed: int) -> bytes:
    """Fold a seed of any size into the longest key that BLAKE2b takes."""
    if seed < 0:
        raise SettingRefusedError("seed", seed, allowed="a whole number from 0")
    return blake2b(seed.to_bytes(1 + seed.bit_length() // 8)).digest()
