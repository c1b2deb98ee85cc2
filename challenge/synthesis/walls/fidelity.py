"""How much synthetic rows are like the figures they were drawn from.

Only figures that may leave are compared and shown: learned marginals and rank
correlations on the one side, the synthetic rows on the other.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy.special import ndtri

from challenge.schema import Marginal
from challenge.synthesis.walls.learned import Learned, order_codes

_GRID = 400
_SHOWN = 10  # bars of a column of numbers


class Likeness(BaseModel):
    """One column: learned and synthetic.

    Attributes
    ----------
    column : str
        Its name.
    bars : tuple of str
        Levels, or the lower end of each tenth of the learned rows.
    learned, synthetic : tuple of float
        Share of rows in each bar.
    difference : float
        Largest distance of the two cumulative shares (Kolmogorov and Smirnov).
    """

    model_config = ConfigDict(frozen=True)

    column: str
    bars: tuple[str, ...]
    learned: tuple[float, ...]
    synthetic: tuple[float, ...]
    difference: float


class Fidelity(BaseModel):
    """How much the synthetic rows are like what was learned.

    Attributes
    ----------
    columns : tuple of Likeness
        In the order of the schema.
    correlations : tuple of (str, str, float, float)
        Two columns, learned and synthetic rank correlation, two decimals.
    mean_difference : float
        Mean of the columns' differences.
    mean_correlation_error : float
        Mean absolute difference of rank correlations.
    """

    model_config = ConfigDict(frozen=True)

    columns: tuple[Likeness, ...]
    correlations: tuple[tuple[str, str, float, float], ...]
    mean_difference: float
    mean_correlation_error: float


def fidelity(learned: Learned, rows: pd.DataFrame) -> Fidelity:
    """Compare synthetic rows with what they were drawn from.

    Parameters
    ----------
    learned : Learned
        Safe figures of real rows.
    rows : DataFrame
        Synthetic rows.

    Returns
    -------
    Fidelity
        With nothing of a real row beyond the learned figures.
    """
    drawn: Mapping[str, Marginal] = {
        name: marginal
        for name, marginal in learned.declaration.marginals.items()
        if name not in learned.absent
    }
    columns = tuple(_likeness(n, marginal, rows[n]) for n, marginal in drawn.items())
    codes = pd.DataFrame({n: order_codes(rows[n], m) for n, m in drawn.items()})
    names = list(drawn)
    got = codes.rank().corr().fillna(0.0).to_numpy()
    told = learned.ranks.loc[names, names].to_numpy()
    pairs = [
        (names[i], names[j], round(float(told[i, j]), 2), round(float(got[i, j]), 2))
        for i in range(len(names))
        for j in range(i)
    ]
    errors = [abs(one - other) for _, _, one, other in pairs]
    return Fidelity(
        columns=columns,
        correlations=tuple(pairs),
        mean_difference=round(float(np.mean([c.difference for c in columns])), 4),
        mean_correlation_error=round(float(np.mean(errors)) if errors else 0.0, 4),
    )


def _likeness(name: str, marginal: Marginal, values: pd.Series) -> Likeness:
    """Put one column's learned and synthetic shares side by side."""
    grid = marginal.values(ndtri((np.arange(_GRID) + 0.5) / _GRID))
    known = values.dropna()
    if marginal.levels:
        shares = marginal.shares  # type: ignore[union-attr]
        shown = [level for level in shares if shares[level] > 0]
        told = [shares[level] for level in shown]
        text = known.map(str) if known.dtype == object else known
        keys = [str(v) if known.dtype == object else float(v) for v in shown]
        got = [float((text == key).mean()) for key in keys]
        bars = [str(level) for level in shown]
        difference = float(np.abs(np.cumsum(told) - np.cumsum(got)).max())
    else:
        edges = np.unique(np.quantile(grid, np.linspace(0, 1, _SHOWN + 1)))
        told, got = _tenths(grid, edges), _tenths(known.to_numpy(), edges)
        bars = [_short(edge) for edge in edges[:-1]] or [_short(edges[0])]
        difference = _largest_gap(np.sort(grid), np.sort(known.to_numpy()))
    return Likeness(
        column=name,
        bars=tuple(bars),
        learned=tuple(np.round(told, 3).tolist()),
        synthetic=tuple(np.round(got, 3).tolist()),
        difference=round(difference, 3),
    )


def _short(value: float) -> str:
    """Write a number in three digits, without a power of ten."""
    rounded = float(np.format_float_scientific(value, precision=2))
    return np.format_float_positional(rounded, trim="-")


def _tenths(values: NDArray[np.float64], edges: NDArray[np.float64]) -> list[float]:
    """Share of values from each edge to the next, everything above in the last."""
    inner = edges[1:-1]
    places = np.searchsorted(inner, values, side="right")
    counts = np.bincount(places, minlength=max(1, len(edges) - 1))
    return (counts / max(1, len(values))).tolist()  # type: ignore[no-any-return]


def _largest_gap(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Largest distance between two cumulative distributions."""
    if not len(second):
        return 1.0
    places = np.concatenate([first, second])
    gaps = np.searchsorted(first, places, side="right") / len(first) - (
        np.searchsorted(second, places, side="right") / len(second)
    )
    return float(np.abs(gaps).max())
