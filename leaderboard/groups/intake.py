"""Intake: rows, groups and clusters, read and sorted before they are measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from leaderboard.disclosure.suppression import may_show
from leaderboard.errors import (
    ClustersRefusedError,
    LengthMismatchError,
    ProbabilitiesRefusedError,
    SettingRefusedError,
)
from leaderboard.groups.cells import Cell, cross_cells, read_cells
from leaderboard.metrics.discrimination import check_capacity
from leaderboard.policy import FairnessPolicy
from leaderboard.resampling.measures import Sample
from leaderboard.rows import Vector, check_rows, flat


@dataclass(frozen=True, slots=True, eq=False)
class Intake:
    """One submission on one set of rows, ready to be measured.

    Attributes
    ----------
    sample : Sample
        Sorted rows; its cells are the groups and then the areas.
    reference : Sample or None
        The same rows with the reference model's probabilities, and the groups.
    cells, places : tuple of Cell
        Groups and areas, in the order the rows came in.
    clusters : sequence of str, or range
        Labels of the clusters, in sorted order; the numbers of the rows without.
    """

    sample: Sample
    reference: Sample | None
    cells: tuple[Cell, ...]
    places: tuple[Cell, ...]
    clusters: Sequence[str] | range


def take_in(
    labels: ArrayLike,
    probabilities: ArrayLike,
    *,
    groups: pd.DataFrame,
    clusters: ArrayLike | None,
    areas: ArrayLike | None,
    capacity: float,
    policy: FairnessPolicy | None,
    reference: ArrayLike | None,
) -> Intake:
    """Read what `leaderboard.score` was given.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `leaderboard.score` takes them, and so for all that follow.
    groups : DataFrame of shape (n_samples, n_attributes)
        One column per attribute.
    clusters, areas : array_like of shape (n_samples,) or None
        Neighbourhood and municipality of each row.
    capacity : float
        Share of rows that the offer reaches, in (0, 1).
    policy : FairnessPolicy or None
        Whose intersections are measured too.
    reference : array_like of shape (n_samples,) or None
        Probabilities of the reference model.

    Returns
    -------
    Intake
        Checked; its rows are in an order that does not depend on the one they came
        in, as long as there are clusters.

    Raises
    ------
    ScoringError
        One subclass per cause: see `leaderboard.errors`.
    """
    y, p = check_rows(labels, probabilities)
    check_capacity(capacity)
    cells = _read_groups(groups, policy, rows=len(y))
    places = _read_areas(areas, rows=len(y))
    names, codes = _read_clusters(clusters, rows=len(y))
    rival = p if reference is None else _read_reference(y, reference)
    columns = [cell.members for cell in (*cells, *places)]
    members = np.array(columns, dtype=bool).reshape(len(columns), len(y))
    # Rows that are resampled by themselves stay where they are.
    order = slice(None) if clusters is None else _order(members, rival, y, p, codes)
    sample = Sample(
        labels=y[order],
        probabilities=p[order],
        clusters=codes[order],
        cells=members[:, order].T,
        capacity=capacity,
        ranked=_ranked(members[: len(cells)], y),
        names=None if isinstance(names, range) else names,
    )
    compared = replace(
        sample,
        probabilities=rival[order],
        cells=sample.cells[:, : len(cells)],
        ranked=(),
    )
    return Intake(sample, None if reference is None else compared, cells, places, names)


def _read_groups(
    table: pd.DataFrame, policy: FairnessPolicy | None, *, rows: int
) -> tuple[Cell, ...]:
    """Read the groups of each attribute, then of each intersection of the policy."""
    cells = read_cells(table, rows=rows)
    if policy is None:
        return cells
    known = {cell.attribute for cell in cells}
    if unknown := sorted(policy.attributes - known):
        allowed = "attributes that are columns of groups"
        raise SettingRefusedError("policy", unknown, allowed=allowed)
    return (*cells, *cross_cells(cells, policy.intersections))


def _read_reference(y: Vector, reference: ArrayLike) -> Vector:
    found = flat(reference, ProbabilitiesRefusedError)
    if len(found) != len(y):
        raise LengthMismatchError("reference", length=len(found), expected=len(y))
    return check_rows(y, found)[1]


def _read_areas(areas: ArrayLike | None, *, rows: int) -> tuple[Cell, ...]:
    if areas is None:
        return ()
    names = pd.Series(np.asarray(areas, dtype=object))
    if len(names) != rows:
        raise LengthMismatchError("areas", length=len(names), expected=rows)
    return read_cells(names.to_frame("area"), rows=rows)


def _read_clusters(
    clusters: ArrayLike | None, *, rows: int
) -> tuple[list[str] | range, NDArray[np.intp]]:
    """Sorted labels, and the place of each row's label among them."""
    if clusters is None:
        return range(rows), np.arange(rows)
    labels = pd.Series(np.asarray(clusters, dtype=object))
    if len(labels) != rows:
        raise LengthMismatchError("clusters", length=len(labels), expected=rows)
    if missing := int(labels.isna().sum()):
        raise ClustersRefusedError(f"{missing} rows without a label")
    codes, found = pd.factorize(labels)
    names, places = np.unique([str(label) for label in found], return_inverse=True)
    if len(names) < 2:
        raise ClustersRefusedError("a single cluster")
    return names.tolist(), places[codes]


def _order(members: NDArray[np.bool_], *keys: NDArray[Any]) -> NDArray[np.intp]:
    """Sort rows by everything that is known of them, the last key first."""
    # Eight memberships in a byte, so that there is less to sort by.
    return np.lexsort((*np.packbits(members, axis=0, bitorder="little"), *keys))


def _ranked(members: NDArray[np.bool_], y: Vector) -> list[int]:
    """Places of groups with enough rows of both classes."""
    positives = (members & (y == 1)).sum(axis=1)
    negatives = members.sum(axis=1) - positives
    return [
        place
        for place, counts in enumerate(zip(positives, negatives, strict=True))
        if may_show(*counts)
    ]
