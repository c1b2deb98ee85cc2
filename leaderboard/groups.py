"""Groups and areas: who is in them, and what is measured there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leaderboard.comparison import compare_all
from leaderboard.errors import GroupsRefusedError, LengthMismatchError
from leaderboard.measures import Measures, observed_over_expected, ratio
from leaderboard.records import AreaMeasure, Estimate, GroupMeasure
from leaderboard.resampling import (
    MINIMUM_CLUSTERS,
    Resampled,
    estimate,
    estimate_rate,
)
from leaderboard.rows import Vector

MISSING = "missing"


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """The rows of one level of one attribute.

    Attributes
    ----------
    attribute, level : str
        Which cell.
    members : ndarray of bool, shape (n_samples,)
        Which rows.
    """

    attribute: str
    level: str
    members: NDArray[np.bool_]


def read_cells(table: pd.DataFrame, *, rows: int) -> tuple[Cell, ...]:
    """Split rows by each column of a table.

    Parameters
    ----------
    table : DataFrame of shape (n_samples, n_attributes)
        One column per attribute; the index does not matter. Rows without a
        value form the level ``"missing"``.
    rows : int
        Number of rows there should be.

    Returns
    -------
    tuple of Cell
        By attribute in column order, then by level, ``"missing"`` last.

    Raises
    ------
    GroupsRefusedError
        If `table` is not a DataFrame or two columns share a name.
    LengthMismatchError
        If it does not have one row per label.

    Examples
    --------
    >>> cells = read_cells(pd.DataFrame({"a": ["x", None, "x"]}), rows=3)
    >>> [(cell.level, int(cell.members.sum())) for cell in cells]
    [('x', 2), ('missing', 1)]
    """
    if not isinstance(table, pd.DataFrame):
        raise GroupsRefusedError(f"a {type(table).__name__}")
    if len(table) != rows:
        raise LengthMismatchError("groups", length=len(table), expected=rows)
    names = [str(name) for name in table.columns]
    if len(set(names)) < len(names):
        raise GroupsRefusedError("two columns of the same name")
    return tuple(
        cell
        for position, name in enumerate(names)
        for cell in _split(name, table.iloc[:, position])
    )


def _split(attribute: str, column: pd.Series) -> Iterator[Cell]:
    missing = column.isna().to_numpy()
    levels = column.astype(object).astype(str).to_numpy(dtype=object)
    levels[missing] = MISSING
    for level in sorted(set(levels), key=lambda name: (name == MISSING, name)):
        yield Cell(attribute, str(level), np.asarray(levels == level))


def measure_groups(
    cells: Sequence[Cell], resampled: Resampled
) -> tuple[GroupMeasure, ...]:
    """Measure each group, with intervals.

    Parameters
    ----------
    cells : sequence of Cell
        The groups: the first cells of the sample.
    resampled : Resampled
        The sample, measured.

    Returns
    -------
    tuple of GroupMeasure
        Exact values, in the order of `cells`.
    """
    aurocs = _aurocs(resampled)
    return tuple(
        GroupMeasure(
            attribute=cell.attribute,
            level=cell.level,
            rows=int(resampled.point.rows[index, 0]),
            positives=int(resampled.point.positives[index, 0]),
            selection_rate=_rate(resampled, index, _selection),
            false_negative_rate=_rate(resampled, index, _missed),
            observed_expected=_observed_expected(resampled, index),
            auroc=aurocs.get(index),
        )
        for index, cell in enumerate(cells)
    )


def measure_areas(
    cells: Sequence[Cell], resampled: Resampled
) -> tuple[AreaMeasure, ...]:
    """Set expected against observed in each area.

    Parameters
    ----------
    cells : sequence of Cell
        The areas: the last cells of the sample.
    resampled : Resampled
        The sample, measured.

    Returns
    -------
    tuple of AreaMeasure
        Exact values, in the order of `cells`.
    """
    point = resampled.point
    first = len(point.rows) - len(cells)
    return tuple(
        AreaMeasure(
            name=cell.level,
            rows=int(point.rows[index, 0]),
            positives=int(point.positives[index, 0]),
            expected=float(point.expected[index, 0] / point.rows[index, 0]),
            observed=_rate(resampled, index, _observed),
        )
        for index, cell in enumerate(cells, start=first)
    )


def largest_gap(indices: Sequence[int], resampled: Resampled) -> Estimate | None:
    """Largest difference in false-negative rate between two of some groups.

    The interval comes from all pairs judged together, since percentiles of a
    maximum never cover 0.

    Parameters
    ----------
    indices : sequence of int
        The groups to compare, as places among the cells.
    resampled : Resampled
        The sample, measured.

    Returns
    -------
    Estimate or None
        In [0, 1], 0 is equal; None below two groups.
    """
    if len(indices) < 2:
        return None
    chosen = list(indices)
    values, _ = _missed(resampled.point)
    rates, _ = _missed(resampled.replicates)
    pairs = compare_all(values[chosen, 0], rates[chosen])
    size = float(pairs.difference.max())
    known = np.isfinite(pairs.margin)
    if not known.any():
        return Estimate(size)
    low = (pairs.difference - pairs.margin)[known].max()
    high = (pairs.difference + pairs.margin)[known].max()
    return Estimate(size, max(0.0, float(low)), min(1.0, float(high)))


def calibration_ratios(resampled: Resampled, index: int) -> Vector:
    """Observed / expected of one cell in each replicate.

    Parameters
    ----------
    resampled : Resampled
        The sample, measured.
    index : int
        Place of the cell.

    Returns
    -------
    ndarray of float64, shape (n_replicates,)
        All NaN where the cell has rows in fewer than five clusters, since
        resampling those says nothing about their spread.
    """
    ratios = _ratios(resampled.replicates)[index]
    few = _n_clusters(resampled, index) < MINIMUM_CLUSTERS
    return np.full_like(ratios, np.nan) if few else ratios


def _selection(measures: Measures) -> tuple[Vector, Vector]:
    """Give selection rates and their denominators."""
    return ratio(measures.selected, measures.rows), measures.rows


def _missed(measures: Measures) -> tuple[Vector, Vector]:
    """Give false-negative rates and their denominators."""
    # Adding up shares of a tie may leave a rounding below 0.
    missed = np.maximum(measures.positives - measures.found, 0)
    return ratio(missed, measures.positives), measures.positives


def _observed(measures: Measures) -> tuple[Vector, Vector]:
    """Give shares of positive rows and their denominators."""
    return ratio(measures.positives, measures.rows), measures.rows


def _ratios(measures: Measures) -> Vector:
    return observed_over_expected(measures.positives, measures.expected, measures.rows)


def _rate(
    resampled: Resampled,
    index: int,
    rate: Callable[[Measures], tuple[Vector, Vector]],
) -> Estimate | None:
    """One rate of one cell; None where its denominator is empty."""
    values, totals = rate(resampled.point)
    if totals[index, 0] == 0:
        return None
    replicates, _ = rate(resampled.replicates)
    return estimate_rate(
        float(values[index, 0]),
        replicates[index],
        total=float(totals[index, 0]),
        n_clusters=_n_clusters(resampled, index),
    )


def _observed_expected(resampled: Resampled, index: int) -> Estimate:
    value = float(_ratios(resampled.point)[index, 0])
    return estimate(value, calibration_ratios(resampled, index))


def _aurocs(resampled: Resampled) -> dict[int, Estimate]:
    values, replicates = resampled.point.cell_auroc, resampled.replicates.cell_auroc
    return {
        index: estimate(float(values[place, 0]), replicates[place])
        for place, index in enumerate(resampled.sample.ranked)
    }


def _n_clusters(resampled: Resampled, index: int) -> int:
    sample = resampled.sample
    return len(np.unique(sample.clusters[sample.cells[:, index]]))
