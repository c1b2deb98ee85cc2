"""The scorecard of one submission, as much of it as its reader may see."""

from __future__ import annotations

import json
from typing import Any, Literal

from fastapi import APIRouter

from challenge.errors import NotFoundError
from challenge.records import Principal
from challenge.rules.picks import counting
from challenge.rules.standings import read_card
from challenge.web.access import Deployment, Here, Person, audience_of
from challenge.web.submissions import find_submission
from leaderboard import RowSet, Scorecard, publish
from leaderboard.readers import Form, form_for

router = APIRouter(prefix="/api/submissions", tags=["submissions"])


@router.get("/{submission_id}/scorecard")
def scorecard(
    here: Here,
    person: Person,
    submission_id: str,
    rows: Literal["final"] | None = None,
) -> dict[str, Any]:
    """Give the scorecard: practice rows for a team, exact board rows for organisers.

    Of what counts, `rows=final` gives a table of the final rows once all is closed.
    """
    card, kind = find_scorecard(here, person, submission_id, rows=rows)
    return {"rows": kind, "scorecard": json.loads(card.to_json())}


def find_scorecard(
    here: Deployment,
    person: Principal,
    submission_id: str,
    *,
    rows: Literal["final"] | None = None,
) -> tuple[Scorecard, Literal["practice", "board", "final"]]:
    """Find the scorecard that this person may see of a submission they may see.

    Parameters
    ----------
    here : Deployment
        The running server.
    person : Principal
        Who reads.
    submission_id : str
        Which one.
    rows : {"final"}, optional
        Of the final rows, as a table without small cells; default: exact board rows
        where those may leave, else practice rows.

    Returns
    -------
    Scorecard, str
        And the rows that it is of.

    Raises
    ------
    NotFoundError
        If there is no such submission for them, or it has no score.
    """
    find_submission(here, person, submission_id)
    if rows is not None:
        if (final := final_scorecard(here, person, submission_id)) is None:
            raise NotFoundError("final scorecard of submission", submission_id)
        return final, rows
    with here.database.read() as unit:
        result = unit.results.get(submission_id)
    if result is None:
        raise NotFoundError("scorecard of submission", submission_id)
    forms = {each: form_for(audience_of(person), here.phase, each) for each in RowSet}
    if forms[RowSet.BOARD] is Form.EXACT:
        return Scorecard.from_json(result.scorecard), "board"
    if forms[RowSet.PRACTICE] is Form.NOTHING:
        raise NotFoundError("scorecard of submission", submission_id)
    # Published when it was scored: small cells have never been stored.
    return Scorecard.from_json(result.practice), "practice"


def final_scorecard(
    here: Deployment, person: Principal, submission_id: str
) -> Scorecard | None:
    """Find what a submission reached on the final rows, once that may leave.

    Parameters
    ----------
    here : Deployment
        The running server.
    person : Principal
        Who may see the submission.
    submission_id : str
        Which one.

    Returns
    -------
    Scorecard or None
        A table without small cells; None before the end, and for one that does not
        count.
    """
    if form_for(audience_of(person), here.phase, RowSet.FINAL) is Form.NOTHING:
        return None
    with here.database.read() as unit:
        if submission_id not in {
            one.submission_id for one in counting(unit, here.release.name).values()
        }:
            return None
        found = unit.finals.all(here.release.name, RowSet.FINAL).get(submission_id)
    return None if found is None else publish(read_card(found.scorecard), live=False)
