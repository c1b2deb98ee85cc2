"""Protection: whether what is shown leaves a small count open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.disclosure.margins import Margins
from leaderboard.disclosure.suppression import MINIMUM_CELL
from leaderboard.rows import Vector

_TOLERANCE = 1e-6  # of the solver, in rows

Count = tuple[int, int]  # place of a group, and of a kind of row


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What a reader knows of the counts, taken as exact.

    Counts leave rounded to five, so a reader knows less than this.

    Attributes
    ----------
    margins : Margins
        How groups add up.
    counts : ndarray of float64, shape (n_groups, n_kinds)
        Rows of each kind in each group.
    total : ndarray of float64, shape (n_kinds,)
        Rows of each kind in all.
    forms : ndarray of float64, shape (n_forms, n_kinds)
        Which kinds a shown number adds up.
    known : ndarray of bool, shape (n_groups, n_forms)
        Which of those numbers are shown of each group.
    total_known : ndarray of bool, shape (n_forms,)
        Which are shown of all rows.
    """

    margins: Margins
    counts: Vector
    total: Vector
    forms: Vector
    known: NDArray[np.bool_]
    total_known: NDArray[np.bool_]


def pinned_counts(shown: Shown, small: Sequence[Count]) -> list[Count]:
    """List small counts that a reader can tell to be small.

    A count is open if other counts, that add up to all that is shown, would
    have at least ten rows there.

    Parameters
    ----------
    shown : Shown
        What the reader knows.
    small : sequence of (group, kind)
        Counts below ten.

    Returns
    -------
    list of (group, kind)
        Those that are not open.

    References
    ----------
    Fischetti & Salazar (2001), Management Science 47(7), 1008-1027: the attacker's
    problem, here with all sums at once.
    """
    return _pinned(shown, _equations(shown), list(small))


def _pinned(
    shown: Shown, equations: tuple[Vector, Vector], waiting: list[Count]
) -> list[Count]:
    if not waiting:
        return []
    reached = _raise(shown, equations, waiting)
    left = [
        count
        for count, rows in zip(waiting, reached, strict=True)
        if rows < MINIMUM_CELL - _TOLERANCE
    ]
    if len(waiting) == 1:
        return left
    if len(left) < len(waiting):
        return _pinned(shown, equations, left)
    # Together none gets there; on its own one may.
    half = len(left) // 2
    return [
        count
        for part in (left[:half], left[half:])
        for count in _pinned(shown, equations, part)
    ]


def _raise(
    shown: Shown, equations: tuple[Vector, Vector], counts: list[Count]
) -> Vector:
    """Raise some counts towards ten together, as far as what is shown allows."""
    coefficients, values = equations
    n_unknown, n_raised = coefficients.shape[1], len(counts)
    kinds = shown.counts.shape[1]
    places = [group * kinds + kind for group, kind in counts]
    # The last unknowns are the parts of the raised counts up to ten.
    excess = np.zeros((n_raised, n_unknown + n_raised))
    excess[range(n_raised), places] = -1
    excess[:, n_unknown:] = np.eye(n_raised)
    from scipy.optimize import linprog  # slow to import

    found = linprog(
        np.repeat([0.0, -1.0], [n_unknown, n_raised]),
        A_ub=excess,
        b_ub=np.zeros(n_raised),
        A_eq=np.pad(coefficients, ((0, 0), (0, n_raised))),
        b_eq=values,
        bounds=[(0, None)] * n_unknown + [(0, MINIMUM_CELL)] * n_raised,
    )
    if found.x is None:
        # Counts that do not add up are not exact: they were published before.
        return np.full(n_raised, float(MINIMUM_CELL))
    raised: Vector = found.x[n_unknown:]
    return raised


def _equations(shown: Shown) -> tuple[Vector, Vector]:
    """Write what is known as linear equations in groups, all rows, combinations."""
    margins, n_kinds = shown.margins, shown.counts.shape[1]
    n_groups, n_combinations = margins.combinations.shape
    sums = np.zeros((len(margins.parents), n_groups + 1 + n_combinations))
    sums[:, :n_groups] = margins.children
    # Parent -1 is all rows, the column behind the groups.
    sums[range(len(sums)), margins.parents % (n_groups + 1)] -= 1
    holding = np.flatnonzero(margins.combinations.any(axis=1))
    parts = np.zeros((len(holding), sums.shape[1]))
    parts[:, n_groups + 1 :] = margins.combinations[holding]
    parts[range(len(holding)), holding] = -1
    groups, forms = np.nonzero(np.vstack([shown.known, shown.total_known]))
    numbers = np.zeros((len(groups), sums.shape[1], n_kinds))
    numbers[range(len(groups)), groups] = shown.forms[forms]
    truth = np.vstack([shown.counts, shown.total])
    values = (shown.forms[forms] * truth[groups]).sum(axis=1)
    each = np.kron(np.vstack([sums, parts]), np.eye(n_kinds))
    return (
        np.vstack([each, numbers.reshape(len(groups), -1)]),
        np.append(np.zeros(len(each)), values),
    )
