"""Where an audit does not keep to the thresholds that the brief sets.

A difference counts as far as it is larger than chance makes it: a small release is
not refused for having few rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from challenge.brief.sections import Gate
from challenge.synthesis.audit.records import Record, SetFinding
from leaderboard import PolicyState

if TYPE_CHECKING:
    from challenge.synthesis.audit.record import Audit

MINIMUM_POWER = 0.80
"""Chance with which a real event must be able to say "meets" of the true risk."""

_WIDEN = (
    "The sealed audit says for which groups. Widen limit_gap or limit_ratio under"
    " [policy], or let the attribute report."
)
_SENTENCES = {
    "marginal": (
        "The distribution of {what} differs by {value:.3f} from the declared one;"
        " the brief allows {limit:g} beyond chance ({chance:.3f}).",
        "See what changes the column after it is drawn, or declare what you want.",
    ),
    "association": (
        "The rank correlation of {what} differs by {value:.3f} from the declared one;"
        " the brief allows {limit:g} beyond chance ({chance:.3f}).",
        "See what changes the columns after they are drawn, or declare what you want.",
    ),
    "prevalence": (
        "The mean true risk inside differs by {value:.4f} from the declared"
        " prevalence; the brief allows {limit:g}.",
        "Build again; if it stays, the calibration is at fault.",
    ),
    "cell": (
        "Only {value:.0f} households are {what}; the brief asks for {limit:g}.",
        "Give that set more rows, or join levels of the attribute.",
    ),
    "truth": (
        "The true risk does not meet the policy on the final rows, held against the"
        " reference model of the source set {what}: no team can be asked to.",
        _WIDEN,
    ),
    "visible": (
        "The best model that the source set {what} can see does not meet the policy on"
        " the final rows: none of its teams can be asked to.",
        _WIDEN,
    ),
    "power": (
        "A model like the true risk is seen to meet the policy on the final rows with"
        " probability {value:.2f}; a real event needs {limit:g}.",
        "Give the final set more rows, join small groups, or widen the policy's"
        " limits.",
    ),
    "disclosure": (
        "The rows of {what} were learned from real rows and failed a disclosure check.",
        "Ask the partner for rows that pass, or declare a schema instead.",
    ),
    "record": (
        "The figures of {what} were learned from real rows, and no disclosure report"
        " came with them.",
        "Put the partner's report.json beside the schema, as"
        " partners/{what}.report.json, and build again.",
    ),
}


class Breach(Record):
    """One threshold that a release does not keep to.

    Attributes
    ----------
    kind : str
        Which threshold, or what a learned table lacks: a key of `_SENTENCES`.
    what : str
        Column, pair, group, source set, row set or table.
    value, limit : float
        What was found, and what is allowed.
    chance : float
        What chance alone may make of it.
    """

    kind: str
    what: str
    value: float
    limit: float
    chance: float = 0.0

    @property
    def is_excused(self) -> bool:
        """Whether a rehearsal may be published all the same: it may be small."""
        return self.kind == "power"

    @property
    def sentences(self) -> tuple[str, str]:
        """Reason and what to do, in English."""
        known = self.model_dump()
        reason, hint = (text.format(**known) for text in _SENTENCES[self.kind])
        return reason, hint


def breaches(audit: Audit, gate: Gate) -> tuple[Breach, ...]:
    """List where a release does not keep to the thresholds.

    Parameters
    ----------
    audit : Audit
        What was found, with exact figures.
    gate : Gate
        Thresholds of the brief.

    Returns
    -------
    tuple of Breach
        The worst of each kind first.
    """
    kinds = (
        _distributions,
        _correlations,
        _prevalence,
        _cells,
        _verdicts,
        _power,
        _disclosures,
    )
    return tuple(breach for kind in kinds for breach in kind(audit, gate))


def sentences(audit: Audit, gate: Gate) -> tuple[str, ...]:
    """Say in English how the thresholds are kept.

    Parameters
    ----------
    audit : Audit
        What was found, exact or rounded.
    gate : Gate
        Thresholds of the brief.

    Returns
    -------
    tuple of str
        Distributions, associations and prevalence.
    """
    columns = [found for found in audit.marginals if found.gates]
    pairs = [found for found in audit.associations if found.gates]
    error, strength = (
        max((found.error - found.chance for found in mine), default=0.0)
        for mine in (columns, pairs)
    )
    prevalence = prevalence_error(audit.sets)
    return (
        f"The distributions of {len(columns)} columns differ from the declared ones"
        f" {_beyond_chance(error)} (largest difference of distribution functions;"
        f" at most {gate.marginal_error:g} is allowed).",
        f"The rank correlations of {len(pairs)} pairs differ from the declared ones"
        f" {_beyond_chance(strength)} (at most {gate.association_error:g} is allowed).",
        "The mean true risk inside differs from the declared prevalence by"
        f" {_small_or(prevalence)} (at most {gate.prevalence_error:g} is allowed).",
    )


def _beyond_chance(excess: float) -> str:
    """Say by how much a difference is larger than chance explains, if it is."""
    if excess <= 0:
        return "no more than chance explains"
    return f"by {_small_or(excess, 'at most ')} more than chance explains"


def _small_or(value: float, form: str = "") -> str:
    """Write a difference so that a small one is not read as none."""
    return "less than 0.01" if value < 0.005 else f"{form}{value:.2f}"


def _distributions(audit: Audit, gate: Gate) -> Iterator[Breach]:
    for found in sorted(audit.marginals, key=lambda m: m.chance - m.error):
        if found.gates and found.error - found.chance > gate.marginal_error:
            yield Breach(
                kind="marginal",
                what=found.column,
                value=found.error,
                limit=gate.marginal_error,
                chance=found.chance,
            )


def _correlations(audit: Audit, gate: Gate) -> Iterator[Breach]:
    for found in sorted(audit.associations, key=lambda a: a.chance - a.error):
        if found.gates and found.error - found.chance > gate.association_error:
            yield Breach(
                kind="association",
                what=" and ".join(found.columns),
                value=found.error,
                limit=gate.association_error,
                chance=found.chance,
            )


def _prevalence(audit: Audit, gate: Gate) -> Iterator[Breach]:
    error = prevalence_error(audit.sets)
    if error > gate.prevalence_error:
        yield Breach(
            kind="prevalence",
            what="risk",
            value=error,
            limit=gate.prevalence_error,
        )


def prevalence_error(sets: tuple[SetFinding, ...]) -> float:
    """Give the difference between declared and mean true risk inside.

    Parameters
    ----------
    sets : tuple of SetFinding
        Every row set.

    Returns
    -------
    float
        At least 0; 0 without internal sets.
    """
    inside = [found for found in sets if found.name != "external"]
    rows = sum(found.rows for found in inside)
    if not rows:
        return 0.0
    mean = sum(found.risk * found.rows for found in inside) / rows
    return abs(mean - inside[0].declared)


def _cells(audit: Audit, gate: Gate) -> Iterator[Breach]:
    small = [
        c for c in audit.cells if c.rows is not None and c.rows < gate.minimum_cell
    ]
    for found in sorted(small, key=lambda cell: cell.rows or 0):
        yield Breach(
            kind="cell",
            what=f"{found.attribute}={found.level} in {found.set}",
            value=found.rows or 0,
            limit=gate.minimum_cell,
        )


def _verdicts(audit: Audit, gate: Gate) -> Iterator[Breach]:
    for found in audit.verdicts:
        if found.state == PolicyState.VIOLATES:
            yield Breach(kind=found.model, what=found.source, value=1, limit=0)


def _power(audit: Audit, gate: Gate) -> Iterator[Breach]:
    chance = lowest_power(audit)
    if chance is not None and chance < MINIMUM_POWER:
        yield Breach(
            kind="power", what=audit.value_set, value=chance, limit=MINIMUM_POWER
        )


def lowest_power(audit: Audit) -> float | None:
    """Give the chance that the true risk is seen to meet the policy where it counts.

    Parameters
    ----------
    audit : Audit
        What was found.

    Returns
    -------
    float or None
        On the set that decides; None if no attribute gates.
    """
    mine = [found.power for found in audit.power if found.set == audit.value_set]
    return min(mine, default=None)


def _disclosures(audit: Audit, gate: Gate) -> Iterator[Breach]:
    for table, disclosure in audit.disclosures.items():
        if disclosure is None:
            yield Breach(kind="record", what=table, value=0, limit=1)
        elif disclosure.failed:
            yield Breach(
                kind="disclosure", what=table, value=len(disclosure.failed), limit=0
            )
