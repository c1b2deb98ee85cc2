"""Choose the pictures of a report, and give each its records and its words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from markupsafe import Markup

from leaderboard.charts import (
    Contender,
    Frame,
    Group,
    Measure,
    RocCurve,
    area_table,
    calibration_plot,
    decision_curve,
    forest_plot,
    pareto_plot,
    roc_curve,
    small_multiples,
)
from leaderboard.curves import Curves, Point
from leaderboard.estimates import Estimate
from leaderboard.labels import Labels
from leaderboard.language import Language
from leaderboard.metrics import PRIMARY, RECALL
from leaderboard.pages.figures import Entry
from leaderboard.pages.views import ScorecardView
from leaderboard.records import GroupMeasure, Scorecard

_CHANCE = 0.5  # the AUROC of a coin
_UNKNOWN = Estimate(math.nan)
_NOTHING = Markup()


@dataclass(frozen=True, slots=True)
class CardPictures:
    """All that one scorecard can show; empty where there is nothing to draw.

    Attributes
    ----------
    areas : Markup
        Expected against observed, per municipality.
    calibration, decision, roc : Markup
        The curves.
    forest : Markup
        AUROC per municipality.
    """

    areas: Markup = _NOTHING
    calibration: Markup = _NOTHING
    decision: Markup = _NOTHING
    roc: Markup = _NOTHING
    forest: Markup = _NOTHING


def draw_card(view: ScorecardView, language: Language) -> CardPictures:
    """Draw all that one scorecard can show.

    Parameters
    ----------
    view : ScorecardView
        Without curves only the areas of its scorecard can be drawn.
    language : Language
        Of the page.

    Returns
    -------
    CardPictures
        With ids that start with ``chart-``: one card to a page.
    """
    card, name, practice = view.scorecard, view.team, view.rows_kind == "practice"

    def frame(key: str) -> Frame:
        return Frame(f"chart-{key}", language, practice)

    drawn = CardPictures(areas=draw_areas(card, name, language, practice=practice))
    curves = card.curves
    if curves is None:
        return drawn
    aside = replace(frame("calibration"), beside=view.beside)
    return replace(
        drawn,
        calibration=calibration_plot(
            curves.bins, bars=curves.bars, name=name, frame=aside
        ),
        decision=decision_curve(curves.decision, name=name, frame=frame("decision")),
        roc=_roc(card, curves, name, frame("roc")),
        forest=_forest(curves, frame("forest")) if curves.sites else _NOTHING,
    )


def draw_areas(
    card: Scorecard, name: str, language: Language, *, practice: bool
) -> Markup:
    """Draw expected against observed, per municipality.

    Parameters
    ----------
    card : Scorecard
        Has the municipalities.
    name : str
        The team.
    language : Language
        Of the page.
    practice : bool
        Whether its rows may have been trained on; the picture then says so.

    Returns
    -------
    Markup
        With the id ``chart-areas``; empty where there are none.
    """
    frame = Frame("chart-areas", language, practice)
    return area_table(card.areas, name=name, frame=frame) if card.areas else _NOTHING


def _forest(curves: Curves, frame: Frame) -> Markup:
    return forest_plot(
        curves.sites,
        summary=curves.summary,
        measure=Measure(frame.language.texts["metric_auroc"], 2),
        frame=frame,
        reference=_CHANCE,
        within=(0.0, 1.0),
    )


def _roc(card: Scorecard, curves: Curves, name: str, frame: Frame) -> Markup:
    reference = None
    if curves.reference_auroc is not None:
        area = Estimate(curves.reference_auroc)
        reference = RocCurve(frame.say("reference"), curves.reference_roc, area)
    model = RocCurve(name, curves.roc, card.metrics["auroc"], _at_capacity(card))
    return roc_curve(model, reference=reference, capacity=card.capacity, frame=frame)


def _at_capacity(card: Scorecard) -> Point | None:
    """Find where the capacity leads on the ROC curve; None where it is not shown."""
    recall = card.metrics.get(RECALL, _UNKNOWN).value
    negatives = card.rows - card.positives
    if math.isnan(recall) or not negatives:
        return None
    found = recall * card.positives
    return (card.capacity * card.rows - found) / negatives, recall


class Gap(NamedTuple):
    """The largest difference between groups of one team, and where it is."""

    estimate: Estimate
    where: str


def draw_teams(
    entries: Sequence[Entry], labels: Labels, *, practice: bool = True
) -> Markup:
    """Draw score against the largest difference between groups, over all teams.

    Where cards were judged beside a reference model, the difference is the one in
    excess of the reference model's, which the policy limits.

    Parameters
    ----------
    entries : sequence of Entry
        In the order of the board. A model that tells nobody apart stands in the
        table only: it leaves no group behind and helps nobody.
    labels : Labels
        Words for groups.
    practice : bool
        Whether their rows may have been trained on; the picture then says so.

    Returns
    -------
    Markup
        One ``<figure>``.
    """
    excess = has_excess(entries)
    find = _excess if excess else _raw
    gaps = [
        Gap(_UNKNOWN, "") if entry.card.degenerate else find(entry.card, labels)
        for entry in entries
    ]
    limits = [e.card.policy.policy.limit_gap for e in entries if e.card.policy]
    return pareto_plot(
        [
            Contender(
                entry.name,
                entry.card.metrics.get(PRIMARY, _UNKNOWN),
                gap.estimate,
                entry.own,
                gap.where,
            )
            for entry, gap in zip(entries, gaps, strict=True)
        ],
        frame=Frame("chart-pareto", labels.language, practice),
        limit=limits[0] if excess and limits else None,
        excess=excess,
    )


def has_excess(entries: Sequence[Entry]) -> bool:
    """Tell whether any team was judged beside a reference model.

    Parameters
    ----------
    entries : sequence of Entry
        The teams.

    Returns
    -------
    bool
        False where raw differences are all there is.
    """
    return any(
        finding.excess is not None
        for entry in entries
        if entry.card.policy
        for finding in entry.card.policy.findings
    )


def _excess(card: Scorecard, labels: Labels) -> Gap:
    findings = card.policy.findings if card.policy else ()
    known = [f for f in findings if f.gates and f.excess is not None]
    if not known:
        return Gap(_UNKNOWN, "")
    worst = max(known, key=lambda finding: finding.excess or 0.0)
    return Gap(
        Estimate(worst.excess or 0.0, worst.excess_low, worst.excess_high),
        labels.group(worst.attribute, worst.level),
    )


def _raw(card: Scorecard, labels: Labels) -> Gap:
    if not card.gaps:
        return Gap(_UNKNOWN, "")
    name = max(card.gaps, key=lambda attribute: card.gaps[attribute].value)
    return Gap(card.gaps[name], labels.attribute(name))


def draw_groups(
    entries: Sequence[Entry], labels: Labels, *, practice: bool = True
) -> Markup:
    """Draw who is not recognised in each group, the teams beside each other.

    Parameters
    ----------
    entries : sequence of Entry
        In the order of the board.
    labels : Labels
        Words for groups.
    practice : bool
        Whether their rows may have been trained on; the picture then says so.

    Returns
    -------
    Markup
        One ``<figure>``; a suppressed cell is hatched.
    """
    cells = [{(g.attribute, g.level): g for g in e.card.groups} for e in entries]
    groups = [
        _group([found.get(name) for found in cells], name, labels)
        for name in dict.fromkeys(name for found in cells for name in found)
    ]
    frame = Frame("chart-groups", labels.language, practice)
    return small_multiples(groups, entries, frame=frame)


def _group(
    measures: Sequence[GroupMeasure | None], name: tuple[str, str], labels: Labels
) -> Group:
    language = labels.language
    sizes = next(
        (
            language.texts["missed_counts"].format(
                positives=language.count(m.positives),
                negatives=language.count(m.rows - m.positives),
            )
            for m in measures
            if m and m.rows is not None and m.positives is not None
        ),
        language.texts["suppressed"],
    )
    return Group(
        name=labels.level(*name),
        note=sizes,
        rates=[m.false_negative_rate if m else None for m in measures],
        kind=labels.attribute(name[0]),
    )
