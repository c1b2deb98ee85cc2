"""Read an upload from a team that is known, and stop it when it grows too large."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, BinaryIO

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from challenge.errors import (
    BarredError,
    BundleRefusedError,
    PhaseClosedError,
    QuotaExceededError,
    RequestRefusedError,
    SandboxUnavailableError,
    TooManyUploadsError,
)
from challenge.records import Principal
from challenge.rules.intake import Intake
from challenge.web.access import Deployment
from challenge.web.bodies import check_length, counted, only_the_start
from challenge.web.credentials import check_not_ended
from challenge.web.upload_turns import turn

# Said to whatever is handed in, before it is read.
AT_THE_DOOR = (
    BarredError,
    PhaseClosedError,
    QuotaExceededError,
    SandboxUnavailableError,
    TooManyUploadsError,
)
# Room for the other form fields and the multipart borders.
MARGIN_BYTES = 1 << 16

# The endpoint reads the form itself, after it knows the team; this documents it.
UPLOAD_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["bundle"],
                    "properties": {
                        "bundle": {
                            "type": "string",
                            "format": "binary",
                            "description": "Zip of an MLflow Model with CARD.md.",
                        },
                        "note": {"type": "string", "description": "For yourselves."},
                        "proof": {
                            "type": "string",
                            "description": "`yes` asks for the proof run alone: no"
                            " score, and none used up.",
                        },
                    },
                }
            }
        },
    }
}

YES, NO = frozenset({"yes", "true", "1", "on"}), frozenset({"no", "false", "0", ""})


@dataclass(frozen=True, slots=True)
class Upload:
    """What a team sent with one form; what is wrong with it shows when it is asked.

    Attributes
    ----------
    form : FormData
        As it came in.
    """

    form: FormData

    @property
    def file(self) -> BinaryIO:
        """The bundle, at its start.

        Raises
        ------
        RequestRefusedError
            If there is no file called ``bundle``.
        """
        found = self.form.get("bundle")
        if not isinstance(found, UploadFile) or not found.filename:
            raise RequestRefusedError(
                "bundle",
                "there is no such file.",
                hint="Send it as multipart form data.",
            )
        return found.file

    @property
    def note(self) -> str:
        """What they say for themselves; not checked yet."""
        return str(self.form.get("note", ""))

    @property
    def proof_only(self) -> bool:
        """Whether they ask for the proof run alone.

        Raises
        ------
        RequestRefusedError
            If ``proof`` is neither yes nor no.
        """
        given = str(self.form.get("proof", "")).strip().lower()
        if given not in YES | NO:
            raise RequestRefusedError(
                "proof",
                "it is neither yes nor no.",
                hint="Send `yes` for the proof run alone, or leave it out.",
            )
        return given in YES


def intake_of(request: Request, here: Deployment, team: Principal) -> Intake:
    """Open the door through which uploads come in.

    Parameters
    ----------
    request : Request
        Says with what the team came in.
    here : Deployment
        The running server.
    team : Principal
        Whose upload.

    Returns
    -------
    Intake
        Of its challenge and release.
    """
    return Intake(
        database=here.database,
        brief=here.brief,
        release=here.release.name,
        shelf=here.shelf,
        limit_mib=here.settings.upload_limit_mib,
        closed=here.closed,
        still=partial(check_not_ended, request, team),
    )


@asynccontextmanager
async def read_upload(
    request: Request, intake: Intake, team: Principal, *, key: str = ""
) -> AsyncIterator[Upload]:
    """Read the upload form of a known team.

    Parameters
    ----------
    request : Request
        Its body is not read yet.
    intake : Intake
        Knows the size limit, and records a refusal.
    team : Principal
        Whose upload.
    key : str
        Of the form, so that a refusal sent twice is recorded once; empty: none.

    Yields
    ------
    Upload
        The form; its file is closed afterwards.

    Raises
    ------
    SandboxUnavailableError, BarredError, PhaseClosedError, QuotaExceededError
        Before anything is read.
    TooManyUploadsError
        If two of the team are under way, before anything is read.
    BundleRefusedError
        If it says that it is larger than the limit, before it is read; else as soon
        as more came in. Recorded.
    """
    await run_in_threadpool(intake.admit, team, now=datetime.now(UTC))
    async with read_form(request, intake, team, key=key) as upload:
        yield upload


@asynccontextmanager
async def read_form(
    request: Request, intake: Intake, team: Principal, *, key: str
) -> AsyncIterator[Upload]:
    """Read the form of a team that may hand in, or that did so with this key.

    Parameters
    ----------
    request : Request
        Its body is not read yet.
    intake : Intake
        Knows the size limit, and records a refusal.
    team : Principal
        Whose upload.
    key : str
        As `read_upload` has it.

    Yields
    ------
    Upload
        The form; its file is closed afterwards.

    Raises
    ------
    BundleRefusedError, TooManyUploadsError
        As `read_upload` does.
    """
    with turn(request.app.state.uploads, team):
        form = await _form(request, intake, team, key)
        async with form_closed(form):
            yield Upload(form)


async def _form(
    request: Request, intake: Intake, team: Principal, key: str
) -> FormData:
    """Read the form, and record a refusal."""
    try:
        return await _counted(request, intake.limit_mib).form(max_files=1, max_fields=4)
    except BundleRefusedError as refused:
        now = datetime.now(UTC)
        await run_in_threadpool(
            intake.record_refusal, refused, team=team, note="", now=now, key=key
        )
        raise


async def typed_note(request: Request) -> str:
    """Read the note, of a form that is refused without a look at its file.

    Parameters
    ----------
    request : Request
        The note stands before the file; the rest is never read.

    Returns
    -------
    str
        Empty where there is none, or no browser sent the form.
    """
    # A browser says how long its form is; without that, the end may have been read.
    if "content-length" not in request.headers:
        return ""
    start = Request(request.scope, only_the_start(request.receive, MARGIN_BYTES))
    try:
        form = await start.form(max_files=1, max_fields=4)
    except HTTPException:
        return ""
    async with form_closed(form):
        return Upload(form).note


@asynccontextmanager
async def form_closed(form: FormData) -> AsyncIterator[None]:
    """Delete the temporary files of a form when done."""
    try:
        yield
    finally:
        await form.close()


def _counted(request: Request, limit_mib: int) -> Request:
    def error() -> BundleRefusedError:
        return BundleRefusedError(
            "bundle-too-large",
            f"The upload is larger than {limit_mib} MiB.",
            hint="Make the model smaller, or leave data out of the bundle.",
        )

    limit_bytes = (limit_mib << 20) + MARGIN_BYTES
    check_length(request, limit_bytes, error)
    return Request(request.scope, counted(request.receive, limit_bytes, error))
