"""How likely a model like the true risk is to be seen to meet the policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from challenge.brief import SetSize
from challenge.brief.definition import Brief
from challenge.schema import Words
from challenge.synthesis.audit.cells import level_words
from challenge.synthesis.audit.population import AuditRows
from challenge.synthesis.audit.truths import PowerFinding
from challenge.synthesis.sets import HIDDEN_SETS
from leaderboard.fairness import deciding, power
from leaderboard.metrics.discrimination import selected_share

Vector = NDArray[np.float64]
Group = tuple[str, str]
"""Attribute and level."""

PLANNED_CHANGE = 0.10
"""Share of a group's positives that a plan takes to be found by either the model or
the reference model, and not both; see docs/audit.md for what builds give."""

OTHERS = Words(nl="kleine groepen samen", en="small groups together")


@dataclass(slots=True)
class _Groups:
    """What `leaderboard.fairness.power` asks of the groups of one set."""

    sizes: dict[Group, float] = field(default_factory=dict)
    rates: dict[Group, float] = field(default_factory=dict)
    changed: dict[Group, float] | None = None
    excesses: dict[Group, float] | None = None


def power_findings(
    rows: AuditRows, brief: Brief, references: Mapping[str, Vector] | None = None
) -> tuple[PowerFinding, ...]:
    """Tell for each hidden set how likely the true risk is seen to meet the policy.

    Given the risks p, the positives of a group have mean sum p and variance
    sum p(1 - p); what either the true risk or the reference model finds is counted
    in expected positives too.

    Parameters
    ----------
    rows : AuditRows
        What is audited.
    brief : Brief
        Its policy and attributes.
    references : mapping of str to ndarray of float, shape (n_rows,), optional
        What the reference model of each source set says.

    Returns
    -------
    tuple of PowerFinding
        In the order of the sets, the lowest over the source sets; empty if no
        attribute gates.

    References
    ----------
    See `leaderboard.fairness.power`.
    """
    results = []
    for name in HIDDEN_SETS:
        here = rows.sets == name
        if here.any() and brief.policy.gate:
            scale = rows.sizes[name] / int(here.sum())
            given = [said[here] for said in (references or {}).values()]
            found = [
                _finding(brief, name, _measured(rows, here, brief, said, scale))
                for said in given or [None]
            ]
            results.append(min(found, key=lambda one: one.power))
    return tuple(results)


def planned_power(sizes: Iterable[SetSize], brief: Brief) -> tuple[PowerFinding, ...]:
    """Tell the same before any row is drawn, from declared shares alone.

    Every group is taken to have the prevalence of its set, so a group in which the
    target is rarer has less power than this; and the model to find as many as the
    reference model, `PLANNED_CHANGE` of them other ones.

    Parameters
    ----------
    sizes : iterable of SetSize
        As `challenge.brief.set_sizes` gives them.
    brief : Brief
        Its policy, attributes and prevalence.

    Returns
    -------
    tuple of PowerFinding
        Of the groups that columns declare; empty if these gate nothing.
    """
    results = []
    for size in sizes:
        groups = _Groups()
        for named, positives in size.groups.items():
            attribute, _, level = named.partition("=")
            if attribute in brief.policy.gate and positives > 0:
                groups.sizes[attribute, level] = positives
        groups.rates = dict.fromkeys(groups.sizes, brief.prevalence_in(size.name))
        if brief.limits.reference is not None:
            groups.changed = dict.fromkeys(groups.sizes, PLANNED_CHANGE)
        if size.name in HIDDEN_SETS and groups.sizes:
            results.append(_finding(brief, size.name, groups))
    return tuple(results)


def _measured(
    rows: AuditRows,
    here: NDArray[np.bool_],
    brief: Brief,
    reference: Vector | None,
    scale: float,
) -> _Groups:
    """Measure the groups of a set; of a part of a set, as if it were whole."""
    risk, groups = rows.risk[here], _Groups()
    found = selected_share(risk, brief.capacity)
    other = found
    if reference is not None:
        other = selected_share(reference, brief.capacity)
        groups.changed, groups.excesses = {}, {}
    for attribute in (a for a in brief.attributes if a.policy == "gate"):
        names = attribute.of(rows.rows[here])
        for level in sorted(set(names)):
            mine, key = names == level, (attribute.name, level)
            cases = risk[mine]
            groups.sizes[key] = float(cases.sum()) * scale
            # Weighted by itself: the mean among cases gives the variance exactly.
            groups.rates[key] = float(np.average(cases, weights=cases))
            if groups.changed is not None and groups.excesses is not None:
                moved = other[mine] - found[mine]
                groups.changed[key] = float(np.average(np.abs(moved), weights=cases))
                groups.excesses[key] = float(np.average(moved, weights=cases))
    return groups


def _finding(brief: Brief, name: str, groups: _Groups) -> PowerFinding:
    """Ask for the chance, and name the group that has least to show."""
    policy, sizes = brief.policy, groups.sizes
    parties = deciding(policy, sizes)
    smallest = min(
        parties, key=lambda party: sum(sizes[group] for group in party), default=()
    )
    attribute = smallest[0][0] if smallest else policy.gate[0]
    known = next(a for a in brief.attributes if a.name == attribute)
    words = {level: Words(nl=level, en=level) for _, level in smallest}
    words |= level_words(brief, known)
    chance = power(
        policy, sizes, groups.rates, changed=groups.changed, excesses=groups.excesses
    )
    named = OTHERS if len(smallest) > 1 else None
    return PowerFinding(
        set=name,
        attribute=attribute,
        label=known.label,
        smallest=named or (words[smallest[0][1]] if smallest else None),
        positives=sum(sizes[group] for group in smallest),
        power=chance,
    )
