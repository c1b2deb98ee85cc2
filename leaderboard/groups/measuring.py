"""Groups and areas: what is measured there, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from leaderboard.disclosure.suppression import may_show
from leaderboard.estimates import Estimate
from leaderboard.groups.cells import Cell
from leaderboard.groups.tally import Tally
from leaderboard.records import AreaMeasure, GroupMeasure
from leaderboard.resampling import (
    MINIMUM_CLUSTERS,
    Resampled,
    estimate,
    estimate_rate,
    widened_level,
)
from leaderboard.resampling.comparison import compare_all
from leaderboard.resampling.measures import (
    Measures,
    Sample,
    observed_over_expected,
    ratio,
)
from leaderboard.rows import Vector

# Label of the rows that a ranking across a border takes from outside the cell.
_OUTSIDE = {"cell_bpsn": 1, "cell_bnsp": 0}


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
    mine = slice(len(cells))
    columns = {
        "rows": resampled.point.rows[mine, 0].astype(int).tolist(),
        "positives": resampled.point.positives[mine, 0].astype(int).tolist(),
        "selection_rate": _rates(resampled, _selection, mine),
        "false_negative_rate": _rates(resampled, _missed, mine, label=1),
        "observed_expected": _means(resampled, _ratios, mine),
        "auroc": _rankings(resampled, "cell_auroc", mine),
        "brier": _means(resampled, _briers, mine),
        "bpsn": _rankings(resampled, "cell_bpsn", mine),
        "bnsp": _rankings(resampled, "cell_bnsp", mine),
    }
    return tuple(
        GroupMeasure(cell.attribute, cell.level, **dict(zip(columns, row, strict=True)))
        for cell, row in zip(cells, zip(*columns.values(), strict=True), strict=True)
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
    mine = slice(len(point.rows) - len(cells), None)
    observed = _rates(resampled, _observed, mine)
    counts = zip(
        point.rows[mine, 0],
        point.positives[mine, 0],
        point.expected[mine, 0],
        observed,
        strict=True,
    )
    return tuple(
        AreaMeasure(
            name=cell.level,
            rows=int(rows),
            positives=int(positives),
            expected=float(expected / rows),
            observed=share,
        )
        for cell, (rows, positives, expected, share) in zip(cells, counts, strict=True)
    )


def largest_gap(indices: Sequence[int], resampled: Resampled) -> Estimate | None:
    """Largest difference in false-negative rate between two of some groups.

    The interval comes from all pairs judged together, since percentiles of a
    maximum never cover 0. It is widened as `widened_level` says, for the fewest
    clusters that the positives of a group come from.

    Parameters
    ----------
    indices : sequence of int
        The groups to compare, as places among the cells.
    resampled : Resampled
        The sample, measured.

    Returns
    -------
    Estimate or None
        In [0, 1], 0 is equal; None below two groups. Without an interval where the
        positives of a group come from fewer than 5 clusters.
    """
    if len(indices) < 2:
        return None
    chosen = list(indices)
    values, _ = _missed(resampled.point)
    rates, _ = _missed(resampled.replicates)
    size = float(np.ptp(values[chosen, 0]))
    fewest = int(_n_clusters(resampled.sample, label=1)[chosen].min())
    if fewest < MINIMUM_CLUSTERS:
        return Estimate(size)
    pairs = compare_all(values[chosen, 0], rates[chosen], level=widened_level(fewest))
    known = np.isfinite(pairs.margin)
    if not known.any():
        return Estimate(size)
    low = (pairs.difference - pairs.margin)[known].max()
    high = (pairs.difference + pairs.margin)[known].max()
    return Estimate(size, max(0.0, float(low)), min(1.0, float(high)))


def tally_groups(
    cells: Sequence[Cell], resampled: Resampled, reference: Vector | None = None
) -> tuple[Tally, ...]:
    """Give what a policy needs to know of each group.

    Parameters
    ----------
    cells : sequence of Cell
        The groups: the first cells of the sample.
    resampled : Resampled
        The sample, measured.
    reference : ndarray of float64, shape (n_cells, 1 + n_replicates), or None
        What the reference model finds in the same rows under the same weights:
        `leaderboard.resampling.resample_found`.

    Returns
    -------
    tuple of Tally
        In the order of `cells`.
    """
    rows, positives, expected, found = (
        _counts(resampled, name) for name in ("rows", "positives", "expected", "found")
    )
    clusters = _n_clusters(resampled.sample, label=1).tolist()
    return tuple(
        Tally(
            attribute=cell.attribute,
            level=cell.level,
            clusters=clusters[index],
            rows=rows[index],
            positives=positives[index],
            expected=expected[index],
            found=found[index],
            reference=None if reference is None else reference[index],
        )
        for index, cell in enumerate(cells)
    )


def _counts(resampled: Resampled, name: str) -> Vector:
    """Set counts in the data beside those in the replicates, cell by cell."""
    point, replicates = resampled.point, resampled.replicates
    return np.hstack([getattr(point, name), getattr(replicates, name)])


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


def _briers(measures: Measures) -> Vector:
    return measures.cell_brier


def _rates(
    resampled: Resampled,
    rate: Callable[[Measures], tuple[Vector, Vector]],
    cells: slice,
    *,
    label: int | None = None,  # of the rows below the line; None is all of them
) -> list[Estimate | None]:
    """Put an interval around a rate of some cells; None where nobody is counted."""
    values, totals = (column[cells, 0].tolist() for column in rate(resampled.point))
    replicates = rate(resampled.replicates)[0][cells]
    spread = _n_clusters(resampled.sample, label=label)[cells].tolist()
    return [
        estimate_rate(value, draws, total=total, n_clusters=clusters) if total else None
        for value, draws, total, clusters in zip(
            values, replicates, totals, spread, strict=True
        )
    ]


def _means(
    resampled: Resampled, mean: Callable[[Measures], Vector], cells: slice
) -> list[Estimate]:
    """Put an interval around a mean of some cells, where clusters show its spread."""
    values = mean(resampled.point)[cells, 0].tolist()
    replicates = mean(resampled.replicates)[cells]
    spread = _n_clusters(resampled.sample)[cells].tolist()
    return [
        estimate(value, draws, n_clusters=clusters)
        for value, draws, clusters in zip(values, replicates, spread, strict=True)
    ]


def _rankings(resampled: Resampled, name: str, cells: slice) -> list[Estimate | None]:
    """Put an interval around an AUROC of some cells; None where few are compared."""
    point, ranked = resampled.point, [*resampled.sample.ranked]
    values = getattr(point, name)[:, 0].tolist()
    replicates = getattr(resampled.replicates, name)
    sample, outside = resampled.sample, _OUTSIDE.get(name)
    positives, negatives = (
        _n_clusters(sample, label=label, outside=label == outside) for label in (1, 0)
    )
    spread = np.minimum(positives, negatives).tolist()
    found = {
        index: estimate(value, draws, n_clusters=spread[index])
        for index, value, draws in zip(ranked, values, replicates, strict=True)
        if name == "cell_auroc" or _has_both_outside(resampled, index)
    }
    return [found.get(index) for index in range(len(point.rows))[cells]]


def _has_both_outside(resampled: Resampled, index: int) -> bool:
    """Whether enough rows of both classes lie outside a cell."""
    labels, point = resampled.sample.labels, resampled.point
    positives = labels.sum() - point.positives[index, 0]
    return may_show(positives, len(labels) - point.rows[index, 0] - positives)


def _n_clusters(
    sample: Sample, *, label: int | None = None, outside: bool = False
) -> NDArray[np.intp]:
    """Count the clusters with rows in each cell, or outside it, that have a label."""
    cells, clusters = sample.cells, sample.clusters
    if label is not None:
        mine = sample.labels == label
        cells, clusters = cells[mine], clusters[mine]
    if outside:
        cells = ~cells
    starts = np.flatnonzero(np.diff(clusters, prepend=-1))
    alone = len(starts) == len(clusters)
    held = cells if alone else np.logical_or.reduceat(cells, starts)
    found: NDArray[np.intp] = held.sum(axis=0)
    return found
