"""A share with its interval, and which shares stay in.

What a team draws is held to the rule of every published table (DESIGN §7): a share is
shown where at least ten rows have it and ten do not, and counts are rounded to five.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from leaderboard import Estimate
from leaderboard.disclosure.rounding import spread
from leaderboard.disclosure.suppression import hidden_cells, may_show, round_count
from leaderboard.resampling import estimate_rate, poisson_weights

REPLICATES = 1024
"""As the scorer draws (docs/method.md)."""


def share(flags: ArrayLike, clusters: ArrayLike, *, seed: int = 0) -> Estimate | None:
    """Measure the share of rows that have something, with its 95 % interval.

    Parameters
    ----------
    flags : array_like of bool, shape (n_rows,)
        Whether a row has it.
    clusters : array_like, shape (n_rows,)
        The neighbourhood of each row: whole neighbourhoods are drawn again.
    seed : int
        Of the draws, at least 0.

    Returns
    -------
    Estimate or None
        Between 0 and 1, from counts rounded to five; None where fewer than ten rows
        have it, or fewer than ten do not.
    """
    counts = _counts(flags, clusters)
    have, rows = counts.sum(axis=0)
    if not may_show(have, rows - have):
        return None
    drawn = np.hstack(
        [
            counts.T @ weights
            for weights in poisson_weights(
                len(counts), replicates=REPLICATES, seed=seed
            )
        ]
    )
    with np.errstate(invalid="ignore"):
        replicates = drawn[0] / drawn[1]
    exact = estimate_rate(
        have / rows, replicates, total=rows, n_clusters=int((counts[:, 1] > 0).sum())
    )
    rounded = round_count(rows)
    return spread(exact, round_count(have) / rounded, rows=rounded)


def shares(
    flags: ArrayLike, levels: Sequence[object], clusters: ArrayLike
) -> dict[str, Estimate | None]:
    """Measure the share per group; what gives a small one away stays in too.

    Parameters
    ----------
    flags : array_like of bool, shape (n_rows,)
        Whether a row has it.
    levels : sequence, shape (n_rows,)
        The group of each row; rows without one are left out.
    clusters : array_like, shape (n_rows,)
        The neighbourhood of each row.

    Returns
    -------
    dict of str to Estimate or None
        By group, in the order of their names.
    """
    table = pd.DataFrame(
        {
            "flag": np.asarray(flags, bool),
            "level": list(levels),
            "at": np.asarray(clusters),
        }
    ).dropna(subset=["level"])
    parts = {str(name): part for name, part in table.groupby("level")}
    cells = [(p["flag"].sum(), (~p["flag"]).sum()) for p in parts.values()]
    return {
        name: None if hidden else share(part["flag"], part["at"])
        for (name, part), hidden in zip(parts.items(), hidden_cells(cells), strict=True)
    }


def _counts(flags: ArrayLike, clusters: ArrayLike) -> NDArray[np.float64]:
    """Rows that have it, and all rows, per cluster."""
    where, codes = np.unique(np.asarray(clusters, str), return_inverse=True)
    have = np.bincount(codes, np.asarray(flags, float), minlength=len(where))
    return np.column_stack([have, np.bincount(codes, minlength=len(where))])
