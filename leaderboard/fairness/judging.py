"""Judgement: what a policy says about the groups of one submission."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from leaderboard.fairness.planning import chance_inside
from leaderboard.groups.tally import Party, Tally, parties
from leaderboard.resampling import LEVEL, MINIMUM_CLUSTERS
from leaderboard.resampling.bounds import bound_all
from leaderboard.resampling.measures import observed_over_expected, ratio
from leaderboard.rows import Vector
from leaderboard.verdict import FairnessPolicy, Finding, Guard, PolicyState, Verdict


def ratio_power(error: float, *, limit_ratio: float, level: float = LEVEL) -> float:
    """Chance that a calibrated model is seen to keep within the limits.

    Of one group on its own; `leaderboard.fairness.power` takes the whole policy.

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
    As `chance_inside`; the log is taken as normal around 0.

    Examples
    --------
    >>> round(ratio_power(0.05, limit_ratio=1.25), 2)
    0.99
    """
    critical = float(ndtri((1 + level) / 2))
    return chance_inside(error, limit=math.log(limit_ratio), critical=critical)


def judge(policy: FairnessPolicy, tallies: Sequence[Tally]) -> Verdict:
    """Judge the groups of the gating attributes.

    A group decides if it has enough positive rows; groups of one attribute that
    have not, decide together if they have enough between them. Two things are asked
    of a deciding group. Its observed / expected must lie inside the limits. And its
    *excess* may not be above the limit, where the excess is the smaller of

    - the gap: false-negative rate of the group minus that of everybody else, in the
      model, minus the same in the reference model;
    - the loss: false-negative rate of the group in the model, minus that in the
      reference model.

    The reference is there because a perfect model has gaps too, wherever base rates
    differ. The gap is a difference between two given groups, not the largest over
    all pairs, since that is never below 0 and no interval of it covers 0. The loss
    is there because a model that finds more of everybody else widens the gap and
    takes nothing from the group: without it the true risk would not meet the policy
    (measured: gap 0.14, loss -0.02 for single parents). A model that finds fewer
    people in one group raises both. Given the weights of a replicate, each is a
    difference of means over the same rows: linear in what the model finds, so that
    replicates are centred and what both models share cancels out.

    All bounds, of all deciding groups and all questions, share one critical value.
    The policy is violated if a bound lies beyond its limit, met if no bound leaves
    room for that, and undetermined otherwise, also if no group decides. It is also
    violated if the group that is found least is certainly found less than the group
    that the reference model finds least: a gap may not be closed by finding fewer.

    Parameters
    ----------
    policy : FairnessPolicy
        What to judge by.
    tallies : sequence of Tally
        All levels of the gating attributes: everybody else is taken from them.

    Returns
    -------
    Verdict
        State, findings and guard; `Verdict.sentences` says it in words.

    References
    ----------
    Gap in false-negative rate: equal opportunity, Hardt, Price & Srebro (2016),
    NeurIPS 29. A limit on the smaller of two: intersection-union test, Berger
    (1982), Technometrics 24(4), 295-300. Critical value: see `bound_all`. Levelling
    down: Mittelstadt, Wachter & Russell (2023), "The Unfairness of Fair Machine
    Learning", arXiv 2302.02404.
    """
    every = [
        party
        for attribute in policy.gate
        for party in parties(
            [tally for tally in tallies if tally.attribute == attribute],
            minimum=policy.minimum_positives,
        )
    ]
    deciding = [p for p in every if p.gates and p.tally.clusters >= MINIMUM_CLUSTERS]
    answers = _ask(policy, deciding)
    findings = tuple(_find(policy, party, answers.get(party)) for party in every)
    guard = _guard(policy, [party.tally for party in deciding])
    return Verdict(policy, _state(findings, guard), findings, guard)


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """Bounds of one group: log of the ratio, then loss and gap if they are asked."""

    value: Vector
    low: Vector
    high: Vector
    power: float

    @property
    def excess(self) -> tuple[float, float, float] | tuple[None, None, None]:
        """Smaller of loss and gap, with its bounds."""
        if len(self.value) == _RATIO:
            return None, None, None
        value, low, high = (
            float(end[_RATIO:].min()) for end in (self.value, self.low, self.high)
        )
        return value, low, high


_RATIO = 2  # questions about the ratio come first: too high, too low


def _ask(policy: FairnessPolicy, deciding: Sequence[Party]) -> dict[Party, _Answer]:
    """Bound everything that is asked, all at once; nothing where nothing is known."""
    if not deciding:
        return {}
    questions = np.array([_questions(party) for party in deciding])
    asked = questions.reshape(-1, questions.shape[-1])
    bounds = bound_all(asked[:, 0], asked[:, 1:], level=policy.level)
    if not np.isfinite(bounds.error).all():
        return {}
    value, error, low, high = (
        column.reshape(len(deciding), -1)
        for column in (bounds.value, bounds.error, bounds.low, bounds.high)
    )
    limit = math.log(policy.limit_ratio)
    powers = [
        chance_inside(spread, limit=limit, critical=bounds.critical)
        for spread in error[:, 0]
    ]
    answers = map(_Answer, value, low, high, powers)
    return dict(zip(deciding, answers, strict=True))


def _questions(party: Party) -> list[Vector]:
    """Ask of one group, in the data and in each replicate."""
    tally, everybody = party.tally, party.everybody
    ratios = observed_over_expected(tally.positives, tally.expected, tally.rows)
    logs = np.log(ratios, out=np.full_like(ratios, np.nan), where=ratios > 0)
    if tally.reference is None or everybody.reference is None:
        return [logs, -logs]
    loss = ratio(tally.reference - tally.found, tally.positives)
    others = everybody.positives - tally.positives
    if others[0] == 0:
        return [logs, -logs, loss, np.zeros_like(loss)]
    found_less = (everybody.reference - tally.reference) - (
        everybody.found - tally.found
    )
    return [logs, -logs, loss, loss - ratio(found_less, others)]


def _find(policy: FairnessPolicy, party: Party, answer: _Answer | None) -> Finding:
    tally = party.tally
    ratios = observed_over_expected(tally.positives, tally.expected, tally.rows)
    finding = Finding(
        attribute=tally.attribute,
        level=tally.level,
        positives=tally.size,
        gates=party.gates,
        state=PolicyState.UNDETERMINED,
        value=float(ratios[0]),
        low=None,
        high=None,
        power=0.0,
        merged=party.merged,
    )
    if answer is None:
        return finding
    excess, excess_low, excess_high = answer.excess
    return replace(
        finding,
        state=_decide(policy, answer),
        low=math.exp(answer.low[0]),
        high=math.exp(answer.high[0]),
        power=answer.power,
        excess=excess,
        excess_low=excess_low,
        excess_high=excess_high,
    )


def _decide(policy: FairnessPolicy, answer: _Answer) -> PolicyState:
    limit, (_, least, most) = math.log(policy.limit_ratio), answer.excess
    low, high = answer.low[0], answer.high[0]
    if low > limit or high < -limit or (least or 0) > policy.limit_gap:
        return PolicyState.VIOLATES
    if -limit <= low and high <= limit and (most or 0) <= policy.limit_gap:
        return PolicyState.MEETS
    return PolicyState.UNDETERMINED


def _state(findings: Sequence[Finding], guard: Guard | None) -> PolicyState:
    states = {finding.state for finding in findings if finding.gates}
    if PolicyState.VIOLATES in states or (guard and guard.fails):
        return PolicyState.VIOLATES
    met = states == {PolicyState.MEETS}
    return PolicyState.MEETS if met else PolicyState.UNDETERMINED


def _guard(policy: FairnessPolicy, tallies: Sequence[Tally]) -> Guard | None:
    """Compare the smallest recall with the reference model's smallest.

    Each group's recall is compared with each recall of the reference model, since
    replicates of a smallest value are not centred on it; the smallest is below if
    one group is below all of them.
    """
    references = [tally.reference for tally in tallies if tally.reference is not None]
    if not references:
        return None
    sizes = np.array([tally.positives for tally in tallies])
    model = ratio(np.array([tally.found for tally in tallies]), sizes)
    reference = ratio(np.array(references), sizes)
    pairs = model[:, None, :] - reference[None, :, :]
    asked = pairs.reshape(-1, pairs.shape[-1])
    bounds = bound_all(asked[:, 0], asked[:, 1:], level=policy.level)
    if not np.isfinite(bounds.error).all():
        return None
    low, high = (end.reshape(pairs.shape[:2]) for end in (bounds.low, bounds.high))
    return Guard(
        value=float(model[:, 0].min() - reference[:, 0].min()),
        low=float(low.min(axis=0).max()),
        high=float(high.max(axis=1).min()),
    )
