"""Tallies: what was counted in each group, and which groups are large enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.policy import OTHER
from leaderboard.rows import Vector


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What was counted in one group: in the data, then in each replicate.

    Attributes
    ----------
    attribute, level : str
        Which group.
    clusters : int
        How many clusters it has positive rows in.
    rows, positives : ndarray of float64, shape (1 + n_replicates,)
        Weighted counts.
    expected : ndarray of float64, shape (1 + n_replicates,)
        Sum of probabilities.
    found : ndarray of float64, shape (1 + n_replicates,)
        Positives inside the capacity.
    reference : ndarray of float64, shape (1 + n_replicates,), or None
        The same for the reference model, under the same weights.
    """

    attribute: str
    level: str
    clusters: int
    rows: Vector
    positives: Vector
    expected: Vector
    found: Vector
    reference: Vector | None = None

    @property
    def size(self) -> int:
        """Positive rows."""
        return round(float(self.positives[0]))

    @classmethod
    def pool(cls, tallies: Sequence[Tally]) -> Tally:
        """Take groups of one attribute together.

        Parameters
        ----------
        tallies : sequence of Tally
            At least one.

        Returns
        -------
        Tally
            Called ``"other small groups"``; `clusters` is a lower bound.
        """
        first = tallies[0]
        return cls(
            attribute=first.attribute,
            level=OTHER,
            clusters=max(tally.clusters for tally in tallies),
            rows=_sum(tally.rows for tally in tallies),
            positives=_sum(tally.positives for tally in tallies),
            expected=_sum(tally.expected for tally in tallies),
            found=_sum(tally.found for tally in tallies),
            reference=None
            if first.reference is None
            else _sum(t.reference for t in tallies if t.reference is not None),
        )


def _sum(vectors: Iterator[Vector]) -> Vector:
    total: Vector = np.sum([*vectors], axis=0)
    return total


@dataclass(frozen=True, slots=True, eq=False)
class Party:
    """A group before the policy, beside everybody that its attribute divides.

    Attributes
    ----------
    tally : Tally
        Of the group.
    everybody : Tally
        Of all groups of its attribute.
    gates : bool
        Whether it is large enough to decide.
    merged : bool
        Whether it decides as one of the other small groups.
    """

    tally: Tally
    everybody: Tally
    gates: bool
    merged: bool = False


def parties(tallies: Sequence[Tally], *, minimum: int) -> Iterator[Party]:
    """Say which groups of one attribute decide, and take small ones together.

    Parameters
    ----------
    tallies : sequence of Tally
        All groups of the attribute.
    minimum : int
        Positive rows from which a group decides, at least 1.

    Yields
    ------
    Party
        Each group; then the small ones together, if they decide together.
    """
    if not tallies:
        return
    everybody = Tally.pool(tallies)
    small = [tally for tally in tallies if tally.size < minimum]
    merged = sum(tally.size for tally in small) >= minimum
    for tally in tallies:
        alone = tally.size >= minimum
        yield Party(tally, everybody, gates=alone, merged=merged and not alone)
    if merged:
        yield Party(Tally.pool(small), everybody, gates=True)
