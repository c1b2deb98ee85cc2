"""Selection: the positives inside the capacity, and nothing else."""

from __future__ import annotations

import numpy as np

from leaderboard.resampling.entries import ledger, line_up, queue
from leaderboard.resampling.kernel import choose_passes, cross_sample
from leaderboard.resampling.measures import Sample
from leaderboard.resampling.weights import Counts, Keys
from leaderboard.rows import Vector


class Selection:
    """Count who is found in one sample under many weights.

    Of a reference model a policy asks only this, which takes a fraction of the time
    in which `leaderboard.resampling.kernel.Kernel` measures everything.

    Parameters
    ----------
    sample : Sample
        The rows.
    compiled : bool or None
        As `leaderboard.resampling.kernel.Kernel` takes it.

    Raises
    ------
    ModuleNotFoundError
        If numba is asked for and not installed.
    """

    def __init__(self, sample: Sample, *, compiled: bool | None = None) -> None:
        self._capacity = sample.capacity
        self._n_cells = sample.cells.shape[1]
        self._passes = choose_passes(compiled, rows=len(sample.labels))
        units = sample.clusters.astype(np.int32)
        line, found = line_up(sample.probabilities), sample.labels[:, None]
        # Crossed as the kernel does, so that sums round alike.
        self._queues = [
            (crossing, queue(line, units, crossing.cells, found))
            for crossing in cross_sample(sample)
        ]
        nowhere, ones = np.zeros_like(units), np.ones_like(found)
        self._everyone = ledger(units, nowhere, ones, n_cells=1)

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

    def measure(self, counts: Counts) -> Vector:
        """Count the positives inside the capacity once per column of counts.

        Parameters
        ----------
        counts : ndarray of uint8, shape (n_units, 64)
            How often each unit, that is each cluster or row, counts; at most 8.

        Returns
        -------
        ndarray of float64, shape (n_cells, 64)
            Per cell of the sample: `found` of the kernel's measures.
        """
        room = self._capacity * self._passes.add(self._everyone, counts)[0, 0]
        inside = [
            crossing.unite(self._passes.select(line, counts, room, crossing.n_cells))
            for crossing, line in self._queues
        ]
        groups = np.concatenate(inside)
        found: Vector = groups[len(groups) - self._n_cells :, 0]
        return found
