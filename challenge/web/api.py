"""The JSON interface: parse, ask a rule, answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from challenge.errors import NotFoundError
from challenge.records import Principal, Role, Submission
from challenge.rules import judging
from challenge.rules.intake import Intake
from challenge.rules.sources import features_of, label_of, source_of
from challenge.web.access import (
    Anybody,
    Deployment,
    Here,
    Juror,
    Organiser,
    Team,
    Visitor,
    audience_of,
)
from challenge.web.board import board_document, current_standings
from challenge.web.feedback import Feedback, feedback, feedback_document
from challenge.web.handouts import files_for, terms_document
from challenge.web.upload import UPLOAD_FORM, read_upload
from leaderboard import RowSet, Scorecard
from leaderboard.readers import Form, form_for

router = APIRouter(prefix="/api", tags=["challenge"])


class PitchForm(BaseModel):
    """A pitch as a team sends it."""

    title: str = Field(description="1 to 200 characters.")
    text: str = Field(description="1 to 10,000 characters.")


class BallotForm(BaseModel):
    """A ballot as a juror sends it."""

    points: dict[str, int] = Field(
        default_factory=dict, description="Criterion to points, 1 to 5."
    )
    recused: bool = Field(
        default=False, description="You do not judge this team; then without points."
    )
    note: str = Field(
        default="", description="For the team; why you are recused is not told them."
    )


@router.get("/challenge")
def challenge(here: Here, reader: Visitor) -> dict[str, Any]:
    """Describe the challenge, the reader's source set, and the files that they get."""
    brief, manifest = here.brief, here.release.manifest
    source = source_of(reader, brief)
    return {
        "slug": brief.slug,
        "title": brief.title.model_dump(),
        "question": brief.question.model_dump(),
        "target": brief.target.model_dump(mode="json"),
        "capacity": brief.capacity,
        "quota": brief.quota.model_dump(),
        "rubric": [criterion.model_dump() for criterion in brief.rubric],
        "jury": brief.jury.model_dump(),
        "features": list(brief.feature_names),
        "sources": source_document(here, source),
        "upload_limit_mib": here.settings.upload_limit_mib,
        "release": {
            "version": here.release.version,
            "rehearsal": manifest.rehearsal,
            "seed_commitment": manifest.seed_commitment,
            "files": here.release.checksums_of(files_for(here, reader)),
        },
        "terms": terms_document(here, reader),
    }


@router.post("/submissions", status_code=202, openapi_extra=UPLOAD_FORM)
async def submit(
    here: Here, team: Team, request: Request, response: Response
) -> dict[str, Any]:
    """Hand in a bundle; follow it at the Location that comes back."""
    intake = Intake(
        database=here.database,
        brief=here.brief,
        release=here.release.name,
        shelf=here.settings.home / "bundles",
        limit_mib=here.settings.upload_limit_mib,
        closed=here.closed,
    )
    async with read_upload(request, intake, team) as (file, note):
        submission = await run_in_threadpool(
            intake.receive, file, team=team, note=note, now=datetime.now(UTC)
        )
    response.headers["Location"] = f"/api/submissions/{submission.id}"
    return submission_documents(here, [submission], reader=team)[0]


@router.get("/submissions")
def submissions(here: Here, person: Anybody) -> list[dict[str, Any]]:
    """List your submissions, newest first; an organiser sees all, oldest first."""
    with here.database.read() as unit:
        if person.role is Role.ORGANISER:
            found = unit.submissions.all()
        else:
            found = unit.submissions.of_team(person.id)
    return submission_documents(here, found, reader=person)


@router.get("/submissions/{submission_id}")
def submission(here: Here, person: Anybody, submission_id: str) -> dict[str, Any]:
    """Tell where one submission is, why it was refused, or what it changed."""
    found = find_submission(here, person, submission_id)
    return submission_documents(here, [found], reader=person)[0]


@router.get("/submissions/{submission_id}/scorecard")
def scorecard(here: Here, person: Anybody, submission_id: str) -> dict[str, Any]:
    """Give the scorecard: practice rows for a team, exact board rows for organisers."""
    card, kind = find_scorecard(here, person, submission_id)
    return {"rows": kind, "scorecard": json.loads(card.to_json())}


@router.get("/board")
def board(
    here: Here,
    reader: Visitor,
    set: Literal["board", "final", "external"] = "board",
) -> dict[str, Any]:
    """Give the ranked board with the same fields as the page."""
    if set != "board":
        raise NotFoundError("board of set", set)
    return board_document(here, current_standings(here), reader=reader)


@router.post("/pitches", status_code=201)
def pitch(here: Here, team: Team, form: PitchForm) -> dict[str, Any]:
    """Keep your team's pitch; sending it again replaces it."""
    with here.database.begin() as unit:
        kept = judging.pitch(
            unit, team, title=form.title, text=form.text, now=datetime.now(UTC)
        )
    return {"team": kept.team, "title": kept.title, "updated_at": kept.updated_at}


@router.get("/ballots")
def ballots(here: Here, person: Organiser) -> list[dict[str, Any]]:
    """List every ballot with points, recusal and note; for the organiser."""
    with here.database.read() as unit:
        found = unit.ballots.ballots()
    return [asdict(ballot) | {"recused": ballot.recused} for ballot in found]


@router.put("/ballots/{team_name}")
def ballot(
    here: Here, juror: Juror, team_name: str, form: BallotForm
) -> dict[str, Any]:
    """Keep your ballot on one team, or that you are recused; again replaces."""
    with here.database.begin() as unit:
        kept = judging.cast(
            unit,
            juror,
            team_name=team_name,
            points=form.points,
            recused=form.recused,
            note=form.note,
            brief=here.brief,
            now=datetime.now(UTC),
        )
    return {
        "team": kept.team,
        "points": kept.points,
        "recused": kept.recused,
        "updated_at": kept.updated_at,
    }


def find_submission(
    here: Deployment, person: Principal, submission_id: str
) -> Submission:
    """Find a submission that this person may see.

    Raises
    ------
    NotFoundError
        If there is none, or it is another team's: the answer does not tell which.
    """
    with here.database.read() as unit:
        found = unit.submissions.get(submission_id)
    mine = found is not None and found.team_id == person.id
    if found is None or not (mine or person.role is Role.ORGANISER):
        raise NotFoundError("submission", submission_id)
    return found


def find_scorecard(
    here: Deployment, person: Principal, submission_id: str
) -> tuple[Scorecard, Literal["practice", "board"]]:
    """Find the scorecard that this person may see of a submission they may see.

    Raises
    ------
    NotFoundError
        If there is no such submission for them, or it has no score.
    """
    find_submission(here, person, submission_id)
    with here.database.read() as unit:
        result = unit.results.get(submission_id)
    if result is None:
        raise NotFoundError("scorecard of submission", submission_id)
    forms = {rows: form_for(audience_of(person), here.phase, rows) for rows in RowSet}
    if forms[RowSet.BOARD] is Form.EXACT:
        return Scorecard.from_json(result.scorecard), "board"
    if forms[RowSet.PRACTICE] is Form.NOTHING:
        raise NotFoundError("scorecard of submission", submission_id)
    # Published when it was scored: small cells have never been stored.
    return Scorecard.from_json(result.practice), "practice"


def source_document(here: Deployment, source: str) -> dict[str, Any]:
    """Say which tables a source set has, and which features they fill."""
    return {
        "name": source,
        "label": label_of(source, here.brief).model_dump(),
        "tables": list(here.brief.tables_of(source)),
        "features": list(features_of(source, here.brief)),
    }


def submission_documents(
    here: Deployment, submissions: Sequence[Submission], *, reader: Principal
) -> list[dict[str, Any]]:
    """Say about submissions what their reader may know."""
    with here.database.read() as unit:
        ahead = [unit.submissions.ahead_of(one) for one in submissions]
    told = feedback(here, submissions, reader=reader)
    return [
        _submission_document(one, before, told.get(one.id))
        for one, before in zip(submissions, ahead, strict=True)
    ]


def _submission_document(
    submission: Submission, ahead: int, told: Feedback | None
) -> dict[str, Any]:
    return {
        "id": submission.id,
        "number": submission.number,
        "team": submission.team,
        "sources": submission.sources,
        "title": submission.title,
        "note": submission.note,
        "baseline": submission.baseline,
        "state": submission.state,
        "stage": submission.stage,
        "ahead": ahead,
        "reason": submission.reason,
        "message": submission.message,
        "hint": submission.hint,
        "log": submission.log,
        "bundle_sha256": submission.bundle_sha256,
        "created_at": submission.created_at,
        "updated_at": submission.updated_at,
        **feedback_document(told),
    }
