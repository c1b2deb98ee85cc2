"""Areas: whether a model knows where the cases are, without naming a household."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from leaderboard.errors import LengthMismatchError
from leaderboard.metrics.discrimination import ranks, selected_share
from leaderboard.rows import CLIP, Vector, check_rows

AREA_SHARE = 0.10  # of the areas: what "the first neighbourhoods" means
MINIMUM_ROWS = 10  # below this a rate is noise, and may not be shown
SHARE_DIGITS = 12  # far below any difference in expected share that means anything
_NO_AREA = "missing"


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """Rows, positives and expected positives of each area.

    Attributes
    ----------
    names : list of str
        In sorted order; rows without an area form the area ``"missing"``.
    rows, positives, expected : ndarray of float64, shape (n_areas,)
        Counts, and the sum of probabilities.
    """

    names: list[str]
    rows: Vector
    positives: Vector
    expected: Vector

    @property
    def expected_rates(self) -> Vector:
        """Mean probability of each area, in [0, 1].

        Rounded, since a constant's mean differs in its last bit between areas,
        and their order would follow their size.
        """
        rates: Vector = np.round(self.expected / self.rows, SHARE_DIGITS)
        return rates

    @property
    def observed_rates(self) -> Vector:
        """Share of positive rows of each area, in [0, 1]."""
        return self.positives / self.rows


def count_areas(labels: ArrayLike, probabilities: ArrayLike, areas: ArrayLike) -> Areas:
    """Add up labels and probabilities per area.

    Parameters
    ----------
    labels, probabilities : array_like of shape (n_samples,)
        As `check_rows` asks.
    areas : array_like of shape (n_samples,)
        The municipality or neighbourhood of each row.

    Returns
    -------
    Areas
        By name.

    Raises
    ------
    ScoringError
        As `check_rows` does.
    LengthMismatchError
        If `areas` does not have one value per label.

    Examples
    --------
    >>> found = count_areas([1, 0, 1], [0.5, 0.25, 0.25], ["b", "a", "a"])
    >>> found.names, found.positives, found.expected
    (['a', 'b'], array([1., 1.]), array([0.5, 0.5]))
    """
    y, p = check_rows(labels, probabilities)
    column = pd.Series(np.asarray(areas, dtype=object))
    if len(column) != len(y):
        raise LengthMismatchError("areas", length=len(column), expected=len(y))
    known = column.where(column.notna(), _NO_AREA).astype(str).to_numpy(str)
    names, codes = np.unique(known, return_inverse=True)
    sums = (np.bincount(codes, column).astype(np.float64) for column in (None, y, p))
    return Areas(names.tolist(), *sums)


def area_observed_expected(
    labels: ArrayLike, probabilities: ArrayLike, areas: ArrayLike
) -> dict[str, float]:
    """Observed cases divided by expected cases, in each area.

    Parameters
    ----------
    labels, probabilities, areas : array_like of shape (n_samples,)
        As `count_areas` asks. A mean probability below 0.001 is taken as 0.001,
        as in `leaderboard.metrics.calibration.observed_expected`.

    Returns
    -------
    dict of str to float
        By area, at least 0; 1 is perfect, above 1 the model expects too few. An
        area may be too small to show: see `leaderboard.disclosure`.

    Raises
    ------
    ScoringError
        As `count_areas` does.

    References
    ----------
    As `leaderboard.metrics.calibration.observed_expected`.

    Examples
    --------
    >>> area_observed_expected([1, 0, 1], [0.5, 0.25, 0.25], ["b", "a", "a"])
    {'a': 2.0, 'b': 2.0}
    """
    found = count_areas(labels, probabilities, areas)
    ratios = found.positives / np.maximum(found.expected, CLIP * found.rows)
    return dict(zip(found.names, ratios.tolist(), strict=True))


def area_recall(
    labels: ArrayLike,
    probabilities: ArrayLike,
    areas: ArrayLike,
    share: float = AREA_SHARE,
) -> float:
    """Share of positive rows that live in the areas with the most expected.

    An offer is made to everyone in those areas, so nobody is picked out.

    Parameters
    ----------
    labels, probabilities, areas : array_like of shape (n_samples,)
        As `count_areas` asks.
    share : float
        Share of the areas that the offer reaches, by mean probability; in
        (0, 1). Areas that tie at the boundary share what is left.

    Returns
    -------
    float
        In [0, 1]; 1 reaches every positive row, and about `share` is what a
        model without knowledge of places reaches.

    Raises
    ------
    ScoringError
        As `count_areas` and `selected_share` do.

    References
    ----------
    As `leaderboard.metrics.discrimination.recall_at_capacity`, with areas for rows.

    Examples
    --------
    >>> area_recall([1, 0, 1], [0.5, 0.25, 0.25], ["b", "a", "a"], share=0.5)
    0.5
    """
    found = count_areas(labels, probabilities, areas)
    reached = found.positives @ selected_share(found.expected_rates, share)
    return float(reached / found.positives.sum())


def area_correlation(
    labels: ArrayLike,
    probabilities: ArrayLike,
    areas: ArrayLike,
    minimum: int = MINIMUM_ROWS,
) -> float:
    """Rank correlation of expected and observed rates over areas.

    Parameters
    ----------
    labels, probabilities, areas : array_like of shape (n_samples,)
        As `count_areas` asks.
    minimum : int
        Areas with fewer rows are left out.

    Returns
    -------
    float
        Spearman's, in [-1, 1]; 1 puts the areas in the right order, 0 knows
        nothing about it, -1 turns it around. NaN below three areas, or where
        all rates are equal.

    Raises
    ------
    ScoringError
        As `count_areas` does.

    References
    ----------
    Spearman (1904), American Journal of Psychology 15(1), 72-101.

    Examples
    --------
    >>> labels, places = [0, 0, 0, 1, 1, 1], ["a", "a", "b", "b", "c", "c"]
    >>> said = [0.1, 0.1, 0.2, 0.2, 0.4, 0.4]
    >>> round(area_correlation(labels, said, places, minimum=2), 3)
    1.0
    """
    found = count_areas(labels, probabilities, areas)
    large = found.rows >= minimum
    rates = found.expected_rates[large], found.observed_rates[large]
    if large.sum() < 3 or any(np.ptp(rate) == 0 for rate in rates):
        return float("nan")
    return float(np.corrcoef([ranks(rate) for rate in rates])[0, 1])
