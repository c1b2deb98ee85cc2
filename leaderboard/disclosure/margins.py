"""Margins: which groups add up to which, and so what a reader can subtract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from leaderboard.policy import CROSS

Key = tuple[str, str]  # attribute and level


@dataclass(frozen=True, slots=True, eq=False)
class Margins:
    """Every sum that holds between the groups of one scorecard.

    Levels of one attribute add up to all rows, and so do the cells of an
    intersection; those also add up to each level of the attributes it crosses.

    Attributes
    ----------
    keys : tuple of (attribute, level)
        The groups.
    parents : ndarray of int, shape (n_sums,)
        Place of the group that the others add up to; -1 is all rows.
    children : ndarray of bool, shape (n_sums, n_groups)
        Which groups add up to it.
    combinations : ndarray of bool, shape (n_groups, n_combinations)
        Which combinations of all levels a group holds, where three intersections or
        more share attributes; for those may tell more together than their sums do.
    """

    keys: tuple[Key, ...]
    parents: NDArray[np.intp]
    children: NDArray[np.bool_]
    combinations: NDArray[np.bool_]

    @property
    def crossed(self) -> bool:
        """Whether a group adds up to anything else than all rows."""
        return bool((self.parents >= 0).any())

    @property
    def members(self) -> NDArray[np.bool_]:
        """Which groups take part in which sum, shape (n_sums, n_groups)."""
        members = self.children.copy()
        nested = np.flatnonzero(self.parents >= 0)
        members[nested, self.parents[nested]] = True
        return members


def read_margins(keys: Sequence[Key]) -> Margins:
    """Find the sums between groups by their names.

    Parameters
    ----------
    keys : sequence of (attribute, level)
        An intersection's names and levels are joined by
        `leaderboard.policy.CROSS`.

    Returns
    -------
    Margins
        One sum per attribute, and one per level that an intersection refines.

    Examples
    --------
    >>> both = CROSS.join("ab"), CROSS.join("xu")
    >>> margins = read_margins([("a", "x"), ("b", "u"), both])
    >>> margins.parents.tolist(), margins.children.sum(axis=1).tolist()
    ([-1, -1, -1, 0, 1], [1, 1, 1, 1, 1])
    """
    parts = [_parts(key) for key in keys]
    families = [frozenset(part) for part in parts]
    sums = [
        (-1, [other == family for other in families])
        for family in dict.fromkeys(families)
    ]
    for place, (part, family) in enumerate(zip(parts, families, strict=True)):
        for finer in dict.fromkeys(families):
            if family < finer:
                held = [
                    other == finer and part.items() <= cell.items()
                    for cell, other in zip(parts, families, strict=True)
                ]
                sums.append((place, held))
    return Margins(
        tuple(keys),
        np.array([parent for parent, _ in sums], dtype=np.intp),
        np.array([held for _, held in sums], dtype=bool).reshape(len(sums), len(keys)),
        _combinations(parts, families),
    )


def empty_cells(keys: Sequence[Key]) -> Iterator[Key]:
    """List the combinations of levels in an intersection that nobody has.

    A table without them would say that they hold nobody.

    Parameters
    ----------
    keys : sequence of (attribute, level)
        The groups that hold somebody.

    Yields
    ------
    (attribute, level)
        Per intersection whose attributes are groups too, in order.

    Examples
    --------
    >>> both = CROSS.join("ab"), CROSS.join("xu")
    >>> missing = empty_cells([("a", "x"), ("b", "u"), ("b", "v"), both])
    >>> [level.split(CROSS) for _, level in missing]
    [['x', 'v']]
    """
    known = set(keys)
    for attribute in dict.fromkeys(name for name, _ in keys if CROSS in name):
        sides = [
            [level for name, level in keys if name == part]
            for part in attribute.split(CROSS)
        ]
        for levels in product(*sides):
            if (cell := (attribute, CROSS.join(levels))) not in known:
                yield cell


def _combinations(
    parts: Sequence[dict[str, str]], families: Sequence[frozenset[str]]
) -> NDArray[np.bool_]:
    held = []
    for names in _circles(families):
        levels = [
            dict.fromkeys(part[name] for part in parts if name in part)
            for name in names
        ]
        for combination in product(*levels):
            cell = dict(zip(names, combination, strict=True))
            held.append([part.items() <= cell.items() for part in parts])
    return np.array(held, dtype=bool).reshape(len(held), len(parts)).T


def _circles(families: Sequence[frozenset[str]]) -> list[list[str]]:
    """List sets of attributes that three intersections or more tie together."""
    tied: list[tuple[frozenset[str], int]] = []
    for family in dict.fromkeys(family for family in families if len(family) > 1):
        touched = [(names, count) for names, count in tied if names & family]
        names = family.union(*(names for names, _ in touched))
        rest = [one for one in tied if one not in touched]
        tied = [*rest, (names, 1 + sum(count for _, count in touched))]
    # Tables that do not run in a circle fit together as soon as their margins do:
    # Lauritzen (1996), Graphical Models, section 4.4. A circle takes three.
    return [sorted(names) for names, count in tied if count > 2]


def _parts(key: Key) -> dict[str, str]:
    """Level of each attribute; a level that holds the mark itself stays whole."""
    attribute, level = key
    names, levels = attribute.split(CROSS), level.split(CROSS)
    if len(names) != len(levels):
        return {attribute: level}
    return dict(zip(names, levels, strict=True))
