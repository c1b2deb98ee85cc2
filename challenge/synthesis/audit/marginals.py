"""Declared against got, column by column: the largest difference of distributions."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from challenge.schema import Marginal, Words
from challenge.schema.curves import Curve
from challenge.schema.levels import Share
from challenge.synthesis.audit.records import MarginalFinding, Point
from challenge.synthesis.audit.samples import Sample

Vector = NDArray[np.float64]

HONEST = 0.001
"""Chance that an honest build has any column beyond its band."""

QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
_MOST_LEVELS = 12  # more are drawn as one bar for the rest
_GRID = ndtri((np.arange(20_000) + 0.5) / 20_000)


def marginal_findings(found: dict[str, Sample]) -> tuple[MarginalFinding, ...]:
    """Hold every column against its declared distribution.

    Parameters
    ----------
    found : dict of str to Sample
        What was drawn, by column.

    Returns
    -------
    tuple of MarginalFinding
        In the order of the columns; those without any value left out.
    """
    return tuple(
        _finding(sample, len(found))
        for sample in found.values()
        if sample.effective > 0
    )


def distribution_error(values: Vector, weights: Vector, declared: Marginal) -> float:
    """Find the largest difference between two distribution functions.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Got; categories as their place among the levels.
    weights : ndarray of float, shape (n,)
        Of each value.
    declared : Marginal
        What was asked for.

    Returns
    -------
    float
        In [0, 1]; 0 is the same distribution.

    References
    ----------
    Kolmogorov (1933): the statistic of the one-sample test.
    """
    points, shares = _declared(declared)
    order = np.argsort(values, kind="stable")
    at = np.unique(np.concatenate([points, values]))
    mine = np.concatenate([[0.0], np.cumsum(weights[order])])
    got = mine[np.searchsorted(values[order], at, side="right")] / mine[-1]
    theirs = np.concatenate([[0.0], np.cumsum(shares)])
    want = theirs[np.searchsorted(points, at, side="right")]
    return float(np.abs(got - want).max())


def chance_error(effective: float, columns: int) -> float:
    """Give the difference that chance alone may make.

    Parameters
    ----------
    effective : float
        Rows of equal weight, above 0.
    columns : int
        How many columns are looked at together.

    Returns
    -------
    float
        Exceeded in none of the columns with probability 0.999 or more.

    References
    ----------
    Massart (1990), "The tight constant in the Dvoretzky-Kiefer-Wolfowitz
    inequality", Annals of Probability 18, with Bonferroni's correction.

    Examples
    --------
    >>> round(chance_error(66_000, 80), 4)
    0.0095
    """
    return min(1.0, math.sqrt(math.log(2 * columns / HONEST) / (2 * effective)))


def _finding(sample: Sample, columns: int) -> MarginalFinding:
    known = ~np.isnan(sample.values)
    values, weights = sample.values[known], sample.weights[known]
    return MarginalFinding(
        column=sample.column.name,
        table=sample.table,
        label=sample.column.label,
        unit=sample.column.unit,
        per=sample.per,
        rows=len(values),
        error=distribution_error(values, weights, sample.marginal),
        chance=chance_error(sample.effective, columns),
        gates=not sample.is_held_back,
        form=_form(sample.marginal),
        points=_points(values, weights, sample),
    )


def _form(marginal: Marginal) -> Literal["share", "levels", "quantiles"]:
    if isinstance(marginal, Curve):
        return "quantiles"
    return "share" if isinstance(marginal, Share) else "levels"


def _declared(marginal: Marginal) -> tuple[Vector, Vector]:
    """Give rising points with the declared share of each."""
    if isinstance(marginal, Curve):
        points = np.sort(marginal.values(_GRID))
        return points, np.full(len(points), 1 / len(points))
    texts = any(isinstance(level, str) for level in marginal.levels)
    levels = range(len(marginal.levels)) if texts else marginal.levels
    points = np.array([float(level) for level in levels])
    shares = np.array(list(marginal.shares.values()), dtype=np.float64)
    order = np.argsort(points)
    return points[order], (shares / shares.sum())[order]


def _points(values: Vector, weights: Vector, sample: Sample) -> tuple[Point, ...]:
    """Give what a picture of both distributions needs."""
    marginal = sample.marginal
    if isinstance(marginal, Curve):
        want = np.quantile(marginal.values(_GRID), QUANTILES)
        order = np.argsort(values, kind="stable")
        shares = np.cumsum(weights[order]) / weights.sum()
        place = np.searchsorted(shares, QUANTILES).clip(max=len(values) - 1)
        got = values[order][place]
        return tuple(
            Point(label=_plain(q), declared=float(w), got=float(g))
            for q, w, g in zip(QUANTILES, want, got, strict=True)
        )
    points, shares = _declared(marginal)
    total = weights.sum()
    got = np.array([weights[values == point].sum() / total for point in points])
    names = _names(points, sample)
    most = len(points)
    if sample.column.type != "string":
        # The last levels of a count hold next to nobody.
        most = min(_MOST_LEVELS, int(np.searchsorted(np.cumsum(shares), 0.99)) + 2)
    if len(points) > most:
        rest = Words(nl=f"≥ {names[most - 1].nl}", en=f"≥ {names[most - 1].en}")
        names = [*names[: most - 1], rest]
        shares = np.append(shares[: most - 1], shares[most - 1 :].sum())
        got = np.append(got[: most - 1], got[most - 1 :].sum())
    return tuple(
        Point(label=name, declared=float(w), got=float(g))
        for name, w, g in zip(names, shares, got, strict=True)
    )


def _names(points: Vector, sample: Sample) -> list[Words]:
    """Say each level as people read it."""
    column = sample.column
    if column.type == "string" and column.marginal is not None:
        levels = [str(level) for level in column.marginal.levels]
        return [column.levels.get(v, Words(nl=v, en=v)) for v in levels]
    return [_plain(point) for point in points]


def _plain(value: float) -> Words:
    return Words(nl=f"{value:g}".replace(".", ","), en=f"{value:g}")
