"""Handing a bundle in with a browser, and watching what becomes of it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from challenge.errors import (
    BundleRefusedError,
    ChallengeError,
    RequestRefusedError,
)
from challenge.records import Principal, Role, Submission
from challenge.rules.intake import NOTE_LENGTH
from challenge.rules.phases import may_upload
from challenge.rules.quota import Left, left_today
from challenge.rules.timeline import phase_for_uploads
from challenge.sandbox.runtime import runtime_packages
from challenge.web.access import Deployment, Here, Person
from challenge.web.feedback import Feedback, feedback, told_from
from challenge.web.pages import choose_language, page, texts
from challenge.web.practice import practice_scores
from challenge.web.progress import repeat_words
from challenge.web.submissions import (
    find_submission,
    find_usage,
    waits_in_words,
)
from challenge.web.tags import unless_known
from challenge.web.upload import AT_THE_DOOR, intake_of, read_upload, typed_note

router = APIRouter(include_in_schema=False)

# What the form is drawn again for, with what was typed.
_REFUSALS = (*AT_THE_DOOR, BundleRefusedError, RequestRefusedError)


@dataclass(frozen=True, slots=True)
class SubmissionsView:
    """A team's submissions, and the form for the next one.

    Attributes
    ----------
    submissions : list of Submission
        Newest first.
    waits : dict of str to str
        Place in the queue in words, by id.
    practice : dict of str to float
        Scores on practice rows, by id.
    python : str
        Version of Python that models run on.
    left : Left or None
        What the team has left today; None for whoever hands nothing in.
    accepts : {"scored", "proof", ""}
        What comes in now.
    limit_mib : int
        Largest bundle.
    note_length : int
        Longest note.
    key : str
        Of the form: sent twice, it is one submission.
    note : str
        As it was typed.
    errors : dict of str to str
        Why the form was refused.
    refused : ChallengeError or None
        The same, with code and remedy, where it is about more than a field.
    """

    template: ClassVar[str] = "team/submissions.html"

    submissions: list[Submission]
    waits: dict[str, str]
    practice: dict[str, float]
    python: str
    left: Left | None
    accepts: str
    limit_mib: int
    key: str
    note_length: int = NOTE_LENGTH
    note: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    refused: ChallengeError | None = None


@dataclass(frozen=True, slots=True)
class SubmissionView:
    """Where one submission is.

    Attributes
    ----------
    submission : Submission
        Which one.
    waits : str or None
        Its place in the queue in words; None when it does not wait.
    repeats : str or None
        Whether it gave the same answers twice, in words; None before that.
    used : dict of str to int or None
        cpu_seconds and memory_mib; None as long as there is no score.
    feedback : Feedback or None
        Of its board rows; None as long as there is none.
    before : Submission or None
        The first time that its team sent the same bundle for a score.
    """

    template: ClassVar[str] = "team/submission.html"

    submission: Submission
    waits: str | None
    repeats: str | None
    used: dict[str, int | None]
    feedback: Feedback | None
    before: Submission | None


@router.get("/submissions")
def submissions(request: Request, here: Here, person: Person) -> Response:
    """List the reader's submissions, under the form for another one."""
    return page(request, _list(request, here, person), reader=person)


@router.post("/submissions")
async def hand_in(
    request: Request, here: Here, team: Person, key: str = ""
) -> Response:
    """Take a bundle in; the same form and file sent twice are one submission."""
    intake, key, note = intake_of(request, here, team), key[:64], None
    try:
        async with read_upload(request, intake, team, key=key) as upload:
            note = upload.note
            found = await run_in_threadpool(
                intake.receive,
                upload.file,
                team=team,
                note=upload.note,
                proof_only=upload.proof_only,
                now=datetime.now(UTC),
                key=key,
            )
    except _REFUSALS as wrong:
        known = await run_in_threadpool(intake.sent_before, team, key)
        # What cannot come in any more may be in: its first time took the last place.
        if known is not None and isinstance(wrong, AT_THE_DOOR):
            return RedirectResponse(f"/submissions/{known.id}", status_code=303)
        if note is None:
            note = await typed_note(request)
        return await run_in_threadpool(_refused, request, here, team, wrong, note)
    return RedirectResponse(f"/submissions/{found.id}", status_code=303)


@router.get("/submissions/{submission_id}")
def submission(
    request: Request, here: Here, person: Person, submission_id: str
) -> Response:
    """Show where one submission is, why it was refused, or what it changed."""
    view = _one(request, here, person, submission_id)
    return page(request, view, reader=person)


@router.get("/submissions/{submission_id}/live")
def live(request: Request, here: Here, person: Person, submission_id: str) -> Response:
    """Give the part that lives; without a trigger once nothing changes any more."""
    found, language = (
        find_submission(here, person, submission_id),
        choose_language(request),
    )

    def draw() -> Response:
        view = _one(request, here, person, submission_id)
        return page(request, view, reader=person, block="live")

    waits = waits_in_words(here, [found], language)
    seen = (found, waits, language, person.role, here.phase, told_from(here, [found]))
    return unless_known(request, seen, draw)


def _refused(
    request: Request,
    here: Deployment,
    team: Principal,
    wrong: ChallengeError,
    note: str,
) -> Response:
    """Draw the form again: what is wrong, and what was typed."""
    said = texts(choose_language(request))
    is_field = isinstance(wrong, RequestRefusedError)
    field_name = wrong.field if isinstance(wrong, RequestRefusedError) else "bundle"
    about = f"handing_wrong_{field_name}" if is_field else f"refusal_{wrong.slug}"
    sentence = said.get(about, wrong.message)
    too_large = wrong.slug == "bundle-too-large"
    view = _list(
        request,
        here,
        team,
        note=note,
        errors={field_name: sentence},
        refused=None if is_field else wrong,
    )
    return page(request, view, reader=team, status=413 if too_large else wrong.status)


def _list(
    request: Request,
    here: Deployment,
    person: Principal,
    *,
    note: str = "",
    errors: dict[str, str] | None = None,
    refused: ChallengeError | None = None,
) -> SubmissionsView:
    now, is_team = datetime.now(UTC), person.role is Role.TEAM
    with here.database.read() as unit:
        found = unit.submissions.of_team(person.id)
        left = left_today(unit, here.brief, person.id, now) if is_team else None
        phase = phase_for_uploads(unit, here.brief, now)
    accepts = "proof" if may_upload(phase, proof_only=True) else ""
    return SubmissionsView(
        submissions=found,
        waits=waits_in_words(here, found, choose_language(request)),
        practice=practice_scores(here, found, reader=person),
        python=runtime_packages().python,
        left=left,
        accepts="scored" if may_upload(phase, proof_only=False) else accepts,
        limit_mib=here.settings.upload_limit_mib,
        key=secrets.token_hex(8),
        note=note,
        errors=errors or {},
        refused=refused,
    )


def _one(
    request: Request, here: Deployment, person: Principal, submission_id: str
) -> SubmissionView:
    found = find_submission(here, person, submission_id)
    language, repeats = choose_language(request), found.repeat_difference
    with here.database.read() as unit:
        before = unit.submissions.same_before(found)
    return SubmissionView(
        submission=found,
        waits=waits_in_words(here, [found], language).get(found.id),
        repeats=None if repeats is None else repeat_words(repeats, language),
        used=find_usage(here, found),
        feedback=feedback(here, [found], reader=person).get(found.id),
        before=before,
    )
