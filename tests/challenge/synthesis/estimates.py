"""Estimates with their standard errors, by textbook formulas and nothing of ours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.metrics import roc_auc_score


class Estimate(NamedTuple):
    """A figure and its standard error."""

    value: float
    error: float

    def within(self, low: float, high: float) -> bool:
        """Tell whether it lies in a band widened by three standard errors."""
        return low - 3 * self.error <= self.value <= high + 3 * self.error


class Fit(NamedTuple):
    """Coefficients of a logistic regression, their errors, and the deviance."""

    effects: NDArray[np.float64]
    errors: NDArray[np.float64]
    deviance: float


def share(held: ArrayLike) -> Estimate:
    """Share of true values."""
    values = np.asarray(held, dtype=np.float64)
    p = float(values.mean())
    return Estimate(p, math.sqrt(p * (1 - p) / len(values)))


def ratio(first: Estimate, second: Estimate) -> Estimate:
    """Quotient of two independent shares, by the delta method."""
    value = first.value / second.value
    relative = math.hypot(first.error / first.value, second.error / second.value)
    return Estimate(value, value * relative)


def odds_ratio(exposed: ArrayLike, label: ArrayLike) -> Estimate:
    """Odds ratio of a two by two table, with Woolf's standard error."""
    a, b = np.asarray(exposed, dtype=bool), np.asarray(label, dtype=bool)
    cells = [float((x & y).sum()) for x in (a, ~a) for y in (b, ~b)]
    value = cells[0] * cells[3] / (cells[1] * cells[2])
    return Estimate(value, value * math.sqrt(sum(1 / cell for cell in cells)))


def logistic(
    design: NDArray[np.float64],
    label: ArrayLike,
    offset: NDArray[np.float64] | float = 0.0,
) -> Fit:
    """Maximum likelihood by Newton's method, an intercept in front."""
    y = np.asarray(label, dtype=np.float64)
    x = np.column_stack([np.ones(len(y)), design])
    beta = np.zeros(x.shape[1])
    for _ in range(25):
        p = expit(x @ beta + offset)
        information = (x * (p * (1 - p))[:, None]).T @ x
        step = np.linalg.solve(information, x.T @ (y - p))
        beta += step
        if np.abs(step).max() < 1e-9:
            break
    p = np.clip(expit(x @ beta + offset), 1e-12, 1 - 1e-12)
    deviance = -2 * float(np.sum(y * np.log(p) + (1 - y) * np.log1p(-p)))
    return Fit(beta, np.sqrt(np.diag(np.linalg.inv(information))), deviance)


def design(rows: pd.DataFrame, columns: Sequence[str]) -> NDArray[np.float64]:
    """Numbers standardised, texts as one column per level but the first.

    What a circumstance leaves empty (the start of arrears that are not there) is 0.
    """
    wide = pd.get_dummies(rows[list(columns)], drop_first=True, dtype=np.float64)
    scaled = (wide - wide.mean()) / wide.std().replace(0, 1)
    return scaled.fillna(0.0).to_numpy()


def discrimination(
    x: NDArray[np.float64], label: NDArray[np.bool_], held_out: NDArray[np.bool_]
) -> float:
    """AUROC on rows held out of a logistic regression on the others."""
    fit = logistic(x[~held_out], label[~held_out])
    return float(roc_auc_score(label[held_out], x[held_out] @ fit.effects[1:]))


def rank_correlation_error(value: float, size: int) -> float:
    """Standard error of a Spearman correlation (Bonett and Wright 2000)."""
    return (1 - value**2) * math.sqrt((1 + value**2 / 2) / size)


def share_between(values: ArrayLike, cluster: NDArray[np.intp]) -> Estimate:
    """Intraclass correlation by one-way analysis of variance (Donner 1986)."""
    x, size = np.asarray(values, dtype=np.float64), np.bincount(cluster)
    means = np.bincount(cluster, x) / size
    within = float(np.sum((x - means[cluster]) ** 2)) / (len(x) - len(size))
    among = float(np.sum(size * (means - x.mean()) ** 2)) / (len(size) - 1)
    m = (len(x) - float(np.sum(size**2)) / len(x)) / (len(size) - 1)
    value = (among - within) / (among + (m - 1) * within)
    spread = (1 - value) * (1 + (m - 1) * value)
    return Estimate(value, spread * math.sqrt(2 / (m * (m - 1) * (len(size) - 1))))


def slope(got: Sequence[Estimate], declared: Sequence[float]) -> Estimate:
    """Least squares through 0 of what was found on what was declared."""
    values = np.array([estimate.value for estimate in got])
    errors = np.array([estimate.error for estimate in got])
    told = np.asarray(declared, dtype=np.float64)
    weights = told / errors**2
    precision = float(weights @ told)
    return Estimate(float(weights @ values) / precision, 1 / math.sqrt(precision))


def intraclass_correlation(
    label: NDArray[np.bool_], cluster: NDArray[np.intp]
) -> float:
    """Share of the latent variance between clusters, of a logistic model without terms.

    The variance of clusters' shares comes from an analysis of variance; the normal
    area effect that gives it is found by quadrature.
    """
    size, positives = np.bincount(cluster), np.bincount(cluster, label)
    p, shares = float(label.mean()), positives / size
    among = float(np.sum(size * (shares - p) ** 2)) / (len(size) - 1)
    inside = float(np.sum(positives * (1 - shares))) / (len(label) - len(size))
    between = (among - inside) / size.mean()
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    weights = weights / weights.sum()

    def variance(sd: float) -> float:
        centre = brentq(lambda c: weights @ expit(c + sd * nodes) - p, -20, 20)
        return float(weights @ expit(centre + sd * nodes) ** 2 - p**2)

    sd = brentq(lambda s: variance(s) - between, 1e-6, 5)
    return float(sd**2 / (sd**2 + math.pi**2 / 3))
