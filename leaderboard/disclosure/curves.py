"""What may leave of curves: every share from counts rounded to five."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from leaderboard.curves import Bar, Bin, Curves, NetBenefit, Point, Site, Summary
from leaderboard.disclosure.rounding import released, rounded_share, spread
from leaderboard.disclosure.suppression import may_show, round_count
from leaderboard.estimates import Estimate


def publish_curves(
    curves: Curves | None, *, rows: int, positives: int
) -> Curves | None:
    """Make the form of curves that may leave.

    Bins and bars hold enough rows as they are traced, and so do the steps of a
    ROC curve; here counts are rounded, and what follows from them.

    Parameters
    ----------
    curves : Curves or None
        Exact.
    rows, positives : int
        Sizes of the set.

    Returns
    -------
    Curves or None
        None for None, and where a class has fewer than 10 rows.
    """
    if curves is None or not may_show(positives, rows - positives):
        return None
    classes = (rows - positives, positives)
    auc = curves.reference_auroc
    return Curves(
        roc=_points(curves.roc, classes),
        bins=tuple(map(_bin, curves.bins)),
        bars=tuple(_bar(bar) for bar in curves.bars),
        decision=tuple(_benefit(b, rows) for b in curves.decision),
        sites=tuple(map(_site, curves.sites)),
        summary=_summary(curves.summary),
        reference_roc=_points(curves.reference_roc, classes),
        reference_auroc=None if auc is None else released(Estimate(auc)).value,
    )


def _points(points: Sequence[Point], classes: tuple[int, int]) -> tuple[Point, ...]:
    """Round both counts behind each point; equal points become one."""
    published = (
        tuple(
            round(round_count(rate * size) / round_count(size), 4)
            for rate, size in zip(point, classes, strict=True)
        )
        for point in points
    )
    return tuple((x, y) for x, y in dict.fromkeys(published))


def _bin(item: Bin) -> Bin:
    if item.rows is None or item.observed is None:
        return replace(item, observed=None, rows=None)
    rows = round_count(item.rows)
    share = round_count(item.observed.value * item.rows) / rows
    return Bin(round(item.expected, 3), spread(item.observed, share, rows=rows), rows)


def _bar(bar: Bar) -> Bar:
    known = bar.rows is not None and may_show(bar.rows, bar.rows)
    return replace(bar, rows=round_count(bar.rows or 0) if known else None)


def _benefit(point: NetBenefit, rows: int) -> NetBenefit:
    """Count rows again: those found, less the price of the others."""
    reference = point.reference
    return NetBenefit(
        threshold=point.threshold,
        model=released(replace(point.model, value=_per_row(point.model.value, rows))),
        everyone=released(Estimate(_per_row(point.everyone, rows))).value,
        reference=None
        if reference is None
        else released(Estimate(_per_row(reference, rows))).value,
    )


def _per_row(benefit: float, rows: int) -> float:
    return round_count(benefit * rows) / round_count(rows)


def _site(site: Site) -> Site:
    return replace(site, estimate=site.estimate and rounded_share(site.estimate))


def _summary(whole: Summary | None) -> Summary | None:
    if whole is None:
        return None
    return replace(
        whole,
        mean=rounded_share(whole.mean),
        prediction=whole.prediction and rounded_share(whole.prediction),
    )
