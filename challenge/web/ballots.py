"""A juror's pitches and ballots: everything about one pitch on one screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Ballot, Interest, Opinion, Pitch, Principal
from challenge.rules import judging
from challenge.rules.clock import clock_view, order_for
from challenge.rules.conflicts import undeclared
from challenge.rules.judging import Clash
from challenge.rules.panel import is_blind, leads, may_judge, panel_state, pitching
from challenge.rules.phases import current_phase
from challenge.rules.rubric import NOTE_LENGTH, POINTS, Asking
from challenge.rules.text import check_text
from challenge.store import Unit
from challenge.web.access import Deployment, Here, Person
from challenge.web.evidence import evidence_for
from challenge.web.fields import Fields, opinion_of, text_of, version_of
from challenge.web.pages import choose_language, page
from challenge.web.room import (
    BallotView,
    InterestedView,
    Line,
    ListView,
    MergeView,
    ballot_state,
    terms_on,
)

router = APIRouter(include_in_schema=False)
CANVAS = 5  # sections


@router.get("/jury")
def pitches(request: Request, here: Here, juror: Person) -> Response:
    """List a juror's pitches, and which ballot is next."""
    with here.database.read() as unit:
        if undeclared(unit, juror):
            return RedirectResponse("/jury/conflicts", status_code=303)
        titles = {pitch.team: pitch.title for pitch in unit.pitches.all()}
        judged = {ballot.team: ballot for ballot in unit.ballots.of_juror(juror)}
        teams = _mine(unit, juror)
        panel = panel_state(unit, here.brief)
    lines = tuple(Line(t, titles[t], ballot_state(judged.get(t))) for t in teams)
    todo = [line.team for line in lines if line.state in ("open", "draft")]
    view = ListView(
        lines=lines,
        following=todo[0] if todo else None,
        hidden=len(titles) - len(lines),
        open=panel == "open",
        panel=panel,
        leads=leads(juror),
        example=here.brief.jury.example is not None,
    )
    return page(request, view, reader=juror)


@router.get("/jury/{team_name}")
def ballot(request: Request, here: Here, juror: Person, team_name: str) -> Response:
    """Show one pitch with its evidence, and the juror's ballot."""
    with here.database.read() as unit:
        if undeclared(unit, juror):
            return RedirectResponse("/jury/conflicts", status_code=303)
        said = unit.conflicts.of_juror(juror).get(team_name)
        pitches = team_name in pitching(unit)
    if pitches and said and said.kind is not Interest.NONE:
        view = InterestedView(team_name)
        return page(request, view, reader=juror, status=404)
    return page(request, ballot_view(request, here, juror, team_name), reader=juror)


@router.post("/jury/{team_name}")
def change(
    request: Request, here: Here, juror: Person, team_name: str, fields: Fields
) -> Response:
    """Save, submit, recuse or reopen; htmx saves as the juror types."""
    live = "hx-request" in request.headers
    mine, problem = opinion_of(fields, here.brief), None
    try:
        kept = act(here, Asking(juror, team_name, here.brief), fields)
    except RequestRefusedError as error:
        kept, problem = None, error
    if isinstance(kept, Clash) and not live:
        merge = MergeView(team_name, kept.mine, kept.stored, here.brief.rubric)
        return page(request, merge, reader=juror, status=409)
    if isinstance(kept, Ballot) and not live:
        return RedirectResponse(request.url.path, status_code=303)
    view = ballot_view(request, here, juror, team_name)
    if not isinstance(kept, Ballot):
        view = replace(
            view,
            opinion=mine,
            version=version_of(fields) or 0,
            problem=problem,
            clash=isinstance(kept, Clash),
            reason=text_of(fields, "reason"),
        )
    status = 422 if problem else 409 if view.clash else 200
    block = "saved" if live else ""
    return page(request, view, reader=juror, status=status, block=block)


def act(
    here: Deployment, ask: Asking, fields: FormData, *, by: str = ""
) -> Ballot | Clash:
    """Do what a button of the ballot says.

    Parameters
    ----------
    here : Deployment
        The running server.
    ask : Asking
        Who judges whom.
    fields : FormData
        `action` names the button; without one it is a draft.
    by : str
        Who typed it in from paper; empty: the juror.

    Returns
    -------
    Ballot or Clash
        What is kept now.

    Raises
    ------
    NotFoundError
        If no such team pitched.
    RequestRefusedError
        If a rule refuses it.
    """
    now, version = datetime.now(UTC), version_of(fields)
    opinion = opinion_of(fields, here.brief)
    with here.database.begin() as unit:
        match fields.get("action"):
            case "submit":
                return judging.submit(
                    unit, ask, opinion, version=version, now=now, by=by
                )
            case "recuse":
                reason = text_of(fields, "reason")
                check_text("reason", reason, shortest=0, longest=NOTE_LENGTH)
                return judging.recuse(unit, ask, reason, now=now, by=by)
            case "reopen":
                return judging.reopen(unit, ask, now=now)
        return judging.save_draft(unit, ask, opinion, version=version or 0, now=now)


def ballot_view(
    request: Request, here: Deployment, juror: Principal, team_name: str
) -> BallotView:
    """Collect everything about one pitch that this juror may see.

    Parameters
    ----------
    request : Request
        Says which language.
    here : Deployment
        The running server.
    juror : Principal
        Who judges.
    team_name : str
        Whose pitch.

    Returns
    -------
    BallotView
        With the ballot as it is kept.

    Raises
    ------
    NotFoundError
        If no such team pitched, or the juror has an interest in it.
    """
    with here.database.read() as unit:
        teams = _mine(unit, juror)
        if team_name not in teams:
            raise NotFoundError("pitch of team", team_name)
        [pitch] = [p for p in unit.pitches.all() if p.team == team_name]
        mine = {ballot.team: ballot for ballot in unit.ballots.of_juror(juror)}
        clock, is_open = (
            clock_view(unit, datetime.now(UTC)),
            may_judge(unit, here.brief),
        )
        phase = current_phase(unit, here.brief)
        said = unit.interpretations.all().get(team_name)
        blind = is_blind(unit, here.brief, juror)
    stored, place = mine.get(team_name), teams.index(team_name)
    slug = choose_language(request)
    evidence = (
        None if blind else evidence_for(here, team_name, phase, juror=juror, slug=slug)
    )
    return BallotView(
        pitch=pitch,
        canvas=_canvas(pitch),
        interpretation=said.text if said else "",
        number=place + 1,
        count=len(teams),
        previous=teams[place - 1] if place else None,
        following=teams[place + 1] if place + 1 < len(teams) else None,
        clock=clock,
        evidence=evidence,
        terms=terms_on(evidence) if evidence else (),
        blind=blind,
        rubric=here.brief.rubric,
        points=POINTS,
        opinion=stored.opinion if stored else Opinion(),
        stored=stored,
        version=stored.version if stored else 0,
        open=is_open,
    )


def _mine(unit: Unit, juror: Principal) -> list[str]:
    """List the teams that a juror judges, in their order."""
    declared = unit.conflicts.of_juror(juror)
    return [
        team
        for team in order_for(unit, juror)
        if team not in declared or declared[team].kind is Interest.NONE
    ]


def _canvas(pitch: Pitch) -> tuple[str, ...]:
    return tuple(pitch.canvas.get(str(n), "") for n in range(1, CANVAS + 1))
