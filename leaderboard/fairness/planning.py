"""Power: how likely it is that data say what is true of a good model."""

from __future__ import annotations

import math
from collections.abc import Mapping

from scipy.special import ndtr, ndtri

from leaderboard.policy import FairnessPolicy

Group = tuple[str, str]
"""Attribute and level."""


def chance_inside(error: float, *, limit: float, critical: float) -> float:
    """Chance that bounds around an estimate of 0 lie inside plus and minus a limit.

    Parameters
    ----------
    error : float
        Standard error of the estimate, at least 0.
    limit : float
        Largest allowed size, above 0.
    critical : float
        How many standard errors away a bound lies.

    Returns
    -------
    float
        Probability in [0, 1].

    References
    ----------
    As for equivalence tests: Schuirmann (1987), Journal of Pharmacokinetics
    and Biopharmaceutics 15(6), 657-680.

    Examples
    --------
    >>> round(chance_inside(0.05, limit=0.2, critical=1.96), 2)
    0.96
    """
    room = limit - critical * error
    if room <= 0:
        return 0.0
    return 1.0 if error == 0 else float(2 * ndtr(room / error) - 1)


def power(
    policy: FairnessPolicy,
    sizes: Mapping[Group, float],
    base_rates: Mapping[Group, float],
    *,
    changed: Mapping[Group, float] | None = None,
    excesses: Mapping[Group, float] | None = None,
) -> float:
    """Chance that a model like the true risk is seen to meet the policy.

    Before there are data. Such a model expects in each group what is observed, but
    for chance. It is a lower bound, whatever the groups have in common: positives
    vary as if every row had its group's base rate, and questions are multiplied
    (Šidák). Levels too small to decide are taken together, as `judge` does.

    Parameters
    ----------
    policy : FairnessPolicy
        What to judge by.
    sizes : mapping of (attribute, level) to float
        Expected positives of each group of the gating attributes.
    base_rates : mapping of (attribute, level) to float
        Share of positives in each of them, in (0, 1). Where each row's risk p is
        known, ``sum(p**2) / sum(p)`` makes the variance exact instead of a bound.
    changed : mapping of (attribute, level) to float or None
        Share of each group's positives that either the model or the reference model
        finds, and not both, in [0, 1]; all where nothing is given. None: there is
        no reference model.
    excesses : mapping of (attribute, level) to float or None
        How much more of each group's positives the model misses than the reference
        model does; 0 where nothing is given.

    Returns
    -------
    float
        Probability in [0, 1]; 0 if no group is large enough to decide.

    References
    ----------
    Standard error of log(observed / expected): Breslow & Day (1987), Statistical
    Methods in Cancer Research II, 2.3; of a paired difference in shares: McNemar
    (1947), Psychometrika 12, 153-157. The product: Šidák (1967), Journal of the
    American Statistical Association 62, 626-633.

    Examples
    --------
    >>> policy = FairnessPolicy(gate=("income",))
    >>> low, high = ("income", "low"), ("income", "high")
    >>> sizes, rates = {low: 300, high: 700}, {low: 0.2, high: 0.05}
    >>> round(power(policy, sizes, rates), 2)
    0.96
    """
    parties = deciding(policy, sizes)
    questions = (2 if changed is None else 4) * len(parties)
    if questions == 0:
        return 0.0
    critical = float(ndtri(policy.level ** (1 / questions)))
    chances = []
    for group in parties:
        weights = {member: sizes[member] for member in group}
        rows = sum(size / base_rates[member] for member, size in weights.items())
        positives = sum(weights.values())
        error = math.sqrt((1 - positives / rows) / positives)
        chances.append((error, math.log(policy.limit_ratio)))
        if changed is not None:
            share = _mean(weights, changed, 1.0)
            excess = _mean(weights, excesses or {}, 0.0)
            error = math.sqrt(max(share - excess**2, 0.0) / positives)
            chances.append((error, policy.limit_gap - excess))
    return math.prod(
        chance_inside(error, limit=limit, critical=critical) for error, limit in chances
    )


def deciding(
    policy: FairnessPolicy, sizes: Mapping[Group, float]
) -> list[tuple[Group, ...]]:
    """List groups that decide: alone, or all small ones of an attribute together.

    Parameters
    ----------
    policy : FairnessPolicy
        What to judge by.
    sizes : mapping of (attribute, level) to float
        Expected positives of each group.

    Returns
    -------
    list of tuple of (attribute, level)
        In the order of the gating attributes; several levels decide as one.

    Examples
    --------
    >>> policy = FairnessPolicy(gate=("home",))
    >>> deciding(policy, {("home", "a"): 90, ("home", "b"): 30, ("home", "c"): 30})
    [(('home', 'a'),), (('home', 'b'), ('home', 'c'))]
    """
    parties: list[tuple[Group, ...]] = []
    for attribute in policy.gate:
        mine = [group for group in sizes if group[0] == attribute]
        small = [group for group in mine if sizes[group] < policy.minimum_positives]
        parties += [(group,) for group in mine if group not in small]
        if sum(sizes[group] for group in small) >= policy.minimum_positives:
            parties.append(tuple(small))
    return parties


def _mean(
    weights: Mapping[Group, float], values: Mapping[Group, float], absent: float
) -> float:
    total = sum(size * values.get(group, absent) for group, size in weights.items())
    return total / sum(weights.values())
