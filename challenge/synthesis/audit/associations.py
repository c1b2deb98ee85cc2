"""Declared against got, pair by pair: rank correlations and odds ratios.

Whatever a partner declared - a rank correlation, an odds ratio, or a correlation of
normal scores - is held against the rows as a rank correlation, so that one
threshold judges all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from challenge.brief.definition import Brief
from challenge.schema.associations import latent, rank_correlation
from challenge.schema.partners import STANDING, Association
from challenge.synthesis.audit.marginals import HONEST
from challenge.synthesis.audit.ranks import correlation, standard_ranks
from challenge.synthesis.audit.records import AssociationFinding
from challenge.synthesis.audit.samples import Sample, effective_size

Vector = NDArray[np.float64]

FEWEST = 10
"""Households or areas that a correlation is looked at for; fewer say nothing."""

_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Values of two columns that belong together.

    Attributes
    ----------
    first, second : ndarray of float, shape (n,)
        Both known.
    weights : ndarray of float, shape (n,)
        For how many pairs each stands.
    units : ndarray of int, shape (n,)
        Household or area of each pair.
    """

    first: Vector
    second: Vector
    weights: Vector
    units: NDArray[np.intp]


def association_findings(
    found: Mapping[str, Sample], brief: Brief
) -> tuple[AssociationFinding, ...]:
    """Hold every declared association against the rows.

    Associations with the standing of neighbourhoods are left out: see
    `challenge.synthesis.audit.areas`.

    Parameters
    ----------
    found : mapping of str to Sample
        What was drawn, by column.
    brief : Brief
        Its partners declare the associations.

    Returns
    -------
    tuple of AssociationFinding
        In the order of the tables; those between an area and a household left out.
    """
    declared = [
        (partner.name, association)
        for partner in brief.partners
        for association in partner.associations
        if STANDING not in association.names and set(association.names) <= set(found)
    ]
    ranks: dict[str, Vector] = {}
    results = []
    for table, association in declared:
        first, second = (found[name] for name in association.names)
        if ("postcode" in {first.per, second.per}) and first.table != second.table:
            continue
        pairs = paired(first, second)
        if effective_size(pairs.units, pairs.weights) > FEWEST:
            got = _correlated(first, second, pairs, ranks)
            found_here = _finding(table, association, (first, second), pairs, got)
            chance = min(1.0, _bonferroni(len(declared)) * got[1])
            results.append(found_here.model_copy(update={"chance": chance}))
    return tuple(results)


def stray_correlation(found: Mapping[str, Sample], brief: Brief) -> float:
    """Find the largest rank correlation between columns that declare none.

    Parameters
    ----------
    found : mapping of str to Sample
        What was drawn, by column.
    brief : Brief
        Its partners declare the associations.

    Returns
    -------
    float
        In [0, 1]; over complete columns of tables with one row per household.
    """
    size = max(
        (len(s.values) for s in found.values() if s.per == "household"), default=0
    )
    mine = {
        name: sample
        for name, sample in found.items()
        if sample.per == "household"
        and not sample.is_held_back
        and len(sample.values) == size
        and not np.isnan(sample.values).any()
        and np.ptp(sample.values) > 0
    }
    if len(mine) < 2:
        return 0.0
    ranks = np.column_stack(
        [standard_ranks(s.values, s.weights) for s in mine.values()]
    )
    matrix = np.abs(ranks.T @ ranks / size)
    np.fill_diagonal(matrix, 0)
    place = {name: index for index, name in enumerate(mine)}
    for first, second in _declared_pairs(brief):
        if first in place and second in place:
            matrix[place[first], place[second]] = matrix[
                place[second], place[first]
            ] = 0
    return float(matrix.max())


def paired(first: Sample, second: Sample) -> Pairs:
    """Put together the values of two columns that belong to one unit.

    Parameters
    ----------
    first, second : Sample
        Rows of one table stand side by side; rows of two tables are paired by
        household, each with each.

    Returns
    -------
    Pairs
        Missing values left out.
    """
    if first.table == second.table and np.array_equal(first.units, second.units):
        # One chance to be there, and one each to have a value.
        weights = np.maximum(first.weights, second.weights)
        pairs = Pairs(first.values, second.values, weights, first.units)
    else:
        one, other = _joined(first.units, second.units)
        pairs = Pairs(
            first.values[one],
            second.values[other],
            first.weights[one] * second.weights[other],
            first.units[one],
        )
    known = ~(np.isnan(pairs.first) | np.isnan(pairs.second))
    if known.all():
        return pairs
    return Pairs(
        pairs.first[known],
        pairs.second[known],
        pairs.weights[known],
        pairs.units[known],
    )


def _joined(
    first: NDArray[np.intp], second: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Find the places of every pair of rows of one unit."""
    order = np.argsort(first, kind="stable")
    low, high = (np.searchsorted(first[order], second, side) for side in _SIDES)
    counts = high - low
    other = np.repeat(np.arange(len(second)), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return order[np.repeat(low, counts) + within], other


def _correlated(
    first: Sample, second: Sample, pairs: Pairs, ranks: dict[str, Vector]
) -> tuple[float, float]:
    """Correlate the ranks; complete columns are ranked once."""
    made = []
    for sample, values in ((first, pairs.first), (second, pairs.second)):
        name = sample.column.name
        if values is not sample.values or sample.per != "household":
            made.append(standard_ranks(values, pairs.weights))
            continue
        if name not in ranks:
            ranks[name] = standard_ranks(values, pairs.weights)
        made.append(ranks[name])
    size = effective_size(pairs.units, pairs.weights)
    return correlation(made[0], made[1], pairs.weights, size)


def _finding(
    table: str,
    association: Association,
    sides: tuple[Sample, Sample],
    pairs: Pairs,
    got: tuple[float, float],
) -> AssociationFinding:
    """Say what was declared on the scale of ranks, beside what was got."""
    first, second = sides
    score = latent(association, first.marginal, second.marginal)
    odds = association.odds_ratio
    return AssociationFinding(
        columns=association.names,
        labels=(first.column.label, second.column.label),
        table=table,
        measure=_measure(association),
        rows=len(pairs.first),
        declared=rank_correlation(score or 0.0, first.marginal, second.marginal),
        got=got[0],
        odds_declared=odds,
        odds_got=None if odds is None else _odds_ratio(pairs),
        chance=1.0,
        gates=score is not None and not (first.is_held_back or second.is_held_back),
    )


def _bonferroni(tests: int) -> float:
    """Give how many standard errors an honest build leaves nowhere."""
    return float(-ndtri(HONEST / (2 * tests)))


def _measure(association: Association) -> str:
    measures = ("spearman", "odds_ratio", "correlation")
    return next(m for m in measures if getattr(association, m) is not None)


def _odds_ratio(pairs: Pairs) -> float | None:
    """Cross product of a weighted two by two table; None with an empty cell."""
    a, b = pairs.first > pairs.first.min(), pairs.second > pairs.second.min()
    cells = [float(pairs.weights[x & y].sum()) for x in (a, ~a) for y in (b, ~b)]
    below = cells[1] * cells[2]
    return cells[0] * cells[3] / below if below > 0 else None


def _declared_pairs(brief: Brief) -> Iterator[tuple[str, str]]:
    for partner in brief.partners:
        for association in partner.associations:
            yield association.names
