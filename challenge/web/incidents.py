"""A code on every page that says no, and the organiser's page that looks it up.

What fails is kept, and what refuses somebody who is known. What a visitor is refused,
and who asks for what is not there, stands in the log alone: each would take the
database's turn to write, as often as anybody likes, and push out what matters.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from challenge.errors import ChallengeError
from challenge.store.incidents import Incident
from challenge.web.access import Here, Person, deployment
from challenge.web.formats import Formats
from challenge.web.navigation import navigation
from challenge.web.pages import (
    choose_language,
    choose_theme,
    environment,
    page,
    texts,
)
from challenge.web.tracing import UNKNOWN, current_code, route_of

router = APIRouter(include_in_schema=False)
log = logging.getLogger(__name__)

_SHOWN = 50
_LONGEST = 200  # of a path
# No such page, no such form: old links, and scripts that try doors.
_NOWHERE = frozenset({404, 405})


@dataclass(frozen=True, slots=True)
class IncidentsView:
    """What an organiser finds by a code.

    Attributes
    ----------
    code : str
        What was asked for; empty: nothing in particular.
    found : Incident or None
        With that code.
    latest : list of Incident
        The last ones, newest first.
    """

    template: ClassVar[str] = "public/incidents.html"

    code: str
    found: Incident | None
    latest: list[Incident]


@router.get("/organiser/incidents")
def incidents(request: Request, here: Here, person: Person, code: str = "") -> Response:
    """Look up a code that somebody read from a page, and list the last ones."""
    code = code.strip().upper()[:8]
    with here.database.read() as unit:
        view = IncidentsView(
            code,
            unit.incidents.find(code) if code else None,
            unit.incidents.latest(_SHOWN),
        )
    return page(request, view, reader=person)


def note_incident(request: Request, status: int, cause: BaseException) -> str:
    """Log what went wrong under its request's code, and keep what will be asked about.

    Neither body, nor what stands behind the question mark, nor the text of the error
    is kept: each may hold a secret.

    Parameters
    ----------
    request : Request
        Where it happened.
    status : int
        Of the answer.
    cause : BaseException
        What went wrong; its class is kept.

    Returns
    -------
    str
        Such as ``"7F3A-2K"``.
    """
    code = current_code()
    reader = getattr(request.state, "reader", None)
    kept = Incident(
        code=code,
        at=datetime.now(UTC),
        status=status,
        method=request.method[:8],
        path=_path(request),
        role=reader.role.value if reader else "",
        kind=type(cause).__name__[:80],
    )
    log.info("%s: %s %s %s", code, status, kept.kind, kept.path)
    if status < 500 and (reader is None or status in _NOWHERE):
        return code
    try:
        with deployment(request).database.begin() as unit:
            unit.incidents.add(kept)
    except Exception as broken:
        log.warning("%s could not be kept: %s", code, type(broken).__name__)
    return code


def _path(request: Request) -> str:
    """Name the route; of an unknown address, which may hold a code, how it begins."""
    if (known := route_of(request.scope)) != UNKNOWN:
        return known[:_LONGEST]
    first, more, _ = request.url.path.removeprefix("/").partition("/")
    # Codes and tokens, which people type after the host's name, are no plain word.
    is_word = first.isascii() and first.isalpha() and first.islower()
    return f"/{first[:_LONGEST] if is_word else '…'}" + (
        "/…" if more and is_word else ""
    )


def bare_page(request: Request, error: ChallengeError, code: str) -> Response:
    """Draw a refusal without asking the database anything.

    Parameters
    ----------
    request : Request
        Where it happened.
    error : ChallengeError
        What happened.
    code : str
        What stands in the log.

    Returns
    -------
    Response
        HTML as a visitor gets it, with the error's status.
    """
    here, language = deployment(request), choose_language(request)
    shown = {
        "t": texts(language),
        "formats": Formats(language, here.brief.event.clock),
        "language": language,
        "theme": choose_theme(request),
        "reader": None,
        "menu": navigation(None),
        "announcements": [],
        "path": request.url.path,
        "zone": here.brief.event.clock,
        "challenge_title": getattr(here.brief.title, language),
        "release": here.release.version,
        "rehearsal": here.release.manifest.rehearsal,
        "trusted": here.settings.trust_submissions,
        "printed": lambda: "",
    }
    drawn = environment().get_template("public/error.html")
    html = drawn.render(shown, error=error, code=code)
    return HTMLResponse(html, status_code=error.status)
