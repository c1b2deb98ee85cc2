"""What a juror has to do with each team, said before the first ballot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from challenge.errors import RequestRefusedError
from challenge.records import Conflict, Interest
from challenge.rules.clock import order_for
from challenge.rules.conflicts import declare
from challenge.rules.panel import leads
from challenge.web.access import Here, Person
from challenge.web.fields import Fields, text_of
from challenge.web.pages import page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ConflictsView:
    """A juror's declaration, and for the chair those of all.

    Attributes
    ----------
    teams : tuple of str
        That pitch.
    kinds : dict of str to str
        What is chosen, by team; absent: nothing yet.
    reasons : dict of str to str
        What is typed, by team.
    choices : tuple of str
        Kinds of interest.
    missing : tuple of str
        Teams without a choice, where that was refused.
    problem : RequestRefusedError or None
        Why the declaration was refused otherwise.
    declared : tuple of Conflict
        Interests of all jurors, with reasons; empty for whoever does not lead.
    """

    template: ClassVar[str] = "jury/conflicts.html"
    teams: tuple[str, ...]
    kinds: dict[str, str]
    reasons: dict[str, str]
    choices: tuple[str, ...] = tuple(Interest)
    missing: tuple[str, ...] = ()
    problem: RequestRefusedError | None = None
    declared: tuple[Conflict, ...] = ()


@router.get("/jury/conflicts")
def conflicts(request: Request, here: Here, juror: Person) -> Response:
    """Show what a juror declared about each team."""
    with here.database.read() as unit:
        known = unit.conflicts.of_juror(juror)
        teams = order_for(unit, juror)
        others = unit.conflicts.all() if leads(juror) else []
    view = ConflictsView(
        teams=tuple(teams),
        kinds={team: found.kind for team, found in known.items()},
        reasons={team: found.reason for team, found in known.items()},
        declared=tuple(c for c in others if c.kind is not Interest.NONE),
    )
    return page(request, view, reader=juror)


@router.post("/jury/conflicts")
def declare_conflicts(
    request: Request, here: Here, juror: Person, fields: Fields
) -> Response:
    """Keep the declaration: about every team, or nothing."""
    with here.database.read() as unit:
        teams = order_for(unit, juror)
    kinds = {team: text_of(fields, f"kind_{team}") for team in teams}
    reasons = {team: text_of(fields, f"reason_{team}") for team in teams}
    chosen = {t: Interest(kind) for t, kind in kinds.items() if kind in [*Interest]}
    missing, problem = tuple(t for t in teams if t not in chosen), None
    if not missing:
        try:
            with here.database.begin() as unit:
                declare(unit, juror, chosen, reasons=reasons, now=datetime.now(UTC))
        except RequestRefusedError as error:
            problem = error
        else:
            return RedirectResponse("/jury", status_code=303)
    view = ConflictsView(tuple(teams), kinds, reasons, missing=missing, problem=problem)
    return page(request, view, reader=juror, status=422)
