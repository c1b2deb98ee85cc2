"""The panel: a table of teams by jurors, with holes where somebody did not judge."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.errors import BallotsRefusedError
from leaderboard.rows import Vector

ROUNDING = 1 / 12  # variance of rounding to whole points: nobody judges finer
_MOST = 0.99  # severity is never all of the variance


@dataclass(frozen=True, slots=True, eq=False)
class TwoWay:
    """A table split into team, juror and chance.

    Attributes
    ----------
    scores : ndarray of float64, shape (n_teams,)
        What an average juror would give each team.
    covariance : ndarray of float64, shape (n_teams, n_teams)
        Of the scores.
    severity : ndarray of float64, shape (n_jurors,)
        Points that each juror gives less than average, drawn towards 0.
    share : float
        Severity's share of the variance of one entry, in [0, 1).
    freedom : int
        Degrees of freedom of comparisons within jurors; 0 where there are none,
        and then the scores are plain means and the covariance means nothing.
    """

    scores: Vector
    covariance: Vector
    severity: Vector
    share: float
    freedom: int


def two_way(points: Vector, *, floor: float = ROUNDING) -> TwoWay:
    """Split a table into free team effects and juror effects held to 0.

    The model is ``points = team + juror + chance``. Juror effects minimise the
    squared misfit plus a ridge penalty on their squares; the penalty is the
    variance of chance over that of severity, found by restricted maximum
    likelihood. No penalty would compare teams only through jurors that they
    share; an infinite one gives plain means.

    Parameters
    ----------
    points : ndarray of float64, shape (n_teams, n_jurors)
        NaN where a juror did not judge; no empty row or column.
    floor : float
        Smallest variance of chance that the scale of points allows, above 0, in
        squared points; jurors who agree by luck do not make a score certain.

    Returns
    -------
    TwoWay
        Equal scores for equal rows, and plain means for a table without holes.

    Raises
    ------
    BallotsRefusedError
        If a row or column is empty.

    References
    ----------
    Robinson (1991), Statistical Science 6(1), 15-32; Patterson & Thompson
    (1971), Biometrika 58(3), 545-554, whose blocks are our jurors.

    Examples
    --------
    The first two teams got the same points from the jurors that they share; the
    plain mean puts the first above by .67, since it did not meet the strict one.

    >>> table = np.array([[4, np.nan, 4], [4, 2, 4], [3, 1, 3], [2, 0, 2]])
    >>> two_way(table).scores.round(1)
    array([3.3, 3.3, 2.3, 1.3])
    """
    seen = np.isfinite(points)
    if not (seen.any(axis=0).all() and seen.any(axis=1).all()):
        raise BallotsRefusedError("a team or a juror without points")
    freedom = _freedom(seen)
    share = _severity_share(points, seen, floor) if freedom else 0.0
    system = _system(points, seen, share)
    chance = _chance(system, seen, floor) if freedom else 1.0
    return TwoWay(
        scores=system.scores,
        covariance=np.asarray(chance * np.linalg.inv(system.information)),
        severity=system.severity,
        share=share,
        freedom=freedom,
    )


def agreement(points: Vector) -> float | None:
    """Compute Krippendorff's alpha for points that may be averaged.

    Parameters
    ----------
    points : ndarray of float64, shape (n_teams, n_jurors)
        NaN where a juror did not judge; teams with one juror say nothing.

    Returns
    -------
    float or None
        1 is full agreement, 0 is chance, below 0 jurors contradict each other;
        None where all points are equal or no team has two jurors.

    References
    ----------
    Krippendorff (2019), Content Analysis, 4th edition, chapter 12, interval
    metric: disagreement between pairs within a team over that between all.

    Examples
    --------
    >>> agreement(np.array([[1.0, 2.0], [4.0, 4.0], [5.0, np.nan]]))
    0.8888888888888888
    """
    counts = np.isfinite(points).sum(axis=1)
    paired = points[counts > 1]
    values = paired[np.isfinite(paired)]
    if len(values) == 0 or np.ptp(values) == 0:
        return None
    inside = counts[counts > 1] @ np.nanvar(paired, axis=1, ddof=1)
    return float(1 - inside / (len(values) * values.var(ddof=1)))


@dataclass(frozen=True, slots=True, eq=False)
class _System:
    """Henderson's equations with the jurors eliminated, and their solution."""

    information: Vector
    scores: Vector
    severity: Vector
    misfit: float
    determinant: float  # log determinant of I + ratio Z Z'


def _system(points: Vector, seen: NDArray[np.bool_], share: float) -> _System:
    ratio = share / (1 - share)  # variance of severity over that of chance
    present, given = seen.astype(np.float64), np.where(seen, points, 0.0)
    judged = present.sum(axis=0)
    pull = ratio / (1 + ratio * judged)
    information = np.diag(present.sum(axis=1)) - (present * pull) @ present.T
    known = given.sum(axis=1) - present @ (pull * given.sum(axis=0))
    scores = np.linalg.solve(information, known)
    rest = np.where(seen, points - scores[:, None], 0.0)
    severity = -pull * rest.sum(axis=0)
    return _System(
        information=information,
        scores=scores,
        severity=severity,
        misfit=float((rest**2).sum() - pull @ rest.sum(axis=0) ** 2),
        determinant=float(np.log1p(ratio * judged).sum()),
    )


def _severity_share(points: Vector, seen: NDArray[np.bool_], floor: float) -> float:
    """Find severity's share of the variance by restricted maximum likelihood."""
    from scipy.optimize import minimize_scalar  # slow to import

    def deviance(share: float) -> float:
        system = _system(points, seen, share)
        spare = seen.sum() - len(points)
        information = np.linalg.slogdet(system.information).logabsdet
        chance = _chance(system, seen, floor)
        # Above the floor the last term is a constant; at the floor it is not.
        fit = spare * math.log(chance) + system.misfit / chance
        return float(system.determinant + information + fit)

    return float(minimize_scalar(deviance, bounds=(0, _MOST), method="bounded").x)


def _chance(system: _System, seen: NDArray[np.bool_], floor: float) -> float:
    return max(system.misfit / float(seen.sum() - len(seen)), floor)


def _freedom(seen: NDArray[np.bool_]) -> int:
    """Count comparisons of teams by one juror that nothing else determines."""
    present = seen.astype(np.float64)
    judged = present.sum(axis=0)
    between = np.diag(present.sum(axis=1)) - (present / judged) @ present.T
    rank = np.linalg.matrix_rank(between, hermitian=True)
    return int(judged.sum() - len(judged) - rank)
