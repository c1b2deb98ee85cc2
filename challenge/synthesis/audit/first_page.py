"""The first page: what a director reads, in words, before putting a name under it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from challenge.brief.sections import Gate
from challenge.synthesis.audit.gate import (
    MINIMUM_POWER,
    Breach,
    lowest_power,
    prevalence_error,
)
from challenge.synthesis.audit.record import Audit
from challenge.synthesis.audit.texts import precise, texts, words

_MOST = 4  # breaches named on one page


@dataclass(frozen=True, slots=True)
class Line:
    """One threshold, and whether the release keeps to it.

    Attributes
    ----------
    name, says : str
        What it is about.
    value, limit : str
        What was found, and what is allowed.
    holds : bool
        Whether it is kept.
    """

    name: str
    says: str
    value: str
    limit: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure with what it means.

    Attributes
    ----------
    name, value, says : str
        Heading, number with its unit, and explanation.
    """

    name: str
    value: str
    says: str


def gate_lines(
    audit: Audit, gate: Gate, breaches: tuple[Breach, ...]
) -> tuple[Line, ...]:
    """Hold every threshold against the audit, in words.

    Parameters
    ----------
    audit : Audit
        Exact, or rounded for the public.
    gate : Gate
        Thresholds of the brief.
    breaches : tuple of Breach
        Of the exact audit: rounded figures decide nothing.

    Returns
    -------
    tuple of Line
        Distributions, associations, prevalence, small groups, and the policy.
    """
    kinds, t = {breach.kind for breach in breaches}, texts("nl")
    rows = [*_declared_rows(audit, gate), *_policy_rows(audit, breaches)]
    return tuple(
        Line(
            name=t[f"gate_{row.kind}"],
            says=t[f"gate_{row.kind}_says"].format(count=row.looked_at),
            value=row.value,
            limit=t[f"gate_{row.form}"].format(limit=row.limit),
            holds=kinds.isdisjoint(_BREACHES.get(row.kind, {row.kind})),
        )
        for row in rows
    )


_BREACHES = {"policy": {"truth", "visible"}}
"""Kinds of breach that a line stands for, where it is not one of its own name."""


class _Row(NamedTuple):
    """A threshold before it is put into words."""

    kind: str
    looked_at: int
    value: str
    form: str
    limit: str = ""


def _declared_rows(audit: Audit, gate: Gate) -> Iterator[_Row]:
    """Hold what was declared against what came out."""
    marginals = [m.error - m.chance for m in audit.marginals if m.gates]
    pairs = [a.error - a.chance for a in audit.associations if a.gates]
    cells = [c.rows for c in audit.cells if c.rows is not None]
    small = any(c.rows is None for c in audit.cells)
    t, number = texts("nl"), words().number
    smallest = t["not_shown"] if small else number(min(cells, default=0), 0)
    for kind, count, value, limit in (
        ("marginal", len(marginals), max(marginals, default=0), gate.marginal_error),
        ("association", len(pairs), max(pairs, default=0), gate.association_error),
        ("prevalence", 0, prevalence_error(audit.sets), gate.prevalence_error),
    ):
        yield _Row(kind, count, _error(value), "at_most", precise(limit))
    yield _Row("cell", 0, smallest, "at_least", number(gate.minimum_cell, 0))


def _policy_rows(audit: Audit, breaches: tuple[Breach, ...]) -> Iterator[_Row]:
    """Say what the policy asks of the best models, and how surely it can tell."""
    t, number = texts("nl"), words().number
    violating = sum(breach.kind in _BREACHES["policy"] for breach in breaches)
    if audit.verdicts:
        told = number(violating, 0) if violating else t["no_difference"]
        yield _Row("policy", len(audit.verdicts), told, "none")
    chance = lowest_power(audit)
    if chance is not None:
        told, least = (number(v, 0, 100, "%") for v in (chance, MINIMUM_POWER))
        yield _Row("power", 0, told, "at_least", least)


def breach_sentences(breaches: tuple[Breach, ...]) -> tuple[str, ...]:
    """Say in Dutch what stands in the way of publishing.

    Parameters
    ----------
    breaches : tuple of Breach
        The worst first.

    Returns
    -------
    tuple of str
        At most five; the last says how many more there are.
    """
    t, number = texts("nl"), words().number
    said = []
    for breach in breaches[:_MOST]:
        is_count = breach.kind == "cell"
        digits = 0 if is_count else 3
        said.append(
            t[f"breach_{breach.kind}"].format(
                what=breach.what.replace(" and ", " en "),
                value=number(breach.value, digits),
                limit=number(breach.limit, 0) if is_count else precise(breach.limit),
                chance=number(breach.chance, digits),
            )
        )
    if len(breaches) > _MOST:
        said.append(t["breach_more"].format(count=len(breaches) - _MOST))
    return tuple(said)


def facts(audit: Audit) -> tuple[Fact, ...]:
    """Give the figures that a director should know.

    Parameters
    ----------
    audit : Audit
        Exact, or rounded for the public.

    Returns
    -------
    tuple of Fact
        Prevalence, two ceilings and the power of the policy.
    """
    return tuple(made(audit) for made in _FACTS)


def _prevalence(audit: Audit) -> Fact:
    t, number = texts("nl"), words().number
    shares = {found.name: found.declared for found in audit.sets}
    inside = next((v for k, v in shares.items() if k != "external"), 0.0)
    outside = number(shares.get("external", inside), 0, 100, "%")
    return Fact(
        t["fact_prevalence"],
        number(inside, 0, 100, "%"),
        t["fact_prevalence_says"].format(outside=outside),
    )


def _ceiling(source: str, name: str, digits: int) -> Callable[[Audit], Fact]:
    def made(audit: Audit) -> Fact:
        t = texts("nl")
        found = [
            c for c in audit.ceilings if (c.set, c.source) == (audit.value_set, source)
        ]
        if not found:
            return Fact(t[name], t["not_shown"], "")
        auroc = found[0].auroc
        interval = words().interval(auroc, digits)
        said = t[f"{name}_says"].format(interval=interval)
        return Fact(t[name], words().number(auroc.value, digits), said)

    return made


def _power(audit: Audit) -> Fact:
    t = texts("nl")
    chance = lowest_power(audit)
    if chance is None:
        return Fact(t["fact_power"], t["none"], t["fact_power_none"])
    lowest = words().number(chance, 0, 100, "%")
    return Fact(t["fact_power"], lowest, t["fact_power_says"])


_FACTS = (
    _prevalence,
    _ceiling("all", "fact_ceiling", 2),
    _ceiling("truth", "fact_truth", 2),
    _power,
)


def _error(value: float) -> str:
    """Write a difference so that a small one is not read as none."""
    t = texts("nl")
    if value <= 0:
        return t["no_difference"]
    if value < 0.005:
        return t["at_most"].format(value=words().number(0.005, 3))
    return words().number(value, 3)
