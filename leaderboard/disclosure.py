"""What may leave: small cells emptied, counts rounded, replicates dropped."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from leaderboard.metrics import RECALL
from leaderboard.records import AreaMeasure, Estimate, GroupMeasure, Scorecard
from leaderboard.suppression import Counts, hidden_cells, may_show, round_count
from leaderboard.verdict import Finding, Verdict

__all__ = ["has_gap_rate", "may_show", "publish", "released", "round_count"]

# More digits would tell labels: the score is an equation in them (Whitehill 2017,
# arXiv 1707.01825; reference figures in docs/method.md).
SCORE_DIGITS = 3


def has_gap_rate(group: GroupMeasure) -> bool:
    """Say whether a group's false-negative rate may take part in a gap.

    Parameters
    ----------
    group : GroupMeasure
        Exact measures.

    Returns
    -------
    bool
        True if at least 10 positives are inside the capacity and 10 outside.
    """
    return may_show(*_counts(group.false_negative_rate, group.positives))


def publish(scorecard: Scorecard) -> Scorecard:
    """Make the form of a scorecard that may leave.

    Rates are computed again from counts rounded to five, intervals are rounded
    to two decimals and other metrics to three, small cells and what gives them
    away are emptied, and replicates are dropped.

    Parameters
    ----------
    scorecard : Scorecard
        Exact values.

    Returns
    -------
    Scorecard
        For teams and visitors; it cannot be ranked.
    """
    groups = _publish_groups(scorecard.groups)
    return replace(
        scorecard.without_replicates(),
        rows=round_count(scorecard.rows),
        positives=round_count(scorecard.positives),
        metrics=_publish_metrics(scorecard),
        groups=groups,
        gaps=_publish_gaps(scorecard, groups),
        areas=_publish_areas(scorecard.areas),
        area_recall=_publish_rate(scorecard.area_recall, scorecard.positives),
        policy=_publish_verdict(scorecard.policy, groups),
    )


def released(exact: Estimate) -> Estimate:
    """Round a score of hidden rows to what may be shown.

    Parameters
    ----------
    exact : Estimate
        As it was measured.

    Returns
    -------
    Estimate
        Value and interval with three decimals.

    Examples
    --------
    >>> released(Estimate(0.09364863757, 0.0822264921, 0.1040237260))
    Estimate(value=0.094, low=0.082, high=0.104)
    """
    ends = (exact.low, exact.high)
    low, high = (None if end is None else _rounded(end) for end in ends)
    return Estimate(_rounded(exact.value), low, high)


def _rounded(value: float) -> float:
    # Adding 0 turns the -0.0 of a tiny loss into plain 0.
    return round(value, SCORE_DIGITS) + 0.0


def _counts(rate: Estimate | None, total: int | None) -> Counts:
    """Numerator and complement of a rate."""
    if rate is None or total is None:
        return 0.0, 0.0
    return rate.value * total, (1 - rate.value) * total


def _classes(measure: GroupMeasure | AreaMeasure) -> Counts:
    """Positive and negative rows."""
    rows, positives = measure.rows or 0, measure.positives or 0
    return positives, rows - positives


def _publish_rate(
    rate: Estimate | None, total: int | None, *, hidden: bool = False
) -> Estimate | None:
    counts = _counts(rate, total)
    if rate is None or hidden or not may_show(*counts):
        return None
    return _coarse(rate, round_count(counts[0]) / round_count(sum(counts)))


def _coarse(exact: Estimate, value: float) -> Estimate:
    """Put a rounded value inside its interval, rounded outwards."""
    if exact.low is None or exact.high is None:
        return Estimate(value)
    low, high = math.floor(100 * exact.low) / 100, math.ceil(100 * exact.high) / 100
    return Estimate(value, min(low, value), max(high, value))


def _publish_metrics(scorecard: Scorecard) -> dict[str, Estimate]:
    recall = _publish_rate(scorecard.metrics[RECALL], scorecard.positives)
    rounded = {name: released(exact) for name, exact in scorecard.metrics.items()}
    return rounded | {RECALL: recall or Estimate(math.nan)}


def _publish_groups(groups: Sequence[GroupMeasure]) -> tuple[GroupMeasure, ...]:
    return tuple(
        group
        for _, margin in groupby(groups, key=lambda group: group.attribute)
        for group in _publish_margin(list(margin))
    )


def _publish_margin(margin: Sequence[GroupMeasure]) -> Iterator[GroupMeasure]:
    """Publish the levels of one attribute; each rate is a margin of its own."""
    gone = hidden_cells([_classes(group) for group in margin])
    selected = [_counts(group.selection_rate, group.rows) for group in margin]
    missed = [_counts(group.false_negative_rate, group.positives) for group in margin]
    for group, suppressed, no_selection, no_missed in zip(
        margin,
        gone,
        hidden_cells(selected, gone),
        hidden_cells(missed, gone),
        strict=True,
    ):
        if suppressed:
            yield GroupMeasure(
                group.attribute, group.level, None, None, suppressed=True
            )
        else:
            yield replace(
                _publish_counts(group),
                selection_rate=_publish_rate(
                    group.selection_rate, group.rows, hidden=no_selection
                ),
                false_negative_rate=_publish_rate(
                    group.false_negative_rate, group.positives, hidden=no_missed
                ),
            )


def _publish_counts(group: GroupMeasure) -> GroupMeasure:
    """Round what needs no margin: counts, observed / expected and AUROC."""
    positives, negatives = _classes(group)
    ratio, auroc = group.observed_expected, group.auroc
    observed = round_count(positives)
    expected = round_count(positives / ratio.value) if ratio else 0
    return replace(
        group,
        rows=round_count(positives + negatives),
        positives=observed,
        observed_expected=_coarse(ratio, observed / expected)
        if ratio and expected
        else None,
        auroc=_coarse(auroc, round(auroc.value, 2)) if auroc else None,
    )


def _publish_gaps(
    scorecard: Scorecard, published: Sequence[GroupMeasure]
) -> dict[str, Estimate]:
    """Publish a gap only where every rate that it was taken from is shown."""
    taken = {
        (group.attribute, group.level)
        for group in scorecard.groups
        if has_gap_rate(group)
    }
    shown = {
        (group.attribute, group.level): group.false_negative_rate.value
        for group in published
        if group.false_negative_rate
    }
    gaps = {}
    for attribute, gap in scorecard.gaps.items():
        cells = [cell for cell in taken if cell[0] == attribute]
        if cells and all(cell in shown for cell in cells):
            rates = [shown[cell] for cell in cells]
            gaps[attribute] = _coarse(gap, max(rates) - min(rates))
    return gaps


def _publish_areas(areas: Sequence[AreaMeasure]) -> tuple[AreaMeasure, ...]:
    return tuple(
        AreaMeasure(
            area.name, None, None, expected=None, observed=None, suppressed=True
        )
        if hidden or area.expected is None
        else AreaMeasure(
            area.name,
            rows=round_count(sum(_classes(area))),
            positives=round_count(_classes(area)[0]),
            expected=round(area.expected, 3),
            observed=_publish_rate(area.observed, area.rows),
        )
        for area, hidden in zip(
            areas, hidden_cells([_classes(area) for area in areas]), strict=True
        )
    )


def _publish_verdict(
    verdict: Verdict | None, published: Sequence[GroupMeasure]
) -> Verdict | None:
    """Keep the state, and the findings on groups that are shown."""
    if verdict is None:
        return None
    shown = {(group.attribute, group.level): group for group in published}
    return replace(
        verdict,
        findings=tuple(
            _publish_finding(finding, group.observed_expected)
            for finding in verdict.findings
            if (group := shown[finding.attribute, finding.level]).observed_expected
        ),
    )


def _publish_finding(finding: Finding, ratio: Estimate) -> Finding:
    exact = Estimate(ratio.value, finding.low, finding.high)
    coarse = _coarse(exact, ratio.value)
    return replace(
        finding,
        positives=round_count(finding.positives),
        value=coarse.value,
        low=coarse.low,
        high=coarse.high,
        power=round(finding.power, 2),
    )
