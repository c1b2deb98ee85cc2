"""What is known about one submission: the scorecard and its parts."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leaderboard.curves import Curves, read_curves
from leaderboard.errors import ScorecardUnreadableError
from leaderboard.estimates import Estimate, read_estimate
from leaderboard.verdict import FairnessPolicy, Finding, Guard, PolicyState, Verdict

VERSION = 1  # of the JSON, not of the library
PRECISE = 50  # positives; below, a group's figures say little (reference/scoring.md)


@dataclass(frozen=True, slots=True)
class GroupMeasure:
    """How a submission does for one level of one attribute.

    Attributes
    ----------
    attribute, level : str
        Which group; rows without a value form the level ``"missing"``. Of an
        intersection both are joined by `leaderboard.policy.CROSS`.
    rows, positives : int or None
        Counts; None in a published scorecard where the cell is suppressed.
    selection_rate : Estimate or None
        Share of the group inside the capacity, in [0, 1]; context only.
    false_negative_rate : Estimate or None
        Share of the group's positives outside the capacity, in [0, 1];
        lower is better.
    observed_expected : Estimate or None
        Observed / expected cases; 1 is perfect, above 1 the model expects
        too few.
    auroc : Estimate or None
        Ranking within the group, in [0, 1]; None below 10 rows of a class.
    brier : Estimate or None
        Mean squared error within the group, in [0, 1]; lower is better.
    bpsn, bnsp : Estimate or None
        Ranking of everybody else's positives above the group's negatives, and of
        the group's positives above everybody else's negatives, in [0, 1]; low where
        the model expects too much, or too little, of the group. None below 10 rows
        of a class, in the group or outside it.
    suppressed : bool
        Whether disclosure control emptied this row.

    References
    ----------
    BPSN and BNSP: Borkan et al. (2019), WWW '19 Companion, 491-500.
    """

    attribute: str
    level: str
    rows: int | None
    positives: int | None
    selection_rate: Estimate | None = None
    false_negative_rate: Estimate | None = None
    observed_expected: Estimate | None = None
    auroc: Estimate | None = None
    brier: Estimate | None = None
    bpsn: Estimate | None = None
    bnsp: Estimate | None = None
    suppressed: bool = False

    @property
    def imprecise(self) -> bool:
        """Whether there are fewer than 50 positive rows; False where not shown."""
        return self.positives is not None and self.positives < PRECISE


@dataclass(frozen=True, slots=True)
class AreaMeasure:
    """Expected against observed in one area.

    Attributes
    ----------
    name : str
        The municipality.
    rows, positives : int or None
        Counts; None in a published scorecard where the cell is suppressed.
    expected : float or None
        Mean probability, a share in [0, 1]; None where suppressed.
    observed : Estimate or None
        Share of positive rows, in [0, 1].
    suppressed : bool
        Whether disclosure control emptied this row.
    """

    name: str
    rows: int | None
    positives: int | None
    expected: float | None
    observed: Estimate | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Scorecard:
    """Everything measured about one submission on one set of rows.

    `leaderboard.score` makes it with exact values; `leaderboard.publish` makes
    the form that may leave.

    Attributes
    ----------
    rows, positives, clusters : int
        Sizes of the set; `clusters` counts what was resampled.
    capacity : float
        Share of rows that the offer reaches, in (0, 1).
    metrics : dict of str to Estimate
        By name of `leaderboard.METRICS`.
    groups : tuple of GroupMeasure
        One per level of each attribute, in the order given.
    gaps : dict of str to Estimate
        Per attribute, the largest difference in false-negative rate between
        two levels that may be shown; absent below two such levels.
    areas : tuple of AreaMeasure
        One per area, by name.
    area_recall : Estimate or None
        Share of positive rows living in the 10 % of clusters with the highest
        expected share; None where rows have no clusters.
    policy : Verdict or None
        What the fairness policy says; None without a policy.
    degenerate : str or None
        ``"constant"`` or ``"near-constant"`` where predictions say nothing.
    pairing : str
        Fingerprint of rows and seed; equal for scorecards that share their
        replicates, empty once the replicates are dropped.
    replicates : ndarray of float64, shape (n_replicates,)
        Scaled Brier score in each replicate. They are equations in the labels,
        so they stay secret until the challenge is closed.
    curves : Curves or None
        What pictures are drawn from; None unless asked for.
    """

    rows: int
    positives: int
    clusters: int
    capacity: float
    metrics: Mapping[str, Estimate]
    groups: tuple[GroupMeasure, ...] = ()
    gaps: Mapping[str, Estimate] = field(default_factory=dict)
    areas: tuple[AreaMeasure, ...] = ()
    area_recall: Estimate | None = None
    policy: Verdict | None = None
    degenerate: str | None = None
    pairing: str = ""
    replicates: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    curves: Curves | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scorecard) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self.to_json())

    def to_json(self) -> str:
        """Write the scorecard, replicates included, without losing a bit.

        Returns
        -------
        str
            Strict JSON; NaN stands as null.
        """
        plain = asdict(replace(self, replicates=np.empty(0)))
        plain["replicates"] = self.replicates.tolist()
        return json.dumps({"version": VERSION, **_without_nan(plain)}, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Scorecard:
        """Read what `to_json` wrote.

        Parameters
        ----------
        text : str
            The JSON.

        Returns
        -------
        Scorecard
            Equal to the one written, to the last bit.

        Raises
        ------
        ScorecardUnreadableError
            If `text` is not such JSON.
        """
        try:
            plain = json.loads(text)
            if (version := plain.pop("version")) != VERSION:
                raise ScorecardUnreadableError(f"its version is {version!r}")
            return _scorecard(plain)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            if isinstance(error, ScorecardUnreadableError):
                raise
            reason = f"{type(error).__name__}: {error}"
            raise ScorecardUnreadableError(reason) from error

    def without_replicates(self) -> Scorecard:
        """Leave out what is secret until the challenge is closed.

        Returns
        -------
        Scorecard
            The same values, without replicates and pairing.
        """
        return replace(self, pairing="", replicates=np.empty(0))


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _scorecard(plain: dict[str, Any]) -> Scorecard:
    parts: dict[str, Any] = {
        "metrics": {key: read_estimate(item) for key, item in plain["metrics"].items()},
        "groups": tuple(_group(item) for item in plain["groups"]),
        "gaps": {key: read_estimate(item) for key, item in plain["gaps"].items()},
        "areas": tuple(_area(item) for item in plain["areas"]),
        "area_recall": read_estimate(plain["area_recall"]),
        "policy": _verdict(plain["policy"]),
        # Older scorecards have none.
        "curves": read_curves(plain.get("curves")),
        "replicates": np.array(
            [math.nan if item is None else item for item in plain["replicates"]],
            dtype=np.float64,
        ),
    }
    return Scorecard(**{**plain, **parts})


_RATES = (
    "selection_rate",
    "false_negative_rate",
    "observed_expected",
    "auroc",
    "brier",
    "bpsn",
    "bnsp",
)


def _group(plain: dict[str, Any]) -> GroupMeasure:
    # Older scorecards lack the last of them.
    rates = {name: read_estimate(plain.get(name)) for name in _RATES}
    return GroupMeasure(**{**plain, **rates})


def _area(plain: dict[str, Any]) -> AreaMeasure:
    return AreaMeasure(**{**plain, "observed": read_estimate(plain["observed"])})


def _verdict(plain: dict[str, Any] | None) -> Verdict | None:
    if plain is None:
        return None
    policy, guard = plain["policy"], plain.get("guard")
    crossed = tuple(tuple(names) for names in policy.get("intersections", ()))
    names = {key: tuple(policy[key]) for key in ("gate", "report")}
    return Verdict(
        policy=FairnessPolicy(**{**policy, **names, "intersections": crossed}),
        state=PolicyState(plain["state"]),
        findings=tuple(
            Finding(**{**item, "state": PolicyState(item["state"])})
            for item in plain["findings"]
        ),
        guard=None if guard is None else Guard(**guard),
    )
