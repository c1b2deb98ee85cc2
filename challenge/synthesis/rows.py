"""The rows of one set, as everything after the release reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


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
