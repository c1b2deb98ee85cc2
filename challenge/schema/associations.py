"""From declared associations to one latent correlation matrix.

A partner declares what it can publish: a rank correlation or an odds ratio
between columns as they are, ties and rare values included. The copula needs the
correlation of the normal scores behind them, which is larger. Both measures are
moments of two monotone step functions of correlated normals, and such moments
are power series in the correlation (Mehler's formula), so the one that gives the
declared measure is found by bisection.

References
----------
Cario and Nelson (1997), "Modeling and generating random vectors with arbitrary
marginal distributions and correlation matrix".
Higham (2002), "Computing the nearest correlation matrix", IMA J. Numer. Anal. 22.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from challenge.schema.marginals import Marginal
from challenge.schema.partners import Association

Matrix = NDArray[np.float64]

TERMS = 60
"""Length of the power series; the rest is below 1e-3 for correlations to 0.9."""

_SCORES = ndtri((np.arange(4_000) + 0.5) / 4_000)

LARGEST_LATENT = 0.98
"""Beyond this the series is too short, and two columns are nearly one."""


def latent(association: Association, first: Marginal, second: Marginal) -> float | None:
    """Find the latent correlation that gives a declared association.

    Parameters
    ----------
    association : Association
        What is declared.
    first, second : Marginal
        Of its two columns, in order.

    Returns
    -------
    float or None
        Correlation of the normal scores in (-1, 1); None where no correlation
        can give the declared strength between these marginals.
    """
    if association.correlation is not None:
        return association.correlation
    declared, measure = _measure(association, first, second)
    low, high = -LARGEST_LATENT, LARGEST_LATENT
    if not measure(low) <= declared <= measure(high):
        return None
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if measure(middle) < declared else (low, middle)
    return (low + high) / 2


def declared_at(
    correlation: float, association: Association, first: Marginal, second: Marginal
) -> float:
    """Give what would be declared of columns whose normal scores correlate like this.

    The way back from `latent`, in the measure of an association.

    Parameters
    ----------
    correlation : float
        Of the normal scores, in [-1, 1].
    association : Association
        Says in which measure.
    first, second : Marginal
        Of its two columns, in order.

    Returns
    -------
    float
        Spearman's, an odds ratio, or `correlation` itself.
    """
    if association.correlation is not None:
        return correlation
    _, measure = _measure(association, first, second)
    value = measure(correlation)
    return value if association.spearman is not None else math.exp(value)


def rank_correlation(correlation: float, first: Marginal, second: Marginal) -> float:
    """Give the rank correlation of columns whose normal scores correlate like this.

    The way back from `latent`, so that whatever measure was declared can be held
    against drawn rows on one scale.

    Parameters
    ----------
    correlation : float
        Of the normal scores, in [-1, 1].
    first, second : Marginal
        Of the two columns.

    Returns
    -------
    float
        Spearman's, ties at their middle rank; 0 for a column of one value.

    References
    ----------
    Mehler's formula, as for `latent`.
    """
    scale = _scale(first, second)
    return _covariance(first, second)(correlation) / scale if scale > 0 else 0.0


def varies(marginal: Marginal) -> bool:
    """Tell whether a column varies enough to have a rank correlation.

    Parameters
    ----------
    marginal : Marginal
        Of the column.

    Returns
    -------
    bool
        False if all but one in 8,000 rows have one value.
    """
    return bool(np.ptp(marginal.midrank(_SCORES)) > 0)


def latent_matrix(
    names: Sequence[str], pairs: Mapping[tuple[str, str], float]
) -> Matrix:
    """Lay latent correlations out as a matrix; undeclared pairs are 0.

    Parameters
    ----------
    names : sequence of str
        Columns, in the order of the matrix.
    pairs : mapping of (str, str) to float
        Latent correlations.

    Returns
    -------
    ndarray of float, shape (n, n)
        Symmetric, with a unit diagonal; not yet known to be a correlation.
    """
    place = {name: index for index, name in enumerate(names)}
    matrix = np.eye(len(names))
    for (first, second), value in pairs.items():
        i, j = place[first], place[second]
        matrix[i, j] = matrix[j, i] = value
    return matrix


def is_correlation(matrix: Matrix) -> bool:
    """Tell whether a symmetric matrix is positive definite, with a small margin.

    Parameters
    ----------
    matrix : ndarray of float, shape (n, n)
        Symmetric, with a unit diagonal.

    Returns
    -------
    bool
        True if columns can be correlated like this.
    """
    return bool(np.linalg.eigvalsh(matrix).min() > 1e-6) if len(matrix) else True


def nearest_correlation(matrix: Matrix, *, steps: int = 200) -> Matrix:
    """Find the nearest correlation matrix, to be suggested and never applied.

    Parameters
    ----------
    matrix : ndarray of float, shape (n, n)
        Symmetric, with a unit diagonal.
    steps : int
        Alternating projections with Dykstra's correction.

    Returns
    -------
    ndarray of float, shape (n, n)
        Positive definite, with a unit diagonal.

    References
    ----------
    Higham (2002), algorithm 3.3.
    """
    y, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(steps):
        r = y - correction
        values, vectors = np.linalg.eigh(r)
        x = (vectors * np.maximum(values, 1e-3)) @ vectors.T
        correction = x - r
        y = x.copy()
        np.fill_diagonal(y, 1.0)
    scale = np.sqrt(np.diag(x))
    return np.asarray(x / np.outer(scale, scale))


def _measure(
    association: Association, first: Marginal, second: Marginal
) -> tuple[float, Callable[[float], float]]:
    """Give the declared figure, and a function to the figure of a correlation."""
    covariance = _covariance(first, second)
    if association.spearman is not None:
        scale = _scale(first, second)
        return association.spearman, lambda rho: covariance(rho) / scale
    p, q = (list(m.shares.values())[1] for m in (first, second))  # type: ignore[union-attr]

    def log_odds_ratio(rho: float) -> float:
        # The mid-ranks of two levels are half apart: 4 times the covariance.
        both = np.clip(p * q + 4 * covariance(rho), 1e-12, min(p, q))
        cells = (both, 1 - p - q + both, p - both, q - both)
        n11, n00, n10, n01 = (math.log(max(cell, 1e-12)) for cell in cells)
        return n11 + n00 - n10 - n01

    return math.log(association.odds_ratio or 1.0), log_odds_ratio


def _covariance(first: Marginal, second: Marginal) -> Callable[[float], float]:
    """Give the covariance of two columns' mid-ranks as a function of a correlation."""
    a, b = _coefficients(first.midrank(_SCORES)), _coefficients(second.midrank(_SCORES))
    products, powers = a[1:] * b[1:], np.arange(1, TERMS)
    return lambda rho: float(products @ rho**powers)


def _scale(first: Marginal, second: Marginal) -> float:
    """Give the product of the standard deviations of two columns' mid-ranks."""
    return math.sqrt(np.var(first.midrank(_SCORES)) * np.var(second.midrank(_SCORES)))


def _coefficients(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the coefficients of a function of the scores in Hermite polynomials."""
    return np.asarray(_polynomials() @ values / len(values))


@functools.cache
def _polynomials() -> NDArray[np.float64]:
    """Tabulate the normalised Hermite polynomials on the grid of scores."""
    table = [np.ones_like(_SCORES), _SCORES]
    for k in range(1, TERMS - 1):
        following = _SCORES * table[k] - math.sqrt(k) * table[k - 1]
        table.append(following / math.sqrt(k + 1))
    return np.array(table)
