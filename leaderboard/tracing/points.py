"""The ROC curve of one submission, as far as a picture shows it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leaderboard.curves import Point
from leaderboard.disclosure.suppression import MINIMUM_CELL
from leaderboard.rows import Vector
from leaderboard.tracing.numbers import rounded

POINTS = 100  # a picture shows no more, and fewer say less of a row


def roc_points(labels: Vector, probabilities: Vector) -> tuple[Point, ...]:
    """Walk down the probabilities in steps of a hundredth of the rows.

    Parameters
    ----------
    labels, probabilities : ndarray of float64, shape (n_samples,)
        As `leaderboard.rows.check_rows` gives them.

    Returns
    -------
    tuple of (float, float)
        False and true positive rate, from (0, 0) to (1, 1); at least ten rows lie
        between two points, and ties stay together.

    References
    ----------
    Fawcett (2006), Pattern Recognition Letters 27(8), 861-874.

    Examples
    --------
    >>> roc_points(np.repeat([1.0, 0.0], 10), np.repeat([0.9, 0.1], 10))
    ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0))
    """
    _, tie = np.unique(-probabilities, return_inverse=True)
    rows = np.cumsum(np.bincount(tie))
    found = np.cumsum(np.bincount(tie, weights=labels))
    at = _stops(rows, max(MINIMUM_CELL, -(-len(labels) // POINTS)))
    wrong, right = (rows - found)[at] / (rows - found)[-1], found[at] / found[-1]
    return (
        (0.0, 0.0),
        *((rounded(x), rounded(y)) for x, y in zip(wrong, right, strict=True)),
    )


def _stops(passed: NDArray[np.intp], step: int) -> list[int]:
    """Places where so many rows have been passed again; what is left joins the last."""
    stops, last, done = list[int](), len(passed) - 1, 0
    while (place := int(np.searchsorted(passed, done + step))) <= last:
        stops.append(place)
        done = int(passed[place])
    return [*stops[:-1], last]
