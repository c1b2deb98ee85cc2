"""How likely a model like the true risk is to be seen to meet the policy."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from challenge.brief import SetSize
from challenge.brief.attributes import Attribute
from challenge.brief.definition import Brief
from challenge.schema import Words
from challenge.synthesis.audit.cells import level_words
from challenge.synthesis.audit.population import AuditRows
from challenge.synthesis.audit.truths import PowerFinding
from challenge.synthesis.sets import HIDDEN_SETS
from leaderboard.fairness import ratio_power

Group = tuple[str, float, float]
"""Name, expected positives, and the standard error of the log of observed/expected."""


def power_findings(rows: AuditRows, brief: Brief) -> tuple[PowerFinding, ...]:
    """Tell for each gated attribute and hidden set how likely "meets" is.

    A model that says the true risk expects what is observed but for chance: given
    the risks p, the number of positives has variance sum p(1 - p). Groups are taken
    as independent.

    Parameters
    ----------
    rows : AuditRows
        What is audited.
    brief : Brief
        Its policy and attributes.

    Returns
    -------
    tuple of PowerFinding
        In the order of the sets, then of the attributes.

    References
    ----------
    As `leaderboard.fairness.planning`; the standard error of the log of
    observed/expected is that of a standardised ratio: Breslow and Day (1987),
    "Statistical Methods in Cancer Research" II, 2.3.
    """
    results = []
    for name in HIDDEN_SETS:
        here = rows.sets == name
        if not here.any():
            continue
        scale = rows.sizes[name] / int(here.sum())
        for attribute in brief.attributes:
            if attribute.policy == "gate":
                groups = attribute.of(rows.rows[here])
                names = list(level_words(brief, attribute)) or sorted(set(groups))
                made = _groups(groups, rows.risk[here], names, scale)
                results.append(_finding(brief, name, attribute, made))
    return tuple(results)


def planned_power(sizes: Iterable[SetSize], brief: Brief) -> tuple[PowerFinding, ...]:
    """Tell the same before any row is drawn, from declared shares alone.

    Every group is taken to have the prevalence of its set, so a group in which the
    target is rarer has less power than this.

    Parameters
    ----------
    sizes : iterable of SetSize
        As `challenge.brief.set_sizes` gives them.
    brief : Brief
        Its policy, attributes and prevalence.

    Returns
    -------
    tuple of PowerFinding
        For gated attributes whose column declares their groups.
    """
    results = []
    for size in sizes:
        for attribute in brief.attributes:
            mine = {
                group.partition("=")[2]: positives
                for group, positives in size.groups.items()
                if group.partition("=")[0] == attribute.name
            }
            if size.name in HIDDEN_SETS and attribute.policy == "gate" and mine:
                rest = 1 - brief.prevalence_in(size.name)
                made = [
                    (name, m, math.sqrt(rest / m)) for name, m in mine.items() if m > 0
                ]
                results.append(_finding(brief, size.name, attribute, made))
    return tuple(results)


def _groups(
    groups: np.ndarray, risk: np.ndarray, names: Sequence[str], scale: float
) -> Iterator[Group]:
    """Give each group of a set; of a part of a set, as if it were whole."""
    for name in names:
        mine = risk[groups == name]
        expected = float(mine.sum()) * scale
        if expected > 0:
            variance = float(np.sum(mine * (1 - mine))) * scale
            yield name, expected, math.sqrt(variance) / expected


def _finding(
    brief: Brief, name: str, attribute: Attribute, groups: Iterable[Group]
) -> PowerFinding:
    """Multiply the chances of the groups that have enough positives to decide."""
    limits = brief.limits
    deciding = [g for g in groups if g[1] >= limits.minimum_positives]
    chances = [
        ratio_power(error, limit_ratio=limits.limit_ratio, level=limits.level)
        for _, _, error in deciding
    ]
    smallest = min(deciding, key=lambda group: group[1], default=("", 0.0, 0.0))
    level = smallest[0]
    words = level_words(brief, attribute).get(level, Words(nl=level, en=level))
    return PowerFinding(
        set=name,
        attribute=attribute.name,
        label=attribute.label,
        smallest=words if deciding else None,
        positives=smallest[1],
        power=math.prod(chances) if deciding else 0.0,
    )
