"""What may leave of one scorecard: small cells emptied, counts rounded."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from leaderboard.disclosure.curves import publish_curves
from leaderboard.disclosure.findings import publish_verdict
from leaderboard.disclosure.hiding import Hidden, hide
from leaderboard.disclosure.margins import empty_cells, read_margins
from leaderboard.disclosure.rounding import released, rounded_share, spread
from leaderboard.disclosure.suppression import (
    Counts,
    hidden_cells,
    may_show,
    round_count,
)
from leaderboard.estimates import Estimate
from leaderboard.metrics import METRICS, RECALL
from leaderboard.records import AreaMeasure, GroupMeasure, Scorecard
from leaderboard.rows import Vector

PRECISION = "precision_at_capacity"
NET_BENEFIT = "net_benefit"


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
    return may_show(*_sides(group.false_negative_rate, group.positives))


def publish(
    scorecard: Scorecard, *, live: bool = True, curves: bool = False
) -> Scorecard:
    """Make the form of a scorecard that may leave.

    Rates are computed again from counts rounded to five, their intervals widen to
    the same steps, other metrics have at most three decimals. Small cells and what
    gives them away are emptied: see `leaderboard.disclosure.hiding`. What is not
    named here, such as replicates, does not leave.

    Parameters
    ----------
    scorecard : Scorecard
        Exact values.
    live : bool
        Whether the challenge is still running: log loss then stays in too, since it
        is the metric that tells most about single labels.
    curves : bool
        Whether its curves leave too: only for practice rows, whose labels teams have.

    Returns
    -------
    Scorecard
        For teams and visitors; it cannot be ranked.

    References
    ----------
    Whitehill (2017), arXiv 1707.01825, for log loss.
    """
    groups, hidden = _hide(scorecard)
    published = tuple(_publish_groups(groups, hidden))
    return Scorecard(
        rows=round_count(scorecard.rows),
        positives=round_count(scorecard.positives),
        clusters=scorecard.clusters,
        capacity=scorecard.capacity,
        metrics=_publish_metrics(scorecard, hidden, live=live),
        groups=published,
        gaps=_publish_gaps(scorecard, published),
        areas=_publish_areas(scorecard.areas),
        area_recall=_publish_rate(scorecard.area_recall, scorecard.positives),
        policy=publish_verdict(scorecard.policy, published),
        degenerate=scorecard.degenerate,
        curves=publish_curves(
            scorecard.curves if curves else None,
            rows=scorecard.rows,
            positives=scorecard.positives,
        ),
    )


def _hide(scorecard: Scorecard) -> tuple[list[GroupMeasure], Hidden]:
    """All groups, with the combinations that nobody has, and what stays in."""
    keys = [(group.attribute, group.level) for group in scorecard.groups]
    nobody = [GroupMeasure(*key, 0, 0) for key in empty_cells(keys)]
    order = [*dict.fromkeys(name for name, _ in keys)]
    groups = sorted(
        (*scorecard.groups, *nobody), key=lambda group: order.index(group.attribute)
    )
    margins = read_margins([(group.attribute, group.level) for group in groups])
    counts = np.array([_kinds(group) for group in groups]).reshape(-1, 4)
    return groups, hide(margins, counts, _all_kinds(scorecard))


def _kinds(group: GroupMeasure) -> Vector:
    """Found and missed positives, and negatives inside and outside the capacity."""
    positives, negatives = _classes(group)
    missed, found = _sides(group.false_negative_rate, group.positives)
    selected, _ = _sides(group.selection_rate, group.rows)
    # Adding up shares of a tie may leave a rounding below 0.
    inside = max(selected - found, 0.0)
    return np.array([positives - missed, missed, inside, negatives - inside])


def _all_kinds(scorecard: Scorecard) -> Vector:
    """Count the same of all rows; nobody found where the recall is not known."""
    found, _ = _sides(scorecard.metrics[RECALL], scorecard.positives)
    inside = scorecard.capacity * scorecard.rows - found
    negatives = scorecard.rows - scorecard.positives
    return np.array([found, scorecard.positives - found, inside, negatives - inside])


def _sides(rate: Estimate | None, total: float | None) -> Counts:
    """Numerator and complement of a rate."""
    if rate is None or total is None or math.isnan(rate.value):
        return 0.0, 0.0
    return rate.value * total, (1 - rate.value) * total


def _classes(measure: GroupMeasure | AreaMeasure) -> Counts:
    """Positive and negative rows."""
    rows, positives = measure.rows or 0, measure.positives or 0
    return positives, rows - positives


def _publish_rate(rate: Estimate | None, total: float | None) -> Estimate | None:
    numerator, complement = _sides(rate, total)
    if rate is None or not may_show(numerator, complement):
        return None
    rounded = round_count(numerator + complement)
    return spread(rate, round_count(numerator) / rounded, rows=rounded)


def _publish_metrics(
    scorecard: Scorecard, hidden: Hidden, *, live: bool
) -> Mapping[str, Estimate]:
    exact = {
        name: estimate
        for name, estimate in scorecard.metrics.items()
        if not live or (name in METRICS and METRICS[name].live)
    }
    published = {name: released(estimate) for name, estimate in exact.items()}
    selected = scorecard.capacity * scorecard.rows
    totals = {RECALL: scorecard.positives, PRECISION: selected}
    for name in exact.keys() & totals.keys():
        rate = None if hidden.overall else _publish_rate(exact[name], totals[name])
        published[name] = rate or Estimate(math.nan)
    if NET_BENEFIT in exact and scorecard.rows:
        # It counts rows too: those found, less the price of the others.
        count = round_count(exact[NET_BENEFIT].value * scorecard.rows)
        value = count / round_count(scorecard.rows)
        published[NET_BENEFIT] = released(replace(exact[NET_BENEFIT], value=value))
    return published


def _publish_groups(
    groups: Sequence[GroupMeasure], hidden: Hidden
) -> Iterator[GroupMeasure]:
    for group, gone, no_missed, no_selection in zip(
        groups, hidden.groups, hidden.missed, hidden.selection, strict=True
    ):
        if gone:
            yield GroupMeasure(
                group.attribute, group.level, None, None, suppressed=True
            )
        else:
            missed = None if no_missed else group.false_negative_rate
            selection = None if no_selection else group.selection_rate
            yield replace(
                _publish_sizes(group),
                false_negative_rate=_publish_rate(missed, group.positives),
                selection_rate=_publish_rate(selection, group.rows),
            )


def _publish_sizes(group: GroupMeasure) -> GroupMeasure:
    """Round what says nothing about who is selected."""
    ratio = group.observed_expected
    observed = round_count(group.positives or 0)
    expected = _expected(group)
    return GroupMeasure(
        group.attribute,
        group.level,
        rows=round_count(group.rows or 0),
        positives=observed,
        observed_expected=spread(ratio, observed / expected, rows=expected)
        if ratio and expected
        else None,
        auroc=_share(group.auroc),
        brier=_share(group.brier),
        bpsn=_share(group.bpsn),
        bnsp=_share(group.bnsp),
    )


def _expected(group: GroupMeasure) -> int:
    ratio = group.observed_expected
    if not ratio or not ratio.value > 0:
        return 0
    return round_count((group.positives or 0) / ratio.value)


def _share(exact: Estimate | None) -> Estimate | None:
    return rounded_share(exact) if exact else None


def _publish_gaps(
    scorecard: Scorecard, published: Sequence[GroupMeasure]
) -> dict[str, Estimate]:
    """Publish a gap only where every rate that it was taken from is shown."""
    shown = {(group.attribute, group.level): group for group in published}
    gaps = {}
    for attribute, gap in scorecard.gaps.items():
        taken = [
            shown[attribute, group.level]
            for group in scorecard.groups
            if group.attribute == attribute and has_gap_rate(group)
        ]
        rates = [g.false_negative_rate.value for g in taken if g.false_negative_rate]
        if rates and len(rates) == len(taken):
            fewest = min(group.positives or 0 for group in taken)
            gaps[attribute] = spread(gap, max(rates) - min(rates), rows=fewest)
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
