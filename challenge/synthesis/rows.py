"""The rows of one set, as everything after the release reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.synthesis.manifest import Manifest


@dataclass(frozen=True, slots=True, eq=False)
class RowSet:
    """The rows of one set.

    Attributes
    ----------
    name : str
        Name of the set.
    ids : Series of str
        Child keys.
    features : DataFrame
        Feature columns only, float64 or str and None.
    labels : ndarray of bool, shape (n_rows,)
        The target.
    groups : DataFrame of str
        One column per protected or monitored attribute.
    clusters, areas : Series of str
        Neighbourhood and municipality.
    true_risk : ndarray of float, shape (n_rows,), or None
        True probability; None for public rows.
    """

    name: str
    ids: pd.Series
    features: pd.DataFrame
    labels: NDArray[np.bool_]
    groups: pd.DataFrame
    clusters: pd.Series
    areas: pd.Series
    true_risk: NDArray[np.float64] | None = None


def row_set(
    name: str,
    rows: pd.DataFrame,
    groups: pd.DataFrame,
    facts: Manifest,
    true_risk: NDArray[np.float64] | None = None,
) -> RowSet:
    """Put the rows of one set together from two files of a release.

    Parameters
    ----------
    name : str
        Name of the set.
    rows : DataFrame
        Child key, features and target.
    groups : DataFrame
        Attributes and areas of the same children, in the same order.
    facts : Manifest
        Says which column is which.
    true_risk : ndarray of float, shape (n_rows,), optional
        True probability, for hidden rows.

    Returns
    -------
    RowSet
        Features in the order of the manifest.
    """
    return RowSet(
        name=name,
        ids=rows[facts.key],
        features=rows[list(facts.features)],
        labels=rows[facts.target].to_numpy(dtype=np.bool_),
        groups=groups[list(facts.attributes)],
        clusters=groups[facts.cluster],
        areas=groups[facts.area],
        true_risk=true_risk,
    )
