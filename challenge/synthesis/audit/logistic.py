"""Logistic regression on probabilities: fitted once, solved for any part of it.

Knowing the true probability of every row, instead of one draw from it, makes a fit
on thousands of rows as good as one on hundreds of thousands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

Vector = NDArray[np.float64]
Places = NDArray[np.intp]

_CHUNK = 8_192  # rows held as float64 at once


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The quadratic that a log-likelihood is near its maximum.

    Attributes
    ----------
    information : ndarray of float, shape (n_columns, n_columns)
        Its curvature; the intercept comes first.
    moment : ndarray of float, shape (n_columns,)
        Its slope at 0.
    ridge : float
        Penalty on every coefficient but the intercept.
    """

    information: Vector
    moment: Vector
    ridge: float

    def solve(self, columns: Places | None = None) -> Vector:
        """Give the coefficients of the model with some of the columns.

        Parameters
        ----------
        columns : ndarray of int, optional
            Which, the intercept among them; default: all.

        Returns
        -------
        ndarray of float
            One for each of `columns`. Exact for all columns; for a part, one Newton
            step from the fit with all.
        """
        chosen = np.arange(len(self.moment)) if columns is None else columns
        part = self.information[np.ix_(chosen, chosen)]
        part = part + np.diag(np.where(chosen == 0, 0, self.ridge))
        return np.asarray(np.linalg.solve(part, self.moment[chosen]))

    def errors(self) -> Vector:
        """Give the standard errors of the model with all columns.

        Returns
        -------
        ndarray of float, shape (n_columns,)
            From the curvature, for 0 and 1 as targets.
        """
        part = self.information + self.ridge * np.eye(len(self.moment))
        return np.asarray(np.sqrt(np.diag(np.linalg.inv(part))))


def fit_logistic(
    design: NDArray[np.floating],
    target: Vector,
    *,
    offset: Vector | None = None,
    ridge: float = 1.0,
    steps: int = 4,
) -> Fit:
    """Maximise a penalised likelihood by Newton's method.

    Parameters
    ----------
    design : ndarray of float, shape (n_rows, n_columns)
        First column 1.
    target : ndarray of float, shape (n_rows,)
        Labels, or probabilities, in [0, 1].
    offset : ndarray of float, shape (n_rows,), optional
        Log-odds that are known.
    ridge : float
        Penalty on every coefficient but the intercept.
    steps : int
        Of Newton's method.

    Returns
    -------
    Fit
        At the last step.

    References
    ----------
    McCullagh and Nelder (1989), "Generalized Linear Models", 2.5: iteratively
    reweighted least squares.
    """
    beta = np.zeros(design.shape[1])
    known = np.zeros(len(target)) if offset is None else offset
    mean = float(np.clip(target.mean(), 1e-6, 1 - 1e-6))
    beta[0] = logit(mean) - float(known.mean())
    fit = _quadratic(design, target, known, beta, ridge)
    for _ in range(steps):
        beta = fit.solve()
        fit = _quadratic(design, target, known, beta, ridge)
    return fit


def _quadratic(
    design: NDArray[np.floating],
    target: Vector,
    offset: Vector,
    beta: Vector,
    ridge: float,
) -> Fit:
    """Add up curvature and slope, a chunk of rows at a time."""
    size = design.shape[1]
    information, moment = np.zeros((size, size)), np.zeros(size)
    for start in range(0, len(design), _CHUNK):
        here = slice(start, start + _CHUNK)
        rows = design[here].astype(np.float64)
        own = rows @ beta
        mean = expit(own + offset[here])
        weight = mean * (1 - mean)
        information += rows.T @ (rows * weight[:, None])
        moment += rows.T @ (weight * own + target[here] - mean)
    return Fit(information, moment, ridge)
