"""The full report of one submission, beside another one, and as a sheet."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from challenge.errors import NotFoundError
from challenge.records import Principal, State, Submission
from challenge.rules.sheet import write_sheet
from challenge.web.access import Deployment, Here, Person
from challenge.web.board import group_labels, source_words
from challenge.web.pages import choose_language, page
from challenge.web.sheets import sheet_response
from challenge.web.submissions import find_scorecard, find_submission
from leaderboard import Scorecard
from leaderboard.estimates import Estimate
from leaderboard.pages import ScorecardView, scorecard_fragment

router = APIRouter(include_in_schema=False)
COMPARED = ("scaled_brier", "auroc", "calibration_intercept", "calibration_slope")
COLUMNS = ("rows", "what", "group", "measure", "value", "low", "high")


@dataclass(frozen=True, slots=True)
class ReportView:
    """One scorecard, and what stands around it.

    Attributes
    ----------
    submission : Submission
        Whose report.
    sources : str
        What its team had to work with; empty where all teams had the same.
    fragment : Markup
        Of `leaderboard.pages.scorecard_fragment`.
    others : list of Submission
        With which it can be compared, newest first.
    other : Submission or None
        With which it is compared.
    lines : list of (str, Estimate, Estimate)
        Measure, here and there.
    practice : bool
        Whether these are practice rows.
    """

    template: ClassVar[str] = "team/scorecard.html"

    submission: Submission
    sources: str
    fragment: Markup
    others: list[Submission]
    other: Submission | None
    lines: list[tuple[str, Estimate, Estimate]]
    practice: bool


@router.get("/submissions/{submission_id}/scorecard")
def scorecard(
    request: Request, here: Here, person: Person, submission_id: str
) -> Response:
    """Show a scorecard: practice rows for a team, board rows for the organiser."""
    found = find_submission(here, person, submission_id)
    card, kind = find_scorecard(here, person, submission_id)
    language = choose_language(request)
    drawn = scorecard_fragment(
        ScorecardView(
            scorecard=card,
            team=found.team,
            title=found.title,
            rows_kind=kind,
            language=language,
            labels=group_labels(here.brief, language),
        )
    )
    other: Submission | None = None
    lines: list[tuple[str, Estimate, Estimate]] = []
    if wanted := request.query_params.get("with"):
        other, lines = _compare(here, person, found, card, wanted)
    view = ReportView(
        submission=found,
        sources=source_words(here.brief, found.sources, language),
        fragment=Markup(drawn),  # noqa: S704 - autoescaped already
        others=_others(here, found),
        other=other,
        lines=lines,
        practice=kind == "practice",
    )
    return page(request, view, reader=person)


@router.get("/submissions/{submission_id}/scorecard.csv")
def sheet(request: Request, here: Here, person: Person, submission_id: str) -> Response:
    """Give the numbers of a scorecard as a sheet, with points for decimals."""
    card, kind = find_scorecard(here, person, submission_id)
    rows = [(kind, *row) for row in _rows(card)]
    text = write_sheet(COLUMNS, rows, language=choose_language(request))
    return sheet_response(text, f"scorecard-{submission_id}.csv")


def _compare(
    here: Deployment,
    person: Principal,
    found: Submission,
    card: Scorecard,
    wanted: str,
) -> tuple[Submission, list[tuple[str, Estimate, Estimate]]]:
    """Set another report of the same team beside this one."""
    other = find_submission(here, person, wanted)
    if other.team_id != found.team_id or other.release != found.release:
        raise NotFoundError("submission", wanted)
    there, _ = find_scorecard(here, person, wanted)
    return other, [
        (name, card.metrics[name], there.metrics[name])
        for name in COMPARED
        if name in card.metrics and name in there.metrics
    ]


def _others(here: Deployment, found: Submission) -> list[Submission]:
    with here.database.read() as unit:
        mine = unit.submissions.of_team(found.team_id)
    return [
        one
        for one in mine
        if one.state is State.SCORED
        and one.id != found.id
        and one.release == found.release
    ]


def _rows(card: Scorecard) -> Iterator[tuple[object, ...]]:
    """List every number that the report shows."""
    for name, estimate in card.metrics.items():
        yield ("all", "", name, *_cells(estimate))
    for attribute, gap in card.gaps.items():
        yield ("gap", attribute, "false_negative_rate", *_cells(gap))
    for group in card.groups:
        for name in ("observed_expected", "false_negative_rate", "auroc"):
            cells = _cells(getattr(group, name))
            yield (group.attribute, group.level, name, *cells)


def _cells(estimate: Estimate | None) -> tuple[float | None, ...]:
    if estimate is None or math.isnan(estimate.value):
        return (None, None, None)
    return (estimate.value, estimate.low, estimate.high)
