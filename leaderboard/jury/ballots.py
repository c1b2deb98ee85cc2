"""Ballots: the points as jurors gave them, checked and added up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from leaderboard.errors import BallotsRefusedError, SettingRefusedError

COLUMNS = ("team", "juror", "criterion", "points")


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """Points in one row per team and juror, and their averages.

    Attributes
    ----------
    points : DataFrame of shape (n_ballots, n_criteria)
        Indexed by team and juror, in sorted order; NaN where a criterion was
        left out.
    shares : Series of shape (n_criteria,)
        Part of each criterion in the total; they add up to 1.
    totals : DataFrame of shape (n_teams, n_jurors)
        Weighted average of each ballot, in points; NaN where there is none.
    """

    points: pd.DataFrame
    shares: pd.Series
    totals: pd.DataFrame

    @property
    def criteria(self) -> dict[str, pd.DataFrame]:
        """Points per criterion, each as a table of teams by jurors."""
        return {
            criterion: column.unstack("juror").reindex_like(self.totals)
            for criterion, column in self.points.items()
        }


def read_ballots(
    table: pd.DataFrame, *, weights: Mapping[str, float] | None = None
) -> Ballots:
    """Read points from a long table.

    A recusal is an absent row, or points that are missing. A ballot that leaves
    a criterion out is averaged around the means of the other criteria, so that
    nobody gains by a criterion on which everybody gets many points.

    Parameters
    ----------
    table : DataFrame of shape (n_points, 4)
        Columns ``team``, ``juror``, ``criterion`` and ``points``; any order.
    weights : mapping of str to float or None
        Weight of each criterion, above 0; None weighs them equally.

    Returns
    -------
    Ballots
        Without teams and jurors that have no points.

    Raises
    ------
    BallotsRefusedError
        If a column or all points are absent, points are not finite numbers, lack
        a team, juror or criterion, or stand there twice.
    SettingRefusedError
        If a criterion has no weight above 0.

    Examples
    --------
    >>> rows = [("a", "x", "plan", 5), ("a", "x", "team", 4), ("b", "x", "plan", 3)]
    >>> ballots = read_ballots(pd.DataFrame(rows, columns=list(COLUMNS)))
    >>> ballots.totals["x"].to_dict()
    {'a': 4.5, 'b': 3.0}
    """
    known = _check(table)
    points = known.pivot(index=["team", "juror"], columns="criterion", values="points")
    shares = _shares(points, weights)
    usual = points.mean()
    parts = points.notna() * shares
    beyond = ((points - usual) * parts).sum(axis=1) / parts.sum(axis=1)
    return Ballots(points, shares, (beyond + usual @ shares).unstack("juror"))


def _check(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that hold points, with names as text."""
    if not isinstance(table, pd.DataFrame):
        raise BallotsRefusedError(f"a {type(table).__name__}")
    if absent := [name for name in COLUMNS if name not in table]:
        raise BallotsRefusedError(f"no column {absent[0]}")
    known = table.loc[table["points"].notna(), list(COLUMNS)]
    if known.empty:
        raise BallotsRefusedError("no points")
    if known.isna().any(axis=None):
        raise BallotsRefusedError("points without a team, juror or criterion")
    try:
        known = known.astype(dict.fromkeys(COLUMNS[:3], str) | {"points": np.float64})
    except (TypeError, ValueError) as error:
        raise BallotsRefusedError("points that are not numbers") from error
    if not np.isfinite(known["points"]).all():
        raise BallotsRefusedError("points that are not finite")
    if len(twice := known[known.duplicated(list(COLUMNS[:3]))]):
        team, juror, criterion, _ = twice.iloc[0]
        raise BallotsRefusedError(f"{criterion} of {team} by {juror} twice")
    return known


def _shares(points: pd.DataFrame, weights: Mapping[str, float] | None) -> pd.Series:
    given = dict.fromkeys(points, 1.0) if weights is None else dict(weights)
    chosen = [given.get(criterion, math.nan) for criterion in points]
    if not all(0 < weight < math.inf for weight in chosen):
        allowed = f"a number above 0 for each of {', '.join(points)}"
        raise SettingRefusedError("weights", given, allowed=allowed)
    return pd.Series(chosen, index=points.columns) / sum(chosen)
