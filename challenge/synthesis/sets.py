"""The row sets of a release, and the partitions in which they are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SETS = ("train", "practice", "board", "final", "external")
PUBLIC_SETS = ("train", "practice")
HIDDEN_SETS = ("board", "final", "external")

LARGEST = 50_000
"""Households in a partition at most: what bounds the memory of a build."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Households that are drawn together; all of one row set.

    Attributes
    ----------
    set : str
        One of `SETS`.
    number : int
        Counted from 0 within the set.
    first : int
        Number of its first household in the release.
    rows : int
        Households.
    """

    set: str
    number: int
    first: int
    rows: int

    @property
    def name(self) -> str:
        """Name of its part file and of its streams, such as ``board-0003``."""
        return f"{self.set}-{self.number:04d}"


def partitions(sets: Mapping[str, int]) -> tuple[Partition, ...]:
    """Cut the sets of a release into partitions of about one size.

    Which rows are drawn together decides what is drawn, so this depends on the
    sizes alone and never on the machine.

    Parameters
    ----------
    sets : mapping of str to int
        Rows of each set; sets that are absent have none.

    Returns
    -------
    tuple of Partition
        In the order of `SETS`, numbering the households of the release.
    """
    cut: list[Partition] = []
    for name in SETS:
        for number, rows in enumerate(_pieces(sets.get(name, 0))):
            first = cut[-1].first + cut[-1].rows if cut else 0
            cut.append(Partition(name, number, first, rows))
    return tuple(cut)


def _pieces(rows: int) -> Iterator[int]:
    """Give the sizes of as few pieces as possible, the larger ones first."""
    count = -(-rows // LARGEST)
    for number in range(count):
        yield rows // count + (number < rows % count)
