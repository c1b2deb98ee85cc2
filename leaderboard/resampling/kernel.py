"""Every measure at once, for a block of weighted replicates of the rows."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import NamedTuple, Protocol

import numpy as np

from leaderboard.metrics.areas import AREA_SHARE, SHARE_DIGITS
from leaderboard.metrics.utility import THRESHOLDS
from leaderboard.resampling import passes
from leaderboard.resampling.crossing import Crossing, cross
from leaderboard.resampling.entries import (
    Contest,
    Ledger,
    Line,
    Places,
    Queue,
    contest,
    ledger,
    line_up,
    queue,
)
from leaderboard.resampling.measures import Measures, Sample, ratio
from leaderboard.resampling.totals import COUNTED, Totals
from leaderboard.resampling.weights import Counts, Keys
from leaderboard.rows import Vector

MOST_RANKED = 48  # crossed cells in one contest, so that their pairs stay in cache
MOST_ADDED = 1024  # crossed cells in one ledger
_MOST_COMPILED = 2**24  # rows; with more a product could take over 32 bits
_FIRST = 1 + len(THRESHOLDS)  # groups of ours before the cells of the sample


class Passes(Protocol):
    """What both modules of passes can: numpy's, and those that numba compiles."""

    def draw(self, counts: Counts, keys: Keys, block: int, /) -> None:
        """Fill an array with the counts of one block."""

    def add(self, entries: Ledger, counts: Counts, /) -> Vector:
        """Add up weighted values per cell."""

    def contend(
        self, entries: Contest, counts: Counts, n_cells: int, /
    ) -> tuple[Vector, Vector]:
        """Count which negatives stand above which positives."""

    def select(
        self, entries: Queue, counts: Counts, room: Vector, n_cells: int, /
    ) -> Vector:
        """Add up what fits, from the first entry on."""


class Kernel:
    """Measure one sample under many weights.

    Everything that adds up is summed per cluster and cell once, so that a
    replicate of it is one product; only what depends on the order of the scores
    walks the rows, once for all groups.

    Parameters
    ----------
    sample : Sample
        The rows.
    compiled : bool or None
        Whether numba does the work; None where it is installed.

    Attributes
    ----------
    n_units : int
        Number of clusters, or of rows where these are resampled.

    Raises
    ------
    ModuleNotFoundError
        If numba is asked for and not installed.
    """

    def __init__(self, sample: Sample, *, compiled: bool | None = None) -> None:
        self._sample = sample
        self._passes = choose_passes(compiled, rows=len(sample.labels))
        self._totals = Totals(sample)
        units = sample.clusters.astype(np.int32)
        self.n_units = int(units.max()) + 1
        line = line_up(sample.probabilities)
        self._parts = list(_parts(sample, units, line, self._totals.values))
        ranked = cross(sample.cells[:, list(sample.ranked)], most=MOST_RANKED)
        self._contests = [
            (crossing, contest(line, units, crossing.cells, sample.labels))
            for crossing in ranked
        ]
        self._areas = None if sample.names is None else _areas(sample, units)

    def draw(self, counts: Counts, keys: Keys, block: int) -> None:
        """Fill an array with the counts of one block of replicates.

        Parameters
        ----------
        counts : ndarray of uint8, shape (n_units, 64)
            Filled as `leaderboard.resampling.weights.draw_counts` does.
        keys : ndarray of uint64, shape (n_units,)
            The stream of each unit.
        block : int
            At least 0.
        """
        self._passes.draw(counts, keys, block)

    def measure(self, counts: Counts) -> Measures:
        """Measure the sample once per column of counts.

        Parameters
        ----------
        counts : ndarray of uint8, shape (n_units, 64)
            How often each unit, that is each cluster or row, counts; at most 8.

        Returns
        -------
        Measures
            One column per replicate; NaN where a replicate has no rows, or no
            rows of one class, that a measure needs.
        """
        added = [
            part.crossing.unite(self._passes.add(part.ledger, counts))
            for part in self._parts
        ]
        everyone = added[0][0]
        counted = np.concatenate([sums[:, : len(COUNTED)] for sums in added])
        inside = self._inside(counts, everyone[0])
        selected, found = inside[0]
        cells = _of_cells(counted[_FIRST:], inside[_FIRST:])
        return Measures(
            **self._totals.measure(everyone, reached=counted[1:_FIRST]),
            **cells,
            **self._ranks(counts, everyone, cells),
            recall_at_capacity=ratio(found, everyone[1]),
            precision_at_capacity=ratio(found, selected),
            area_recall=self._area_recall(counts, everyone[1]),
        )

    def _inside(self, counts: Counts, every: Vector) -> Vector:
        """Rows and positives of each group inside the capacity."""
        room = self._sample.capacity * every
        return np.concatenate(
            [
                crossing.unite(
                    self._passes.select(line, counts, room, crossing.n_cells)
                )
                for crossing, _, line in self._parts
            ]
        )

    def _ranks(
        self, counts: Counts, everyone: Vector, cells: dict[str, Vector]
    ) -> dict[str, Vector]:
        """Everything that depends on who stands above whom."""
        positive, negative = everyone[1], everyone[0] - everyone[1]
        ranked = list(self._sample.ranked)
        positives = cells["positives"][ranked]
        negatives = cells["rows"][ranked] - positives
        lost = []
        for crossing, rows in self._contests:
            losses, precision = self._passes.contend(rows, counts, crossing.n_cells)
            lost.append(_lost(crossing, losses))
        inside, from_outside, to_outside = np.concatenate(lost, axis=1)
        return {
            "auroc": _auroc(losses.sum(axis=(0, 1)), positive, negative),
            "average_precision": ratio(precision, 2 * positive),
            "cell_auroc": _auroc(inside, positives, negatives),
            "cell_bpsn": _auroc(from_outside, positive - positives, negatives),
            "cell_bnsp": _auroc(to_outside, positives, negative - negatives),
        }

    def _area_recall(self, counts: Counts, positive: Vector) -> Vector:
        """Share of positives in the clusters that come first."""
        if self._areas is None:
            return np.full_like(positive, np.nan)
        room = AREA_SHARE * counts.sum(axis=0)
        return ratio(self._passes.select(self._areas, counts, room, 1)[0, 0], positive)


def choose_passes(compiled: bool | None, *, rows: int) -> Passes:
    """Choose between the passes in numpy and those that numba compiles.

    Parameters
    ----------
    compiled : bool or None
        Which; None takes numba's where it is installed and rows are not too many.
    rows : int
        Number of rows.

    Returns
    -------
    Passes
        Both give the same numbers.

    Raises
    ------
    ModuleNotFoundError
        If numba is asked for and not installed.
    """
    if compiled is None:
        compiled = rows < _MOST_COMPILED and find_spec("numba") is not None
    if not compiled:
        return passes
    from leaderboard.resampling import (
        compiled as numba_passes,  # numba takes a second to load
    )

    return numba_passes


def cross_sample(sample: Sample) -> list[Crossing]:
    """Cut the rows of a sample by everything that they are counted by.

    Parameters
    ----------
    sample : Sample
        The rows.

    Returns
    -------
    list of Crossing
        Groups in order: everyone, who reaches each of the thresholds, and the cells
        of the sample.
    """
    everyone = np.ones(len(sample.labels), dtype=bool)
    reached = sample.probabilities >= np.array(THRESHOLDS)[:, None]
    groups = np.vstack([everyone, reached, sample.cells.T])
    return cross(groups.T, most=MOST_ADDED)


class _Part(NamedTuple):
    """Groups that are counted together."""

    crossing: Crossing
    ledger: Ledger
    queue: Queue


def _parts(
    sample: Sample, units: Places, line: Line, values: Vector
) -> Iterator[_Part]:
    """Lay out what is added up and what is let in, in each crossing."""
    for crossing in cross_sample(sample):
        yield _Part(
            crossing,
            ledger(units, crossing.cells, values, n_cells=crossing.n_cells),
            queue(line, units, crossing.cells, values[:, :2]),
        )
        # Everyone stands in the first part: the others need only what is counted.
        values = values[:, : len(COUNTED)]


def _areas(sample: Sample, units: Places) -> Queue:
    """Clusters from the highest expected share down, with their positives."""
    rows = np.bincount(units)
    expected = np.bincount(units, weights=sample.probabilities)
    # Rounded, since a constant's mean differs in its last bit between clusters,
    # and the order of areas would follow their size.
    line = line_up(np.round(expected / rows, SHARE_DIGITS))
    positives = np.bincount(units, sample.labels).astype(np.float64)
    numbers = np.arange(len(rows), dtype=np.int32)
    return queue(line, numbers, np.zeros_like(numbers), positives[:, None])


def _of_cells(counted: Vector, inside: Vector) -> dict[str, Vector]:
    rows, positives, expected, loss = np.moveaxis(counted, 1, 0)
    return {
        "rows": rows,
        "positives": positives,
        "expected": expected,
        "selected": inside[:, 0],
        "found": inside[:, 1],
        "cell_brier": ratio(loss, rows),
    }


def _lost(crossing: Crossing, losses: Vector) -> Vector:
    """Losses inside each group, to it from outside, and from it to outside."""
    mine = crossing.unite(losses)
    inside = np.einsum("gc,gcr->gr", crossing.members, mine)
    to_mine = crossing.unite(losses.sum(axis=0))
    return np.stack([inside, to_mine - inside, mine.sum(axis=1) - inside])


def _auroc(losses: Vector, positives: Vector, negatives: Vector) -> Vector:
    """Share of pairs that are won; losses count twice, so that a tie is a half."""
    pairs = 2 * positives * negatives
    return ratio(pairs - losses, pairs)
