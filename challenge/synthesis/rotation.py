"""A secret rotation that makes SDV's rows ours.

SDV has no public seed: after a fit its random numbers always start from the same
constant. A cheating team could draw the same rows and recognise hidden households
in them, missing values and all. So rows of normal scores are turned into one another
before they become values: each becomes a mixture of `GROUP` others, which ones and
with which weights being secret. Independent rows with a common normal distribution
stay exactly that under any rotation, so nothing declared changes.

References
----------
Eaton (1983), "Multivariate Statistics: A Vector Space Approach", proposition 3.2: a
normal matrix with independent rows is left orthogonally invariant.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GROUP = 50
"""Rows that are mixed. To find 50 of 20,000 rows takes 450 bits; the values of a
household that a model sees hold fewer."""


def rotated(
    scores: NDArray[np.float64], generator: np.random.Generator
) -> NDArray[np.float64]:
    """Turn rows into one another by a random rotation.

    Parameters
    ----------
    scores : ndarray of float, shape (n_rows, n_columns)
        Independent rows of normal scores; a multiple of `GROUP`.
    generator : Generator
        Decides which rows are mixed, and how.

    Returns
    -------
    ndarray of float, shape (n_rows, n_columns)
        Independent rows of the same distribution.

    Raises
    ------
    ValueError
        If the rows cannot be divided into groups.
    """
    rows, columns = scores.shape
    mixed = generator.permutation(rows).reshape(-1, GROUP)
    noise = generator.standard_normal((len(mixed), GROUP, GROUP))
    rotations, _ = np.linalg.qr(noise)
    return np.asarray(rotations @ scores[mixed]).reshape(rows, columns)
