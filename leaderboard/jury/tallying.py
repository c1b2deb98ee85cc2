"""The jury: ballots to scores that allow for strict jurors, and how sure they are."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from leaderboard.errors import SettingRefusedError
from leaderboard.estimates import Estimate
from leaderboard.jury.ballots import Ballots, read_ballots
from leaderboard.jury.panel import ROUNDING, TwoWay, agreement, two_way
from leaderboard.resampling import LEVEL
from leaderboard.resampling.comparison import Pairwise
from leaderboard.rows import Vector

AGREEMENT_TEAMS, AGREEMENT_JURORS = 6, 4  # with fewer, alpha is mostly luck


@dataclass(frozen=True, slots=True)
class TeamResult:
    """What the jury says about one team.

    Attributes
    ----------
    team : str
        The team.
    ballots : int
        How many jurors judged it.
    mean : float
        Plain mean of its ballots, in points; show it first.
    criteria : dict of str to float
        Plain mean per criterion, in points.
    score : Estimate
        The mean, corrected for how strict its jurors are, with its 95 %
        interval; higher is better.
    error : float or None
        Standard error of the score; None where no juror compares teams.
    place_low, place_high : int or None
        Best and worst place that the ballots leave open, from 1; None for a
        team that does not compete.
    leading : bool
        Whether nobody is certainly above it.
    """

    team: str
    ballots: int
    mean: float
    criteria: Mapping[str, float]
    score: Estimate
    error: float | None
    place_low: int | None
    place_high: int | None
    leading: bool


@dataclass(frozen=True, slots=True)
class JurorResult:
    """How one juror judged.

    Attributes
    ----------
    juror : str
        The juror.
    ballots : int
        How many teams this juror judged.
    severity : float
        Points that this juror gives less than the panel does for the same
        teams, drawn towards 0 where ballots are few; below 0 is milder.
    """

    juror: str
    ballots: int
    severity: float


@dataclass(frozen=True, slots=True)
class JuryResult:
    """What the whole jury says.

    Attributes
    ----------
    teams : tuple of TeamResult
        Competing teams first, each part by score; ties by name.
    jurors : tuple of JurorResult
        By name.
    agreement : dict of str to float or None
        Krippendorff's alpha per criterion: 1 is full agreement, 0 is chance;
        None below 6 teams or 4 jurors.
    severity_share : float
        Share of the variance of one ballot that is strictness, in [0, 1).
    """

    teams: tuple[TeamResult, ...]
    jurors: tuple[JurorResult, ...]
    agreement: Mapping[str, float | None]
    severity_share: float

    def to_dict(self) -> dict[str, Any]:
        """Give the result as plain data for JSON.

        Returns
        -------
        dict
            ``{"teams", "jurors", "agreement", "severity_share"}``.
        """
        return asdict(self)


def tally_ballots(
    ballots: pd.DataFrame,
    *,
    weights: Mapping[str, float] | None = None,
    among: Collection[str] | None = None,
    level: float = LEVEL,
) -> JuryResult:
    """Turn ballots into scores, places and what is known about the jurors.

    Who was judged by strict jurors should not lose by it, so a ballot is taken
    as team + juror + chance. Teams are free; jurors are held to 0 by a ridge
    penalty, chance's variance over severity's, which restricted maximum
    likelihood finds in the ballots. Where all jurors see all teams, scores equal
    plain means. A recusal is an absent row, or points that are missing.

    Parameters
    ----------
    ballots : DataFrame of shape (n_points, 4)
        Columns ``team``, ``juror``, ``criterion`` and ``points`` (whole points),
        one row per judgement. A team without points does not appear.
    weights : mapping of str to float or None
        Weight of each criterion, above 0; None weighs them equally.
    among : collection of str or None
        Teams that compete for places, such as the tie set of the model board;
        the others still tell how strict jurors are. None lets all compete.
    level : float
        Confidence of all places together, in (0, 1).

    Returns
    -------
    JuryResult
        The same whatever the order of the rows.

    Raises
    ------
    BallotsRefusedError
        As `leaderboard.jury.ballots.read_ballots` does.
    SettingRefusedError
        If a criterion has no weight above 0, or `among` names a team without
        points.

    References
    ----------
    Robinson (1991), Statistical Science 6(1), 15-32 (ridge and random effects);
    Patterson & Thompson (1971), Biometrika 58(3), 545-554; Tukey-Kramer margins:
    Kramer (1956), Biometrics 12(3), 307-310; Hayter (1984), Annals of Statistics
    12(1), 61-75.

    Examples
    --------
    >>> rows = [("a", "x", "plan", 5), ("a", "y", "plan", 4),
    ...         ("b", "x", "plan", 3), ("b", "y", "plan", 2)]
    >>> columns = ["team", "juror", "criterion", "points"]
    >>> result = tally_ballots(pd.DataFrame(rows, columns=columns))
    >>> [(team.team, team.mean) for team in result.teams]
    [('a', 4.5), ('b', 2.5)]
    """
    read = read_ballots(ballots, weights=weights)
    floor = ROUNDING * float(read.shares @ read.shares)
    split = two_way(read.totals.to_numpy(), floor=floor)
    competing = _competing(read.totals.index, among)
    return JuryResult(
        teams=_teams(read, split, competing, level=level),
        jurors=_jurors(read, split),
        agreement={
            criterion: _agreement(table) for criterion, table in read.criteria.items()
        },
        severity_share=split.share,
    )


def _competing(
    teams: pd.Index[str], among: Collection[str] | None
) -> NDArray[np.bool_]:
    if among is None:
        return np.ones(len(teams), dtype=bool)
    if unknown := sorted(set(among) - set(teams)):
        raise SettingRefusedError("among", unknown, allowed="teams that have points")
    return np.asarray(teams.isin(list(among)))


def _teams(
    read: Ballots, split: TwoWay, competing: NDArray[np.bool_], *, level: float
) -> tuple[TeamResult, ...]:
    """Best score first, those who do not compete last; ties stay in name order."""
    criteria = {name: table.mean(axis=1) for name, table in read.criteria.items()}
    places = _places(split, competing, level=level)
    errors = np.sqrt(np.diag(split.covariance))
    rows = [
        TeamResult(
            team=str(team),
            ballots=int(totals.notna().sum()),
            mean=float(totals.mean()),
            criteria={
                name: float(means[team])
                for name, means in criteria.items()
                if pd.notna(means[team])
            },
            score=_score(split, row, level=level),
            error=float(errors[row]) if split.freedom else None,
            place_low=places[row][0] if row in places else None,
            place_high=places[row][1] if row in places else None,
            leading=row in places and places[row][0] == 1,
        )
        for row, (team, totals) in enumerate(read.totals.iterrows())
    ]
    # Equal rows may differ in their last bit.
    rows.sort(key=lambda row: (row.place_low is None, -round(row.score.value, 9)))
    return tuple(rows)


def _score(split: TwoWay, row: int, *, level: float) -> Estimate:
    value = float(split.scores[row])
    if not split.freedom:
        return Estimate(value)
    error = math.sqrt(split.covariance[row, row])
    reach = float(stdtrit(split.freedom, (1 + level) / 2)) * error
    return Estimate(value, value - reach, value + reach)


def _places(
    split: TwoWay, competing: NDArray[np.bool_], *, level: float
) -> dict[int, tuple[int, int]]:
    """Place range of each competing team, all of them right at once."""
    rows = np.flatnonzero(competing)
    margin = _margins(split, rows, level=level)
    pairs = Pairwise(split.scores[rows, None] - split.scores[rows], margin)
    lows, highs = 1 + pairs.above.sum(axis=0), len(rows) - pairs.above.sum(axis=1)
    return {
        int(row): (int(low), int(high))
        for row, low, high in zip(rows, lows, highs, strict=True)
    }


def _margins(split: TwoWay, rows: NDArray[np.intp], *, level: float) -> Vector:
    """Tukey-Kramer margins, from how far apart the best and the worst may lie."""
    if not split.freedom or len(rows) < 2:
        return np.full((len(rows), len(rows)), np.inf)
    covariance = split.covariance[np.ix_(rows, rows)]
    own = np.diag(covariance)
    # Rounding may leave the variance of no difference a little below 0.
    variance = np.maximum(own[:, None] + own - 2 * covariance, 0)
    margins: Vector = np.sqrt(variance / 2)
    return margins * _width(level, len(rows), split.freedom)


@cache  # a tenth of a second
def _width(level: float, teams: int, freedom: int) -> float:
    from scipy.stats import studentized_range  # half a second to import

    return float(studentized_range.ppf(level, teams, freedom))


def _jurors(read: Ballots, split: TwoWay) -> tuple[JurorResult, ...]:
    counts = read.totals.notna().sum()
    return tuple(
        JurorResult(str(juror), int(count), float(severity) + 0.0)  # no -0.0
        for (juror, count), severity in zip(counts.items(), split.severity, strict=True)
    )


def _agreement(table: pd.DataFrame) -> float | None:
    """Give alpha where enough teams and jurors take part."""
    known = table.dropna(how="all").dropna(how="all", axis=1)
    teams, jurors = known.shape
    enough = teams >= AGREEMENT_TEAMS and jurors >= AGREEMENT_JURORS
    return agreement(known.to_numpy()) if enough else None
