"""What may leave of a verdict: its state, and findings on what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leaderboard.disclosure.rounding import spread, step_below
from leaderboard.disclosure.suppression import ROUNDING, round_count
from leaderboard.estimates import Estimate
from leaderboard.policy import OTHER
from leaderboard.records import GroupMeasure
from leaderboard.verdict import Finding, Guard, Verdict


def publish_verdict(
    verdict: Verdict | None, published: Sequence[GroupMeasure]
) -> Verdict | None:
    """Keep the state of a verdict, and the findings on groups that are shown.

    Parameters
    ----------
    verdict : Verdict or None
        Exact.
    published : sequence of GroupMeasure
        All groups, as they leave.

    Returns
    -------
    Verdict or None
        None for None.
    """
    if verdict is None:
        return None
    shown = {(group.attribute, group.level): group for group in published}
    findings = [
        _publish(finding, verdict.findings, shown) for finding in verdict.findings
    ]
    return Verdict(
        policy=verdict.policy,
        state=verdict.state,
        findings=tuple(finding for finding in findings if finding),
        guard=_publish_guard(verdict, shown),
    )


Groups = Mapping[tuple[str, str], GroupMeasure]


def _members(finding: Finding, findings: Sequence[Finding]) -> list[Finding]:
    """List the groups that a finding is about: small ones are judged together."""
    if finding.level != OTHER:
        return [finding]
    return [
        other
        for other in findings
        if other.merged and other.attribute == finding.attribute
    ]


def _publish(
    finding: Finding, findings: Sequence[Finding], shown: Groups
) -> Finding | None:
    members = _members(finding, findings)
    groups = [shown[member.attribute, member.level] for member in members]
    if finding.value is None or not all(group.observed_expected for group in groups):
        return None
    observed = round_count(finding.positives)
    expected = round_count(finding.positives / finding.value) if finding.value else 0
    if not expected:
        return None
    exact = Estimate(finding.value, finding.low, finding.high)
    ratio = spread(exact, observed / expected, rows=expected)
    excess = _publish_excess(finding, groups)
    return Finding(
        attribute=finding.attribute,
        level=finding.level,
        positives=observed,
        gates=finding.gates,
        state=finding.state,
        value=ratio.value,
        low=ratio.low,
        high=ratio.high,
        power=round(finding.power, 2),
        excess=excess.value if excess else None,
        excess_low=excess.low if excess else None,
        excess_high=excess.high if excess else None,
        merged=finding.merged,
    )


def _publish_excess(
    finding: Finding, groups: Sequence[GroupMeasure]
) -> Estimate | None:
    """Show a difference in missed positives only where those of each group are."""
    if finding.excess is None or not all(group.false_negative_rate for group in groups):
        return None
    exact = Estimate(finding.excess, finding.excess_low, finding.excess_high)
    return _on_steps(exact, rows=round_count(finding.positives))


def _publish_guard(verdict: Verdict, shown: Groups) -> Guard | None:
    """Compare worst groups only where the rate of each that may be it is shown."""
    deciding = [finding for finding in verdict.findings if finding.gates]
    groups = [
        shown[member.attribute, member.level]
        for finding in deciding
        for member in _members(finding, verdict.findings)
    ]
    guard = verdict.guard
    if guard is None or not groups or not all(g.false_negative_rate for g in groups):
        return None
    rows = round_count(min(finding.positives for finding in deciding))
    shown_guard = _on_steps(Estimate(guard.value, guard.low, guard.high), rows=rows)
    return Guard(
        value=shown_guard.value,
        low=step_below(guard.low, rows),
        high=-step_below(-guard.high, rows),
    )


def _on_steps(exact: Estimate, *, rows: int) -> Estimate:
    """Round a difference of two rates to the nearest step of the coarser one."""
    half = max(ROUNDING / rows, 0.01) / 2
    return spread(exact, step_below(exact.value + half, rows), rows=rows)
