"""Marks on shared axes: what each row of the report draws, and says aloud."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from challenge.synthesis.audit.records import (
    BetweenFinding,
    CoverageFinding,
    MarginalFinding,
)
from challenge.synthesis.audit.texts import texts, words
from challenge.synthesis.audit.truths import (
    CeilingFinding,
    EffectFinding,
    PowerFinding,
    SpreadFinding,
    ValueFinding,
)
from leaderboard.charts import Mark
from leaderboard.charts.axes import Axis, axis_over
from leaderboard.estimates import Estimate

SHARES = Axis(0.0, 1.0, 0.5)


def share_mark(finding: MarginalFinding) -> Mark:
    """Draw the share of "yes" of one column.

    Parameters
    ----------
    finding : MarginalFinding
        Of a yes and no.

    Returns
    -------
    Mark
        A dot for what was got, a rule for what was declared.
    """
    point = finding.points[-1]
    return _against("marginals_mark", finding.label.nl, point.declared, point.got, "%")


def between_mark(finding: BetweenFinding) -> Mark:
    """Draw how much of a column lies between neighbourhoods.

    Parameters
    ----------
    finding : BetweenFinding
        Of one column.

    Returns
    -------
    Mark
        A dot for what was got, a rule for what was declared.
    """
    return _against("between_mark", finding.label.nl, finding.declared, finding.got, "")


def coverage_mark(finding: CoverageFinding) -> Mark:
    """Draw the coverage of one table.

    Parameters
    ----------
    finding : CoverageFinding
        Of one table.

    Returns
    -------
    Mark
        A dot for what was got, a rule for what was declared.
    """
    return _against("coverage_mark", finding.title, finding.declared, finding.got, "")


def power_mark(finding: PowerFinding, name: str) -> Mark:
    """Draw the power of the policy on one set.

    Parameters
    ----------
    finding : PowerFinding
        Of one set.
    name : str
        What people call the set.

    Returns
    -------
    Mark
        A dot.
    """
    title = texts("nl")["power_mark"].format(
        set=name,
        power=words().number(finding.power, 0, 100),
    )
    return Mark(title, Estimate(finding.power))


def ceiling_mark(finding: CeilingFinding, truth: CeilingFinding, name: str) -> Mark:
    """Draw the best that can be seen beside the best there is.

    Parameters
    ----------
    finding, truth : CeilingFinding
        Of one source set, and of the true risk, on one row set.
    name : str
        What people call the row set.

    Returns
    -------
    Mark
        A dot with its whisker, and a rule for the truth.
    """
    language = words()
    title = texts("nl")["ceilings_mark"].format(
        set=name,
        source=finding.label.nl,
        value=language.number(finding.auroc.value, 2),
        interval=language.interval_aloud(finding.auroc, 2),
        truth=language.number(truth.auroc.value, 2),
    )
    return Mark(title, finding.auroc, expected=truth.auroc.value)


def value_mark(finding: ValueFinding, estimate: Estimate) -> Mark:
    """Draw what a source tells.

    Parameters
    ----------
    finding : ValueFinding
        Of one table or column.
    estimate : Estimate
        Alone, or on top of the core.

    Returns
    -------
    Mark
        A dot with its whisker.
    """
    title = texts("nl")["values_mark"].format(
        name=finding.label.nl,
        value=words().number(estimate.value, 3),
        interval=words().interval_aloud(estimate, 3),
    )
    return Mark(title, estimate)


def effect_mark(finding: EffectFinding) -> Mark:
    """Draw an effect as found, beside what was drawn.

    Parameters
    ----------
    finding : EffectFinding
        Of one term.

    Returns
    -------
    Mark
        A dot with its whisker, and a rule for what was drawn.
    """
    title = texts("nl")["effects_mark"].format(
        name=finding.name,
        drawn=words().number(finding.drawn, 2),
        value=words().number(finding.found.value, 2),
        interval=words().interval_aloud(finding.found, 2),
    )
    return Mark(title, finding.found, expected=finding.drawn)


def spread_mark(finding: SpreadFinding) -> Mark:
    """Draw how much areas differ.

    Parameters
    ----------
    finding : SpreadFinding
        Of one kind of area.

    Returns
    -------
    Mark
        A dot with its whisker, and a rule for what was declared.
    """
    title = texts("nl")["effects_mark"].format(
        name=texts("nl")[f"spreads_{finding.level}"],
        drawn=words().number(finding.declared, 2),
        value=words().number(finding.got.value, 2),
        interval=words().interval_aloud(finding.got, 2),
    )
    return Mark(title, finding.got, expected=finding.declared)


def axis_of(
    estimates: Iterable[Estimate],
    *,
    also: Sequence[float] = (),
    within: tuple[float, float],
) -> Axis:
    """Find one axis for many estimates with their intervals.

    Parameters
    ----------
    estimates : iterable of Estimate
        Everything to draw.
    also : sequence of float
        Values that must have a place too.
    within : tuple of float
        Furthest ends.

    Returns
    -------
    Axis
        Rounded.
    """
    ends = [
        value
        for estimate in estimates
        for value in (estimate.low, estimate.value, estimate.high)
        if value is not None
    ]
    return axis_over([*also, *ends], within=within, steps=4)


def _against(key: str, name: str, declared: float, got: float, unit: str) -> Mark:
    number = words().number
    title = texts("nl")[key].format(
        name=name,
        declared=number(declared, 1, 100, unit),
        got=number(got, 1, 100, unit),
    )
    return Mark(title, Estimate(got), expected=declared)
