"""The first page: what a director reads, in words, before putting a name under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from challenge.brief.sections import Gate
from challenge.synthesis.audit.gate import Breach, prevalence_error
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
        Distributions, associations, prevalence and small groups.
    """
    kinds = {breach.kind for breach in breaches}
    marginals = [m.error - m.chance for m in audit.marginals if m.gates]
    pairs = [a.error - a.chance for a in audit.associations if a.gates]
    cells = [c.rows for c in audit.cells if c.rows is not None]
    small = any(c.rows is None for c in audit.cells)
    t, number = texts("nl"), words().number
    smallest = t["not_shown"] if small else number(min(cells, default=0), 0)
    rows = (
        ("marginal", len(marginals), _error(max(marginals, default=0)), "at_most"),
        ("association", len(pairs), _error(max(pairs, default=0)), "at_most"),
        ("prevalence", 0, _error(prevalence_error(audit.sets)), "at_most"),
        ("cell", 0, smallest, "at_least"),
    )
    limits = {
        "marginal": precise(gate.marginal_error),
        "association": precise(gate.association_error),
        "prevalence": precise(gate.prevalence_error),
        "cell": number(gate.minimum_cell, 0),
    }
    return tuple(
        Line(
            name=t[f"gate_{kind}"],
            says=t[f"gate_{kind}_says"].format(count=count),
            value=value,
            limit=t[f"gate_{form}"].format(limit=limits[kind]),
            holds=kind not in kinds,
        )
        for kind, count, value, form in rows
    )


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
    mine = [found.power for found in audit.power if found.set == audit.value_set]
    if not mine:
        return Fact(t["fact_power"], t["none"], t["fact_power_none"])
    lowest = words().number(min(mine), 0, 100, "%")
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
