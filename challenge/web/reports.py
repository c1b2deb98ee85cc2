"""The full report of one submission, beside another one, and as a sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Literal

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from challenge.records import Principal, Role, Submission
from challenge.rules.phases import current_phase, may_pitch
from challenge.rules.reporting import COLUMNS, report_rows
from challenge.rules.sheet import write_sheet
from challenge.rules.source_values import SourceValue, source_value
from challenge.store.interpretations import Interpretation
from challenge.synthesis.scoring import group_labels
from challenge.web.access import Deployment, Here, Person
from challenge.web.board import source_words
from challenge.web.comparisons import Comparison, compare, others_of
from challenge.web.pages import choose_language, page
from challenge.web.scorecards import final_scorecard, find_scorecard
from challenge.web.sheets import sheet_response
from challenge.web.submissions import find_submission
from leaderboard import Scorecard
from leaderboard.estimates import Estimate
from leaderboard.pages import ScorecardView, scorecard_fragment

router = APIRouter(include_in_schema=False)
Kind = Literal["practice", "board", "final"]


@dataclass(frozen=True, slots=True)
class ReportView:
    """One scorecard, and what stands around it.

    Attributes
    ----------
    submission : Submission
        Whose report.
    sources : str
        What its team had to work with; empty where all teams had the same.
    draw : callable
        Takes what stands beside the first picture, and gives the whole report.
    others : list of Submission
        With which it can be compared, newest first.
    beside : Comparison or None
        With what it is compared.
    has_reference : bool
        Whether it can be compared with the reference model.
    worth : SourceValue or None
        What its team's sources add.
    reach : Estimate or None
        How well the submission tells apart: AUROC, in [0, 1].
    note : Interpretation or None
        What the team says it means; None where the reader is not to see that here.
    writes : bool
        Whether the reader may change that note now.
    rows : {"practice", "board", "final"}
        Which rows these are.
    has_final : bool
        Whether there is a report of the final rows, too.
    """

    template: ClassVar[str] = "team/scorecard.html"

    submission: Submission
    sources: str
    draw: Callable[[Markup], Markup]
    others: list[Submission]
    beside: Comparison | None
    has_reference: bool
    worth: SourceValue | None
    reach: Estimate | None
    note: Interpretation | None
    writes: bool
    rows: Kind
    has_final: bool


@router.get("/submissions/{submission_id}/scorecard")
def scorecard(
    request: Request,
    here: Here,
    person: Person,
    submission_id: str,
    rows: Literal["final"] | None = None,
) -> Response:
    """Show a scorecard: practice rows for a team, board rows for the organiser.

    Of what counts there is one of the final rows, too, once all is closed.
    """
    found = find_submission(here, person, submission_id)
    card, kind = find_scorecard(here, person, submission_id, rows=rows)
    language = choose_language(request)
    shown = ScorecardView(
        scorecard=card,
        team=found.team,
        title=found.title,
        rows_kind=kind,
        language=language,
        labels=group_labels(here.brief, language),
    )
    # Final rows stand alone: what others reached there is not this reader's.
    wanted = "" if rows else request.query_params.get("with", "")
    note, writes = _note(here, person)
    view = ReportView(
        submission=found,
        sources=source_words(here.brief, found.sources, language),
        draw=partial(_draw, shown),
        others=[] if rows else others_of(here, found),
        beside=compare(here, person, found, card, wanted) if wanted else None,
        has_reference=_has_reference(card),
        worth=source_value(here.release, here.brief, found.sources),
        reach=card.metrics.get("auroc"),
        note=note,
        writes=writes,
        rows=kind,
        has_final=final_scorecard(here, person, submission_id) is not None,
    )
    return page(request, view, reader=person)


@router.get("/submissions/{submission_id}/scorecard.csv")
def sheet(
    request: Request,
    here: Here,
    person: Person,
    submission_id: str,
    rows: Literal["final"] | None = None,
) -> Response:
    """Give the numbers of a scorecard as a sheet, with points for decimals."""
    card, kind = find_scorecard(here, person, submission_id, rows=rows)
    lines = [(kind, *line) for line in report_rows(card)]
    text = write_sheet(("rows", *COLUMNS), lines, language=choose_language(request))
    return sheet_response(text, f"scorecard-{submission_id}.csv")


def _draw(view: ScorecardView, beside: Markup) -> Markup:
    drawn = scorecard_fragment(replace(view, beside=beside))
    return Markup(drawn)  # noqa: S704 - autoescaped already


def _note(here: Deployment, person: Principal) -> tuple[Interpretation | None, bool]:
    """Find a team's own note, and whether it may still change."""
    if person.role is not Role.TEAM:
        return None, False
    with here.database.read() as unit:
        stored = unit.interpretations.get(person)
        return stored, may_pitch(current_phase(unit, here.brief))


def _has_reference(card: Scorecard) -> bool:
    return card.curves is not None and card.curves.reference_auroc is not None
