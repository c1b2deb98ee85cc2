"""Submissions over HTTP: hand in, watch, choose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from challenge.errors import NotFoundError
from challenge.records import Principal, Role, State, Submission
from challenge.rules import picks
from challenge.rules.waiting import Waiting, waiting
from challenge.web.access import Deployment, Here, Person
from challenge.web.feedback import Feedback, feedback, feedback_document
from challenge.web.fleet import find_fleet
from challenge.web.keys import take_in
from challenge.web.progress import repeats_document, waiting_document, waiting_words
from challenge.web.upload import UPLOAD_FORM, intake_of

router = APIRouter(prefix="/api/submissions", tags=["submissions"])
# An auditor reads what an organiser reads.
DESK = frozenset({Role.ORGANISER, Role.AUDITOR})


class PickForm(BaseModel):
    """What counts at the end."""

    choice: int = Field(default=1, description="1 for the first, 2 for the second.")


class DisqualifyForm(BaseModel):
    """Why a submission does not count any more."""

    reason: str = Field(description="1 to 500 characters, for its team to read.")


@router.post("", status_code=202, openapi_extra=UPLOAD_FORM)
async def submit(
    here: Here, team: Person, request: Request, response: Response
) -> dict[str, Any]:
    """Hand in a bundle, once for each Idempotency-Key; follow it at its Location.

    A bundle that used up a score before is taken again and uses up another one;
    `same_as` then has the number of the first time.
    """
    submission = await take_in(request, intake_of(request, here, team), team)
    response.headers["Location"] = f"/api/submissions/{submission.id}"
    return await run_in_threadpool(submission_document, here, submission, reader=team)


@router.get("")
def submissions(here: Here, person: Person) -> list[dict[str, Any]]:
    """List your submissions, newest first; an organiser sees all, oldest first."""
    with here.database.read() as unit:
        if person.role in DESK:
            found = unit.submissions.all()
        else:
            found = unit.submissions.of_team(person.id)
    return submission_documents(here, found, reader=person)


@router.get("/{submission_id}")
def submission(here: Here, person: Person, submission_id: str) -> dict[str, Any]:
    """Tell where one submission is, why it was refused, or what it changed."""
    found = find_submission(here, person, submission_id)
    return submission_document(here, found, reader=person)


@router.put("/{submission_id}/final")
def pick_final(
    here: Here, team: Person, submission_id: str, form: PickForm
) -> dict[str, Any]:
    """Let a submission of yours count at the end: 1 the first, 2 if that falls away."""
    return _pick(here, team, submission_id, form.choice)


@router.delete("/{submission_id}/final")
def unpick_final(here: Here, team: Person, submission_id: str) -> dict[str, Any]:
    """Take that back; without picks the one on the board counts."""
    return _pick(here, team, submission_id, None)


@router.put("/{submission_id}/disqualification")
def disqualify(
    here: Here, person: Person, submission_id: str, form: DisqualifyForm
) -> dict[str, Any]:
    """Let a submission not count any more, with the reason that its team reads."""
    return _disqualify(here, person, submission_id, form.reason)


@router.delete("/{submission_id}/disqualification")
def reinstate(here: Here, person: Person, submission_id: str) -> dict[str, Any]:
    """Let it count again."""
    return _disqualify(here, person, submission_id, None)


def _pick(
    here: Deployment, team: Principal, submission_id: str, choice: int | None
) -> dict[str, Any]:
    name, now = here.release.name, datetime.now(UTC)
    with here.database.begin() as unit:
        chosen = picks.pick(
            unit, here.brief, team, submission_id, choice=choice, release=name, now=now
        )
        counts = picks.counting(unit, name).get(team.id)
    return {
        "first": chosen.get(1),
        "second": chosen.get(2),
        "counts": counts.submission_id if counts else None,
        "why": counts.why if counts else None,
    }


def _disqualify(
    here: Deployment, person: Principal, submission_id: str, reason: str | None
) -> dict[str, Any]:
    now = datetime.now(UTC)
    with here.database.begin() as unit:
        picks.disqualify(unit, submission_id, reason=reason, by=person.name, now=now)
    return {"id": submission_id, "disqualified": reason}


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
    if found is None or not (mine or person.role in DESK):
        raise NotFoundError("submission", submission_id)
    return found


def find_places(
    here: Deployment, submissions: Sequence[Submission]
) -> dict[str, Waiting]:
    """Find the place in the queue of those that wait.

    Parameters
    ----------
    here : Deployment
        The running server.
    submissions : sequence of Submission
        Which ones.

    Returns
    -------
    dict of str to Waiting
        By id; empty if none of them waits, which costs no look at the queue.
    """
    if all(one.state is not State.QUEUED for one in submissions):
        return {}
    with here.database.read() as unit:
        return waiting(unit, here.release.name, now=datetime.now(UTC))


def waits_in_words(
    here: Deployment, submissions: Sequence[Submission], language: str
) -> dict[str, str]:
    """Say of those that wait which place they have, by id."""
    places = find_places(here, submissions)
    return {key: waiting_words(place, language) for key, place in places.items()}


def find_usage(here: Deployment, submission: Submission) -> dict[str, int | None]:
    """Find what a scored submission used, in steps that cannot spell a row.

    Parameters
    ----------
    here : Deployment
        The running server.
    submission : Submission
        Which one.

    Returns
    -------
    dict
        ``{"cpu_seconds", "memory_mib"}``, powers of two; None as long as it has no
        score.
    """
    nothing: dict[str, int | None] = {"cpu_seconds": None, "memory_mib": None}
    if submission.state is not State.SCORED:
        return nothing
    with here.database.read() as unit:
        result = unit.results.get(submission.id)
    if result is None:
        return nothing
    return {"cpu_seconds": result.cpu_seconds, "memory_mib": result.memory_mib}


def submission_document(
    here: Deployment, submission: Submission, *, reader: Principal
) -> dict[str, Any]:
    """Say about one submission what its reader may know; more than in a list."""
    [document] = submission_documents(here, [submission], reader=reader)
    with here.database.read() as unit:
        before = unit.submissions.same_before(submission)
    same_as = {"same_as": before.number if before else None}
    return document | find_usage(here, submission) | same_as


def submission_documents(
    here: Deployment, submissions: Sequence[Submission], *, reader: Principal
) -> list[dict[str, Any]]:
    """Say about submissions what their reader may know."""
    places = find_places(here, submissions)
    told = feedback(here, submissions, reader=reader)
    shared = {"isolation": find_fleet(here).isolation}
    with here.database.read() as unit:
        gone = unit.picks.disqualified(here.release.name)
        chosen = unit.picks.all(here.release.name).values()
    ranks = {key: rank for by_rank in chosen for rank, key in by_rank.items()}
    return [
        _document(one, places.get(one.id), told.get(one.id))
        | {"pick": ranks.get(one.id), "disqualified": gone.get(one.id)}
        | shared
        for one in submissions
    ]


def _document(
    submission: Submission, place: Waiting | None, told: Feedback | None
) -> dict[str, Any]:
    return {
        "id": submission.id,
        "number": submission.number,
        "team": submission.team,
        "sources": submission.sources,
        "title": submission.title,
        "note": submission.note,
        "baseline": submission.baseline,
        "proof_only": submission.proof_only,
        "state": submission.state,
        "stage": submission.stage,
        **waiting_document(place),
        "warnings": submission.warnings,
        "reason": submission.reason,
        "message": submission.message,
        "hint": submission.hint,
        "log": submission.log,
        "repeats": repeats_document(submission.repeat_difference),
        "bundle_sha256": submission.bundle_sha256,
        "created_at": submission.created_at,
        "updated_at": submission.updated_at,
        **feedback_document(told),
    }
