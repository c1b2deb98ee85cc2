"""A team's pitch: its text and canvas, and a PDF for the jury."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, RedirectResponse
from starlette.datastructures import UploadFile

from challenge.errors import (
    NotFoundError,
    RequestRefusedError,
    RequestTooLargeError,
    TooManySavesError,
)
from challenge.records import Interest, Pitch, Principal, Role
from challenge.rules import pitching
from challenge.rules.phases import check_open, current_phase, may_pitch
from challenge.rules.pitching import SECTIONS, Draft
from challenge.rules.shelf import pdf_name
from challenge.rules.slides import (
    PDF_LIMIT_MIB,
    PDFS_A_DAY,
    check_slides,
    inspect_pdf,
)
from challenge.store import Unit
from challenge.web.access import Deployment, Here, Person
from challenge.web.bodies import check_length, counted
from challenge.web.credentials import check_not_ended
from challenge.web.fields import Fields, text_of, version_of
from challenge.web.mistakes import mistakes
from challenge.web.pages import page
from challenge.web.upload import MARGIN_BYTES, form_closed
from challenge.web.upload_turns import turn

router = APIRouter(include_in_schema=False)
PAGE = "/pitch"


@dataclass(frozen=True, slots=True)
class PitchView:
    """The form of a pitch.

    Attributes
    ----------
    draft : Draft
        What stands in it.
    stored : Pitch or None
        As it is kept; None before anything was.
    version : int
        Which version the form changes.
    missing : list of str
        What the jury would still like to read.
    open : bool
        Whether it may change.
    limit_mib, pdfs_a_day : int
        Largest PDF, and how many a team may send in a day.
    clash : bool
        Whether somebody else of the team changed it meanwhile.
    errors : dict of str to str
        Why the form was refused.
    refused : TooManySavesError or None
        The same, where it is about no field.
    """

    template: ClassVar[str] = "team/pitch.html"

    draft: Draft
    stored: Pitch | None
    version: int
    missing: list[str]
    open: bool
    limit_mib: int = PDF_LIMIT_MIB
    pdfs_a_day: int = PDFS_A_DAY
    clash: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    refused: TooManySavesError | None = None


@router.get(PAGE)
def pitch(request: Request, here: Here, team: Person) -> Response:
    """Show the team its pitch."""
    return page(request, _view(here, team), reader=team)


@router.post(PAGE)
def save(request: Request, here: Here, team: Person, fields: Fields) -> Response:
    """Keep what was typed; nothing has to be filled in."""
    draft, version = _draft(fields), version_of(fields) or 0
    try:
        with here.database.begin() as unit:
            saved = pitching.save(
                unit, here.brief, team, draft, version=version, now=datetime.now(UTC)
            )
    except RequestRefusedError as wrong:
        errors = mistakes(request, "pitch", wrong)
        view = _view(here, team, draft=draft, version=version, errors=errors)
        return page(request, view, reader=team, status=422)
    except TooManySavesError as over:
        view = _view(here, team, draft=draft, version=version, refused=over)
        return page(request, view, reader=team, status=over.status)
    if not saved.kept:
        view = _view(here, team, draft=draft, version=saved.pitch.version, clash=True)
        return page(request, view, reader=team, status=409)
    return RedirectResponse(PAGE, status_code=303)


@router.post(PAGE + "/pdf")
async def attach(request: Request, here: Here, team: Person) -> Response:
    """Put a PDF with the pitch, checked while it comes in."""
    await run_in_threadpool(_check_may, here, team)
    limit = (PDF_LIMIT_MIB << 20) + MARGIN_BYTES
    receive = counted(request.receive, limit, _too_large)
    try:
        check_length(request, limit, _too_large)
        with turn(request.app.state.uploads, team):
            form = await Request(request.scope, receive).form(max_files=1, max_fields=2)
        async with form_closed(form):
            file = form.get("pdf")
            if not isinstance(file, UploadFile) or not file.filename:
                raise RequestRefusedError(
                    "pdf", "there is no such file.", hint="Choose a PDF first."
                )
            await run_in_threadpool(_keep, request, here, team, file)
    except (RequestRefusedError, RequestTooLargeError) as wrong:
        return await run_in_threadpool(_refused, request, here, team, wrong)
    return RedirectResponse(PAGE, status_code=303)


@router.post(PAGE + "/pdf/remove")
def remove(here: Here, team: Person) -> Response:
    """Take the PDF away."""
    with here.database.begin() as unit:
        pitching.attach(unit, here.brief, team, "", 0, now=datetime.now(UTC))
    return RedirectResponse(PAGE, status_code=303)


@router.get(PAGE + "/{team_name}/pdf")
def pdf(here: Here, person: Person, team_name: str) -> Response:
    """Give the PDF to its team, to jurors without an interest, and to the desk."""
    with here.database.read() as unit:
        found = _readable(unit, person, team_name)
    if found is None or not found.pdf_sha256:
        raise NotFoundError("pitch of team", team_name)
    try:
        path = here.shelf.bring(pdf_name(found.pdf_sha256))
    except FileNotFoundError as error:
        raise NotFoundError("pitch of team", team_name) from error
    # Nothing in it may run here, whatever it says that it is.
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return FileResponse(
        path,
        media_type="application/pdf",
        filename=f"pitch-{found.pdf_sha256[:8]}.pdf",
        content_disposition_type="attachment",
        headers=headers,
    )


def _readable(unit: Unit, person: Principal, team_name: str) -> Pitch | None:
    team = unit.people.named(Role.TEAM, team_name)
    if team is None or (person.role is Role.TEAM and person.id != team.id):
        return None
    if person.role is Role.JUROR:
        declared = unit.conflicts.of_juror(person).get(team_name)
        if declared is None or declared.kind is not Interest.NONE:
            return None
    return unit.pitches.get(team.id)


def _keep(
    request: Request, here: Deployment, team: Principal, file: UploadFile
) -> None:
    sha256, size = inspect_pdf(file.file)
    file.file.seek(0)
    draft = here.shelf.draft(pdf_name(sha256), file.file)
    with draft as keep, here.database.begin() as unit:
        check_not_ended(request, team, unit)
        # Counted again, since others come in between; what is refused leaves no file.
        pitching.attach(unit, here.brief, team, sha256, size, now=datetime.now(UTC))
        keep()


def _refused(
    request: Request,
    here: Deployment,
    team: Principal,
    wrong: RequestRefusedError | RequestTooLargeError,
) -> Response:
    is_form = isinstance(wrong, RequestRefusedError)
    as_field = (
        wrong
        if isinstance(wrong, RequestRefusedError)
        else RequestRefusedError("pdf_size", wrong.message, hint=wrong.hint)
    )
    [sentence] = mistakes(request, "pitch", as_field).values()
    view = _view(here, team, errors={"pdf": sentence})
    return page(request, view, reader=team, status=422 if is_form else 413)


def _check_may(here: Deployment, team: Principal) -> None:
    with here.database.read() as unit:
        phase = current_phase(unit, here.brief)
        check_open(may_pitch(phase), "change your pitch", phase)
        check_slides(unit, here.brief, team, now=datetime.now(UTC))


def _too_large() -> RequestTooLargeError:
    return RequestTooLargeError(limit_kib=PDF_LIMIT_MIB << 10)


def _draft(fields: Fields) -> Draft:
    return Draft(
        title=text_of(fields, "title"),
        text=text_of(fields, "text"),
        link=text_of(fields, "link"),
        canvas={n: text_of(fields, f"canvas_{n}") for n in SECTIONS},
    )


def _view(
    here: Deployment,
    team: Principal,
    *,
    draft: Draft | None = None,
    version: int | None = None,
    clash: bool = False,
    errors: dict[str, str] | None = None,
    refused: TooManySavesError | None = None,
) -> PitchView:
    with here.database.read() as unit:
        stored = unit.pitches.get(team.id)
        is_open = may_pitch(current_phase(unit, here.brief))
    kept = (
        Draft(stored.title, stored.text, stored.link, stored.canvas)
        if stored
        else Draft()
    )
    return PitchView(
        draft=draft or kept,
        stored=stored,
        version=(stored.version if stored else 0) if version is None else version,
        missing=pitching.missing(draft or kept),
        open=is_open,
        clash=clash,
        errors=errors or {},
        refused=refused,
    )
