"""How often each kind of request may come, and by what it is counted.

The numbers and their reasons stand in ``docs/limits.md``. They bound floods and scripts
that run wild: an honest room of three hundred people behind one address stays far
below them, and a test holds the table against that room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from limits import RateLimitItem, parse
from starlette.routing import compile_path


class Kind(StrEnum):
    """What a request costs."""

    ORDINARY = "ordinary"
    LIVE = "live"
    COSTLY = "costly"
    ENTERING = "entering"


@dataclass(frozen=True, slots=True)
class Rates:
    """How often one kind may come.

    Attributes
    ----------
    credential : RateLimitItem
        With one token or session.
    person : RateLimitItem
        With all tokens and sessions of one team, juror or organiser.
    address : RateLimitItem
        From one address, of whoever shows no token or session that is known.
    """

    credential: RateLimitItem
    person: RateLimitItem
    address: RateLimitItem


def _rates(credential: str, person: str, address: str) -> Rates:
    return Rates(parse(credential), parse(person), parse(address))


RATES: Mapping[Kind, Rates] = {
    Kind.ORDINARY: _rates(
        "300 per 10 seconds", "1000 per 10 seconds", "1500 per 10 seconds"
    ),
    Kind.LIVE: _rates(
        "300 per 10 seconds", "1000 per 10 seconds", "5000 per 10 seconds"
    ),
    Kind.COSTLY: _rates("150 per 1 minute", "300 per 1 minute", "900 per 1 minute"),
    Kind.ENTERING: _rates("150 per 1 minute", "300 per 1 minute", "900 per 1 minute"),
}
"""What holds for each kind; one that is absent is not counted."""

LIVE = (
    # what pages fetch again every second or some
    "GET /board/big",
    "GET /board/part",
    "GET /clock",
    "GET /jury/clock",
    "GET /organiser/live",
    "GET /start/live",
    "GET /submissions/{submission_id}/live",
)
WHOLE_TOO = ("/board/big", "/clock")
"""Of these, addresses of whole pages too, which cost what every page does."""
COSTLY = (
    # files and zips that are read or made
    "GET /api/releases/{version}/files/{name:path}",
    "GET /kit/{name}",
    "GET /organiser/handover/{team_name}.zip",
    "GET /pitch/{team_name}/pdf",
    # reports with their pictures
    "GET /api/submissions/{submission_id}/scorecard",
    "GET /submissions/{submission_id}/scorecard",
    "GET /submissions/{submission_id}/scorecard.csv",
    # whole tables
    "GET /board.csv",
    "GET /lessons.csv",
    "GET /api/audit",
    "GET /api/downloads",
    "GET /organiser/audit.csv",
    "GET /organiser/verdict.csv",
    "GET /organiser/verdict.json",
    # uploads
    "POST /api/submissions",
    "POST /submissions",
    "POST /pitch/pdf",
    # every score once more
    "POST /api/rescore",
    "POST /organiser/rescoring",
)
ENTERING = (
    "POST /login",
    "POST /account/password",
    "GET /invitation/{code}",
    "POST /invitation/{code}",
    "GET /api/invitations/{code}",
    "POST /api/invitations/{code}",
)
UNCOUNTED = ("/static/", "/health/live")
"""A browser keeps the first, and the last costs less than to count it. So nobody is
looked up there, and a refusal is no page: either would be a way around every limit."""

_LINES = {
    line: kind
    for kind, lines in (
        (Kind.LIVE, LIVE),
        (Kind.COSTLY, COSTLY),
        (Kind.ENTERING, ENTERING),
    )
    for line in lines
}
_EXACT = {line: kind for line, kind in _LINES.items() if "{" not in line}
_PATTERNS = [
    (method, compile_path(path)[0], kind)
    for line, kind in _LINES.items()
    if "{" in line
    for method, _, path in [line.partition(" ")]
]


def kind_of(method: str, path: str, *, is_part: bool = True) -> Kind | None:
    """Tell what a request costs, before anybody looks for its route.

    Parameters
    ----------
    method, path : str
        As they came.
    is_part : bool
        Whether a page asks for its part that lives, where the two have one address.

    Returns
    -------
    Kind or None
        None: it is not counted.
    """
    if path.startswith(UNCOUNTED):
        return None
    if path in WHOLE_TOO and not is_part:
        return Kind.ORDINARY
    method = "GET" if method == "HEAD" else method
    if found := _EXACT.get(f"{method} {path}"):
        return found
    return next(
        (k for wanted, at, k in _PATTERNS if wanted == method and at.match(path)),
        Kind.ORDINARY,
    )
