"""Ballots on paper: an empty one to print, and a form to type one in later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from challenge.brief.sections import Criterion
from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Ballot, Conflict, Interest, Opinion, Principal, Role
from challenge.rules.clock import running_order
from challenge.rules.judging import Clash
from challenge.rules.panel import panel_state, pitching_team
from challenge.rules.rubric import POINTS, Asking
from challenge.web.access import Deployment, Here, Person
from challenge.web.ballots import act
from challenge.web.fields import Fields, opinion_of, text_of
from challenge.web.pages import page
from challenge.web.room import ballot_state

router = APIRouter(include_in_schema=False)


# Drafts are the juror's own: what comes from paper is handed in.
BUTTONS = ("submit", "recuse")


@dataclass(frozen=True, slots=True)
class BlankView:
    """An empty ballot, to print.

    Attributes
    ----------
    rubric : tuple of Criterion
        From the brief.
    points : range
        The scale.
    """

    template: ClassVar[str] = "jury/blank.html"
    rubric: tuple[Criterion, ...]
    points: range = POINTS


@dataclass(frozen=True, slots=True)
class DeskView:
    """Who handed in which ballot, for the organiser.

    Attributes
    ----------
    jurors, teams : tuple of str
        Who judge whom.
    done : dict of (str, str) to Ballot
        Submitted ballots by juror and team.
    declared : tuple of Conflict
        Interests of all jurors, with reasons.
    panel : str
        ``"open"`` or ``"closed"``; empty outside phase jury.
    may_change : bool
        Whether the reader may type them in: not an auditor.
    """

    template: ClassVar[str] = "jury/desk.html"
    jurors: tuple[str, ...]
    teams: tuple[str, ...]
    done: dict[tuple[str, str], Ballot]
    declared: tuple[Conflict, ...]
    panel: str
    may_change: bool


@dataclass(frozen=True, slots=True)
class TypedView:
    """A form for a ballot that was filled in on paper.

    Attributes
    ----------
    juror, team : str
        Who judged whom.
    rubric : tuple of Criterion
        From the brief.
    points : range
        The scale.
    opinion : Opinion
        What was typed so far.
    state : str
        Where the ballot is that it replaces, as `challenge.web.room` says it.
    problem : RequestRefusedError or None
        Why it was refused.
    reason : str
        Of a recusal, as it was typed.
    """

    template: ClassVar[str] = "jury/typed.html"
    juror: str
    team: str
    rubric: tuple[Criterion, ...]
    opinion: Opinion
    state: str
    points: range = POINTS
    problem: RequestRefusedError | None = None
    reason: str = ""


@router.get("/jury/blank")
def blank(request: Request, here: Here, person: Person) -> Response:
    """Show an empty ballot with all criteria and anchors, for the printer."""
    return page(request, BlankView(here.brief.rubric), reader=person)


@router.get("/organiser/ballots")
def desk(request: Request, here: Here, person: Person) -> Response:
    """Show who handed in which ballot, and who has which interest."""
    with here.database.read() as unit:
        ballots, declared = unit.ballots.ballots(), unit.conflicts.all()
        jurors = sorted(p.name for p in unit.people.all(Role.JUROR))
        view = DeskView(
            jurors=tuple(jurors),
            teams=tuple(running_order(unit)),
            done={(ballot.juror, ballot.team): ballot for ballot in ballots},
            declared=tuple(c for c in declared if c.kind is not Interest.NONE),
            panel=panel_state(unit, here.brief),
            may_change=person.role is Role.ORGANISER,
        )
    return page(request, view, reader=person)


@router.get("/organiser/ballots/{juror_name}/{team_name}")
def typed(
    request: Request, here: Here, person: Person, juror_name: str, team_name: str
) -> Response:
    """Show a form to type in a ballot from paper."""
    view = _typed(here, juror_name, team_name, Opinion(), None)
    return page(request, view, reader=person)


@router.post("/organiser/ballots/{juror_name}/{team_name}")
def type_in(
    request: Request,
    here: Here,
    person: Person,
    juror_name: str,
    team_name: str,
    fields: Fields,
) -> Response:
    """Submit a ballot in a juror's name; the log says who typed it in."""
    juror = _juror(here, juror_name)
    ask = Asking(juror, team_name, here.brief)
    if fields.get("action") not in BUTTONS or "version" in fields:
        raise RequestRefusedError(
            "action", "this form has no such button.", hint="Open the form again."
        )
    try:
        kept = act(here, ask, fields, by=person.name)
    except RequestRefusedError as error:
        mine = opinion_of(fields, here.brief)
        view = _typed(here, juror_name, team_name, mine, error)
        view = replace(view, reason=text_of(fields, "reason"))
        return page(request, view, reader=person, status=error.status)
    if isinstance(kept, Clash):  # without a version nothing clashes
        raise TypeError("a ballot without a version clashed")
    return RedirectResponse("/organiser/ballots", status_code=303)


def _typed(
    here: Deployment,
    juror_name: str,
    team_name: str,
    opinion: Opinion,
    problem: RequestRefusedError | None,
) -> TypedView:
    juror = _juror(here, juror_name)
    with here.database.read() as unit:
        pitching_team(unit, team_name)
        done = {(b.juror, b.team): b for b in unit.ballots.ballots()}
    return TypedView(
        juror=juror.name,
        team=team_name,
        rubric=here.brief.rubric,
        opinion=opinion,
        state=ballot_state(done.get((juror.name, team_name))),
        problem=problem,
    )


def _juror(here: Deployment, name: str) -> Principal:
    with here.database.read() as unit:
        found = unit.people.named(Role.JUROR, name)
    if found is None:
        raise NotFoundError("juror", name)
    return found
