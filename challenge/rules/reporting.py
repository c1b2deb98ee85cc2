"""The numbers of a report, row by row: all that its pictures are drawn from."""

from __future__ import annotations

import math
from collections.abc import Iterator

from leaderboard import Scorecard
from leaderboard.curves import Curves
from leaderboard.estimates import Estimate

COLUMNS = ("what", "group", "measure", "value", "low", "high")
_IN_GROUPS = ("observed_expected", "false_negative_rate", "auroc", "selection_rate")

Line = tuple[str, str, str, float | None, float | None, float | None]


def report_rows(card: Scorecard) -> Iterator[Line]:
    """List every number that a report shows.

    Parameters
    ----------
    card : Scorecard
        As its reader may see it: what is suppressed in it stays empty here.

    Yields
    ------
    tuple
        As `COLUMNS` says. Of a curve, `group` is where on the axis it is.
    """
    for name, estimate in card.metrics.items():
        yield ("all", "", name, *_cells(estimate))
    for attribute, gap in card.gaps.items():
        yield ("gap", attribute, "false_negative_rate", *_cells(gap))
    for group in card.groups:
        for name in _IN_GROUPS:
            cells = _cells(getattr(group, name))
            yield (group.attribute, group.level, name, *cells)
    for area in card.areas:
        yield ("area", area.name, "expected", area.expected, None, None)
        yield ("area", area.name, "observed", *_cells(area.observed))
    if card.area_recall:
        yield ("area", "", "area_recall", *_cells(card.area_recall))
    if card.curves:
        yield from _curve_rows(card.curves)


def _curve_rows(curves: Curves) -> Iterator[Line]:
    for name, points in (("model", curves.roc), ("reference", curves.reference_roc)):
        for wrong, recognised in points:
            yield (f"roc {name}", f"{wrong:g}", "recognised", recognised, None, None)
    for part in curves.bins:
        yield ("calibration", f"{part.expected:g}", "observed", *_cells(part.observed))
    for step in curves.decision:
        place = f"{step.threshold:g}"
        yield ("decision model", place, "net_benefit", *_cells(step.model))
        yield ("decision everyone", place, "net_benefit", step.everyone, None, None)
        if step.reference is not None:
            told = step.reference
            yield ("decision reference", place, "net_benefit", told, None, None)
    for site in curves.sites:
        yield ("site", site.name, "auroc", *_cells(site.estimate))


def _cells(
    estimate: Estimate | None,
) -> tuple[float | None, float | None, float | None]:
    if estimate is None or math.isnan(estimate.value):
        return (None, None, None)
    return (estimate.value, estimate.low, estimate.high)
