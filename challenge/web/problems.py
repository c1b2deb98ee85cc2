"""How every refusal looks on the wire: problem+json (RFC 9457), or a page."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from challenge.errors import (
    AuthenticationRequiredError,
    BundleRefusedError,
    ChallengeError,
    ConfirmationRequiredError,
    NotFoundError,
    RequestNotPossibleError,
    RequestRefusedError,
    StorageUnavailableError,
)
from challenge.errors.machine import UNWRITABLE
from challenge.web.confirming import confirm_page
from challenge.web.incidents import bare_page, note_incident
from challenge.web.login import login_page
from challenge.web.pages import error_page, wants_page
from challenge.web.tracing import REQUEST_ID, current_code, route_of

log = logging.getLogger(__name__)


def answer_problems(app: FastAPI) -> None:
    """Give every exception one shape.

    Parameters
    ----------
    app : FastAPI
        Gets handlers for ours, malformed requests, unknown routes, clients that went
        away, a disk that takes nothing more, and surprises.
    """
    app.add_exception_handler(ChallengeError, _ours)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _unknown)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(OSError, _unwritable)
    app.add_exception_handler(Exception, _surprise)


def _ours(request: Request, error: Exception) -> Response:
    if not isinstance(error, ChallengeError):
        raise error
    return answer(request, error)


def _malformed(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"] if part != "body")
    return answer(
        request,
        RequestRefusedError(
            field or "body", f"{first['msg']}.", hint="See /api/docs for its form."
        ),
    )


def _unknown(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    # FastAPI wraps what our counting `receive` raises while it parses a body.
    if isinstance(error.__cause__, ChallengeError):
        return answer(request, error.__cause__)
    if error.status_code == NotFoundError.status:
        return answer(request, NotFoundError("page", request.url.path))
    problem = RequestNotPossibleError(
        str(error.detail).rstrip("."), status=error.status_code
    )
    return answer(request, problem, dict(error.headers or {}))


def _gone(request: Request, error: Exception) -> Response:
    # Wi-Fi at a venue; nobody reads this answer, and no organiser has to look.
    log.info("A client went away at %s", route_of(request.scope))
    problem = RequestNotPossibleError("The connection ended halfway", status=400)
    return document_of(problem)


def _unwritable(request: Request, error: Exception) -> Response:
    if isinstance(error, OSError) and error.errno in UNWRITABLE:
        log.error(
            "Nothing can be written at %s", route_of(request.scope), exc_info=error
        )
        return answer(request, StorageUnavailableError(error.errno))
    return _surprise(request, error)


def _surprise(request: Request, error: Exception) -> Response:
    log.error("Unexpected error at %s", route_of(request.scope), exc_info=error)
    problem = ChallengeError(
        "Something went wrong on our side.",
        hint="Try again; tell the organiser if it stays.",
    )
    drawn = answer(request, problem, cause=error)
    # This one is sent past every layer of ours.
    drawn.headers[REQUEST_ID] = current_code()
    return drawn


def _page(request: Request, error: ChallengeError, cause: Exception) -> Response:
    """Draw a page also where the database says nothing any more."""
    code = note_incident(request, error.status, cause)
    try:
        return error_page(request, error, code)
    except Exception as broken:
        log.error("No page for %s: %s", code, type(broken).__name__, exc_info=broken)
        return bare_page(request, error, code)


def answer(
    request: Request,
    error: ChallengeError,
    headers: dict[str, str] | None = None,
    *,
    cause: Exception | None = None,
) -> Response:
    """Refuse, in the shape that whoever asks can read.

    Parameters
    ----------
    request : Request
        What is refused.
    error : ChallengeError
        Why.
    headers : dict of str to str or None
        What else the answer says.
    cause : Exception or None
        What went wrong beneath, for the log.

    Returns
    -------
    Response
        A page, or ``application/problem+json``.
    """
    headers = headers or {}
    if seconds := getattr(error, "seconds", 0):
        headers["Retry-After"] = str(seconds)
    if wants_page(request):
        if isinstance(error, AuthenticationRequiredError):
            return login_page(request, error)
        if isinstance(error, ConfirmationRequiredError):
            return confirm_page(request, error)
        drawn = _page(request, error, cause or error)
        drawn.headers.update(headers)
        return drawn
    if error.status == AuthenticationRequiredError.status:
        headers["WWW-Authenticate"] = "Bearer"
    return document_of(error, headers)


def document_of(
    error: ChallengeError, headers: dict[str, str] | None = None
) -> Response:
    """Write a refusal for programs.

    Parameters
    ----------
    error : ChallengeError
        What happened.
    headers : dict of str to str or None
        What else the answer says.

    Returns
    -------
    Response
        Its ``application/problem+json``.
    """
    body = {
        "type": f"urn:kansrijk:error:{error.slug}",
        "title": error.slug.replace("-", " ").capitalize(),
        "status": error.status,
        "slug": error.slug,
        "detail": error.message,
        "hint": error.hint,
        # On a page it is the code below the refusal; a log has it in every line.
        "request_id": current_code(),
    }
    if isinstance(error, BundleRefusedError) and error.submission_id:
        body["submission"] = error.submission_id
    return JSONResponse(
        body,
        status_code=error.status,
        headers=headers,
        media_type="application/problem+json",
    )
