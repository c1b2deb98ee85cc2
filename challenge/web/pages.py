"""Draw a page: templates, language, and what every page has in common."""

from __future__ import annotations

import tomllib
from dataclasses import Field, dataclass, fields
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar, Protocol

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2_fragments import render_block

from challenge.errors import (
    AuthenticationRequiredError,
    BarredError,
    ChallengeError,
)
from challenge.records import Principal, Role
from challenge.rules.phases import current_phase
from challenge.web.access import Deployment, deployment, identify
from challenge.web.code_words import coded
from challenge.web.codes import qr_code
from challenge.web.fleet import is_trusted
from challenge.web.formats import Formats
from challenge.web.navigation import navigation
from challenge.web.rates import UNCOUNTED
from challenge.web.site import on_site
from challenge.web.statics import asset
from leaderboard import Phase

LANGUAGES = ("nl", "en")
LANGUAGE_COOKIE = "lang"
THEMES = ("light", "dark", "system")
THEME_COOKIE = "theme"


class View(Protocol):
    """What one page shows: a frozen dataclass whose fields its template asks for."""

    template: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


@dataclass(frozen=True, slots=True)
class ErrorView:
    """A refusal, for a person.

    Attributes
    ----------
    error : ChallengeError
        Its message, hint, slug and status.
    code : str
        What an organiser can look it up by.
    """

    template: ClassVar[str] = "public/error.html"

    error: ChallengeError
    code: str


def page(
    request: Request,
    view: View,
    *,
    reader: Principal | None,
    status: int = 200,
    block: str = "",
) -> Response:
    """Draw one page, or one block of it, in the reader's language.

    Parameters
    ----------
    request : Request
        Says which language and which path.
    view : View
        What the page shows; it names its template.
    reader : Principal or None
        Who is logged in.
    status : int
        HTTP status.
    block : str
        Only this block of the template, for a part that lives; empty: the whole page.

    Returns
    -------
    Response
        HTML.
    """
    language = choose_language(request)
    own = {field.name: getattr(view, field.name) for field in fields(view)}
    shown = frame(request, reader, language) | own
    html = (
        render_block(environment(), view.template, block, **shown)
        if block
        else environment().get_template(view.template).render(shown)
    )
    return HTMLResponse(
        html, status_code=status, headers={"Vary": "Cookie, Accept-Language"}
    )


def frame(request: Request, reader: Principal | None, language: str) -> dict[str, Any]:
    """Collect what every page shows around its own content.

    Parameters
    ----------
    request : Request
        Says which path.
    reader : Principal or None
        Who is logged in.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    dict
        The context that ``layout.html`` lists.
    """
    here = deployment(request)
    return {
        "t": texts(language),
        "formats": Formats(language, here.brief.event.clock),
        "language": language,
        "theme": choose_theme(request),
        "reader": reader,
        "menu": navigation(reader, picks=_picks_matter(here, reader)),
        "announcements": _announcements(here, language),
        "path": request.url.path,
        "zone": here.brief.event.clock,
        "challenge_title": getattr(here.brief.title, language),
        "release": here.release.version,
        "rehearsal": here.release.manifest.rehearsal,
        "trusted": is_trusted(here),
        # Asked for by whole pages only: a part that lives does without a look-up.
        "printed": partial(_printed, request, here, language),
    }


def _picks_matter(here: Deployment, reader: Principal | None) -> bool:
    """Tell whether a team can pick now, or just could and wants to look."""
    is_team = reader is not None and reader.role is Role.TEAM
    return is_team and here.phase in (Phase.OPEN, Phase.FROZEN)


def _printed(request: Request, here: Deployment, language: str) -> str:
    """Say what a sheet of paper has to say of itself."""
    with here.database.read() as unit:
        phase = texts(language)[f"phase_{current_phase(unit, here.brief)}"]
    asked = request.url.remove_query_params([LANGUAGE_COOKIE, THEME_COOKIE])
    url = on_site(request, asked)
    time = Formats(language, here.brief.event.clock).moment(datetime.now(UTC))
    return texts(language)["frame_printed"].format(url=url, time=time, phase=phase)


def _announcements(here: Deployment, language: str) -> list[str]:
    with here.database.read() as unit:
        return [getattr(said, language) for said in unit.announcements.current()]


def error_page(request: Request, error: ChallengeError, code: str) -> Response:
    """Draw a refusal for a person.

    Parameters
    ----------
    request : Request
        Where it happened.
    error : ChallengeError
        What happened.
    code : str
        What an organiser can look it up by.

    Returns
    -------
    Response
        HTML with the error's status.
    """
    try:
        reader = identify(request)
    except (AuthenticationRequiredError, BarredError):
        reader = None
    view = ErrorView(error, code)
    return page(request, view, reader=reader, status=error.status)


def wants_page(request: Request) -> bool:
    """Tell whether a person with a browser is asking, not a program."""
    if request.url.path.startswith(("/api", "/health", *UNCOUNTED)):
        return False
    return "text/html" in request.headers.get("accept", "")


def choose_language(request: Request) -> str:
    """Choose a language: ``?lang=``, then the cookie, then the browser, then Dutch.

    Parameters
    ----------
    request : Request
        As it came in.

    Returns
    -------
    str
        ``"nl"`` or ``"en"``.
    """
    asked = request.headers.get("accept-language", "")
    preferred = [part.split(";")[0].strip()[:2] for part in asked.split(",")]
    for candidate in (
        request.query_params.get("lang"),
        request.cookies.get(LANGUAGE_COOKIE),
        *preferred,
    ):
        if candidate in LANGUAGES:
            return candidate
    return LANGUAGES[0]


def choose_theme(request: Request) -> str:
    """Choose colours: ``?theme=``, then the cookie, then those of the system.

    Parameters
    ----------
    request : Request
        As it came in.

    Returns
    -------
    str
        ``"light"``, ``"dark"``, or empty for the system's.
    """
    kept = request.cookies.get(THEME_COOKIE)
    chosen = request.query_params.get(THEME_COOKIE, kept)
    return chosen if chosen in ("light", "dark") else ""


@cache
def texts(language: str) -> dict[str, str]:
    """Read the texts of the pages.

    Parameters
    ----------
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    dict of str to str
        Key to text, of every file in ``locale/{language}/``.

    Raises
    ------
    ValueError
        If two files have the same key.
    """
    merged: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / "locale" / language).glob("*.toml")):
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        if twice := merged.keys() & found.keys():
            raise ValueError(f"{path.name} says again: {', '.join(sorted(twice))}")
        merged |= found
    return merged


@cache
def environment() -> Environment:
    """Make the environment of every template.

    Returns
    -------
    Environment
        Escapes everything; a name that no context has is an error.
    """
    made = Environment(
        loader=PackageLoader("challenge.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"asset": asset, "qr_code": qr_code}
    made.filters["coded"] = coded
    return made
