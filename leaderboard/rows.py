"""Labels and probabilities, checked before anything is computed from them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leaderboard.errors import (
    LabelsRefusedError,
    LengthMismatchError,
    OneClassError,
    ProbabilitiesRefusedError,
)

Vector = NDArray[np.float64]

DIGITS = 4  # of a probability that is scored
CLIP = 1e-3  # no probability that is scored is closer to 0 or 1


def check_rows(labels: ArrayLike, probabilities: ArrayLike) -> tuple[Vector, Vector]:
    """Check that labels and probabilities can be scored.

    Parameters
    ----------
    labels : array_like of shape (n_samples,)
        0 or 1, or booleans; both must occur.
    probabilities : array_like of shape (n_samples,)
        Finite, in [0, 1].

    Returns
    -------
    tuple of ndarray of float64, each of shape (n_samples,)
        The same values.

    Raises
    ------
    LabelsRefusedError
        If labels are not a flat array of 0 and 1.
    ProbabilitiesRefusedError
        If probabilities are not a flat array of finite numbers in [0, 1].
    LengthMismatchError
        If the two differ in length.
    OneClassError
        If all labels are equal, or there are none.
    """
    y = flat(labels, LabelsRefusedError)
    p = flat(probabilities, ProbabilitiesRefusedError)
    if len(y) != len(p):
        raise LengthMismatchError("probabilities", length=len(p), expected=len(y))
    if not np.isin(y, (0.0, 1.0)).all():
        raise LabelsRefusedError("values other than 0 and 1")
    check_probabilities(p)
    if len(y) == 0 or y.min() == y.max():
        raise OneClassError(rows=len(y), label=int(y[0]) if len(y) else 0)
    return y, p


def check_probabilities(probabilities: ArrayLike) -> Vector:
    """Check that predictions are probabilities.

    Parameters
    ----------
    probabilities : array_like of shape (n_samples,)
        Finite, in [0, 1].

    Returns
    -------
    ndarray of float64, shape (n_samples,)
        The same values.

    Raises
    ------
    ProbabilitiesRefusedError
        If they are not a flat array of finite numbers in [0, 1].
    """
    p = flat(probabilities, ProbabilitiesRefusedError)
    if missing := int((~np.isfinite(p)).sum()):
        raise ProbabilitiesRefusedError(f"{missing} missing or infinite values")
    if outside := int(((p < 0) | (p > 1)).sum()):
        raise ProbabilitiesRefusedError(f"{outside} values outside [0, 1]")
    return p


def quantised(probabilities: ArrayLike) -> Vector:
    """Round probabilities to the form in which submissions are scored.

    Fewer digits carry fewer questions about the labels, and no row can weigh
    without bound in a loss.

    Parameters
    ----------
    probabilities : array_like of shape (n_samples,)
        Finite, in [0, 1].

    Returns
    -------
    ndarray of float64, shape (n_samples,)
        Multiples of 0.0001 in [0.001, 0.999].

    Raises
    ------
    ProbabilitiesRefusedError
        If probabilities are not a flat array of finite numbers in [0, 1].

    References
    ----------
    Whitehill (2017), arXiv 1707.01825: labels can be read from scores with many digits.

    Examples
    --------
    >>> quantised([0, 0.12344, 0.5, 1]).tolist()
    [0.001, 0.1234, 0.5, 0.999]
    """
    p = check_probabilities(probabilities)
    coarse: Vector = np.clip(p, CLIP, 1 - CLIP).round(DIGITS)
    return coarse


def flat(
    values: ArrayLike, error: type[LabelsRefusedError] | type[ProbabilitiesRefusedError]
) -> Vector:
    """Read a flat array of numbers.

    Parameters
    ----------
    values : array_like of shape (n_samples,)
        Numbers or booleans.
    error : type
        What to raise.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
        The same values.

    Raises
    ------
    LabelsRefusedError, ProbabilitiesRefusedError
        Whichever is asked for, if values are not flat or not numbers.
    """
    array = np.asarray(values)
    if array.ndim != 1:
        raise error(f"an array of {array.ndim} dimensions")
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError) as cause:
        raise error("values that are not numbers") from cause
