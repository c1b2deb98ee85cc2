"""Hiding: which groups and rates stay in, so that no sum gives a small one away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.disclosure.margins import Margins
from leaderboard.disclosure.protection import Count, Shown, pinned_counts
from leaderboard.disclosure.suppression import hidden_cells, is_small, may_show
from leaderboard.rows import Vector

Mask = NDArray[np.bool_]

# Kinds of rows, in this order: found, missed, selected without need, and the rest.
_CLASSES = np.array([[1.0, 1, 0, 0], [0, 0, 1, 1]])  # positives, negatives
_MISSED = np.array([[0.0, 1, 0, 0]])
_SELECTED = np.array([[1.0, 0, 1, 0]])
_DIGITS = 6  # far below one row


@dataclass(frozen=True, slots=True, eq=False)
class Hidden:
    """What stays in.

    Attributes
    ----------
    groups : ndarray of bool, shape (n_groups,)
        Groups of which nothing is shown.
    missed, selection : ndarray of bool, shape (n_groups,)
        Groups whose false-negative rate, or selection rate, is not shown.
    overall : bool
        Whether even the recall and precision of all rows are not shown.
    """

    groups: Mask
    missed: Mask
    selection: Mask
    overall: bool


def hide(margins: Margins, counts: Vector, total: Vector) -> Hidden:
    """Decide what stays in, of all groups of one scorecard together.

    Sizes are decided on first, from labels alone, so that every submission on the
    same rows shows the same groups and none gives away what another hides. Then
    rates are, since found and missed rows add up over groups as well.

    Parameters
    ----------
    margins : Margins
        How the groups add up.
    counts : ndarray of float64, shape (n_groups, 4)
        Per group its found and missed positives, and its negatives inside and
        outside the capacity.
    total : ndarray of float64, shape (4,)
        The same of all rows.

    Returns
    -------
    Hidden
        What a reader may not see.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, chapter 4: primary and
    secondary suppression, and the audit.
    """
    # A rounding in a share of the found must not decide between groups of one size.
    classes = np.round(counts @ _CLASSES.T, _DIGITS)
    groups = _hide_groups(margins, classes, np.round(_CLASSES @ total, _DIGITS))
    # Rates of groups add up to those of all rows: they stay or go together.
    if overall := is_small(total).any():
        everything = np.ones_like(groups)
        return Hidden(groups, everything, everything, overall=bool(overall))
    missed, selection = _hide_rates(margins, counts, total, groups)
    return Hidden(groups, missed, selection, overall=False)


def _hide_groups(margins: Margins, classes: Vector, total: Vector) -> Mask:
    """Hide groups with few positives or negatives, and what gives them away."""
    hidden = np.array([not may_show(*cell) for cell in classes], dtype=bool)

    def shown(hidden: Mask) -> Shown:
        known = np.repeat(~hidden[:, None], 2, axis=1)
        both = np.array([True, True])
        return Shown(margins, classes, total, np.eye(2), known, both)

    hidden = _complete(margins, classes, hidden)
    return _audit(margins, classes, hidden, shown)


def _hide_rates(
    margins: Margins, counts: Vector, total: Vector, groups: Mask
) -> tuple[Mask, Mask]:
    """Hide rates with a small side, and what gives them away."""
    small = is_small(counts)
    missed, selection = (
        _complete(margins, counts[:, kinds], groups | small[:, kinds].any(axis=1))
        for kinds in (slice(0, 2), slice(2, 4))
    )

    def shown(hidden: Mask) -> Shown:
        # What the audit adds loses both of its rates.
        columns = (groups, groups, missed | hidden, selection | hidden)
        return Shown(
            margins,
            counts,
            total,
            np.vstack([_CLASSES, _MISSED, _SELECTED]),
            ~np.stack(columns, axis=1),
            np.ones(4, dtype=bool),
        )

    added = _audit(margins, counts, missed & selection, shown)
    return missed | added, selection | added


def _complete(margins: Margins, sides: Vector, hidden: Mask) -> Mask:
    """Hide the next smallest of each sum, until no sum has a single gap."""
    hidden = hidden.copy()
    before = -1
    while before != (before := int(hidden.sum())):
        for parent, children in zip(margins.parents, margins.children, strict=True):
            if parent < 0 or not hidden[parent]:
                cells = [tuple(side) for side in sides[children].tolist()]
                hidden[children] = hidden_cells(cells, hidden[children].tolist())
    return hidden


def _audit(
    margins: Margins,
    counts: Vector,
    hidden: Mask,
    shown: Callable[[Mask], Shown],
) -> Mask:
    """Hide more for as long as a reader can tell that a count is small."""
    # Levels that add up to all rows alone need no audit: two gaps that hold ten
    # rows together leave each of them open.
    small = [] if not margins.crossed else _places(is_small(counts))
    while small := pinned_counts(shown(hidden), small):
        more = {_next(margins, counts, hidden, group) for group, _ in small}
        if more == {None}:
            break
        hidden = hidden.copy()
        hidden[[place for place in more if place is not None]] = True
    return hidden


def _next(margins: Margins, counts: Vector, hidden: Mask, group: int) -> int | None:
    """Find the smallest shown group that any sum ties to this one."""
    tied = np.zeros_like(hidden)
    tied[group] = True
    members = margins.members
    size = -1
    while size != (size := int(tied.sum())):
        tied |= hidden & members[members[:, tied].any(axis=1)].any(axis=0)
    around = members[members[:, tied].any(axis=1)].any(axis=0) & ~hidden & ~tied
    sizes = np.where(around, counts.sum(axis=1), np.inf)
    return int(sizes.argmin()) if around.any() else None


def _places(mask: Mask) -> list[Count]:
    return [(int(group), int(kind)) for group, kind in np.argwhere(mask)]
