"""Judgement: what a policy says about the groups of one scorecard."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from leaderboard.records import GroupMeasure
from leaderboard.resampling import LEVEL, percentile
from leaderboard.rows import Vector
from leaderboard.verdict import FairnessPolicy, Finding, PolicyState, Verdict

__all__ = ["FairnessPolicy", "Finding", "PolicyState", "Verdict", "judge", "power"]


def power(error: float, *, limit_ratio: float, level: float = LEVEL) -> float:
    """Chance that a calibrated model is seen to keep within the limits.

    The log of observed / expected is taken as normal around 0.

    Parameters
    ----------
    error : float
        Standard error of the log of observed / expected, at least 0.
    limit_ratio : float
        Largest allowed ratio, above 1.
    level : float
        Confidence of the interval, in (0, 1).

    Returns
    -------
    float
        Probability in [0, 1] that the interval lies inside the limits.

    References
    ----------
    As for equivalence tests: Schuirmann (1987), Journal of Pharmacokinetics
    and Biopharmaceutics 15(6), 657-680.

    Examples
    --------
    >>> round(power(0.05, limit_ratio=1.25), 2), power(0.2, limit_ratio=1.25)
    (0.99, 0.0)
    """
    room = math.log(limit_ratio) - float(ndtri((1 + level) / 2)) * error
    if room <= 0:
        return 0.0
    return 1.0 if error == 0 else float(2 * ndtr(room / error) - 1)


def judge(
    policy: FairnessPolicy,
    groups: Sequence[GroupMeasure],
    ratios: Mapping[tuple[str, str], Vector],
) -> Verdict:
    """Judge the groups of the gating attributes.

    A group decides if it has enough positive rows. The policy is violated if
    the interval of a deciding group lies entirely outside the limits, met if
    all lie inside, and undetermined otherwise, also if no group decides.

    Parameters
    ----------
    policy : FairnessPolicy
        What to judge by.
    groups : sequence of GroupMeasure
        Exact measures of all groups.
    ratios : mapping of (attribute, level) to ndarray, shape (n_replicates,)
        Observed / expected in each replicate; NaN where undefined.

    Returns
    -------
    Verdict
        State and findings; `Verdict.sentences` says it in words.
    """
    findings = tuple(
        _find(policy, group, ratios[group.attribute, group.level])
        for attribute in policy.gate
        for group in groups
        if group.attribute == attribute
    )
    states = {finding.state for finding in findings if finding.gates}
    if PolicyState.VIOLATES in states:
        state = PolicyState.VIOLATES
    elif states == {PolicyState.MEETS}:
        state = PolicyState.MEETS
    else:
        state = PolicyState.UNDETERMINED
    return Verdict(policy, state, findings)


def _find(policy: FairnessPolicy, group: GroupMeasure, ratios: Vector) -> Finding:
    low, high = percentile(ratios, level=policy.level)
    positives = group.positives or 0
    gates = positives >= policy.minimum_positives
    value = group.observed_expected.value if group.observed_expected else None
    return Finding(
        attribute=group.attribute,
        level=group.level,
        positives=positives,
        gates=gates,
        state=_state(policy, low, high) if gates else PolicyState.UNDETERMINED,
        value=value,
        low=low,
        high=high,
        power=_power(policy, ratios),
    )


def _state(
    policy: FairnessPolicy, low: float | None, high: float | None
) -> PolicyState:
    floor, ceiling = policy.limits
    if low is None or high is None:
        return PolicyState.UNDETERMINED
    if low > ceiling or high < floor:
        return PolicyState.VIOLATES
    if floor <= low and high <= ceiling:
        return PolicyState.MEETS
    return PolicyState.UNDETERMINED


def _power(policy: FairnessPolicy, ratios: Vector) -> float:
    logs = np.log(ratios[np.isfinite(ratios) & (ratios > 0)])
    if len(logs) < 2:
        return 0.0
    error = float(np.std(logs, ddof=1))
    return power(error, limit_ratio=policy.limit_ratio, level=policy.level)
