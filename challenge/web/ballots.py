"""A juror's pitches and ballots: everything about one pitch on one screen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from challenge.brief.sections import Criterion
from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Ballot, Interest, Opinion, Pitch, Principal
from challenge.rules import judging
from challenge.rules.clock import ClockView, clock_view, order_for
from challenge.rules.conflicts import undeclared
from challenge.rules.judging import Asking, Clash
from challenge.rules.panel import leads, may_judge
from challenge.rules.phases import current_phase
from challenge.rules.rubric import POINTS
from challenge.store import Unit
from challenge.web.access import Deployment, Here, Person
from challenge.web.evidence import Evidence, evidence_for
from challenge.web.pages import choose_language, page

router = APIRouter(include_in_schema=False)
CANVAS = 5  # sections


@dataclass(frozen=True, slots=True)
class Line:
    """One pitch in a juror's list.

    Attributes
    ----------
    team, title : str
        Whose, and what it is called.
    state : str
        ``"open"``, ``"draft"``, ``"submitted"`` or ``"recused"``.
    """

    team: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class ListView:
    """A juror's pitches.

    Attributes
    ----------
    lines : tuple of Line
        In the order in which this juror goes through them.
    following : str or None
        Team whose ballot is the next to fill in.
    hidden : int
        Pitches that are not listed: the juror has an interest.
    open : bool
        Whether ballots may change now.
    leads : bool
        Whether the juror leads the panel.
    """

    template: ClassVar[str] = "jury/list.html"
    lines: tuple[Line, ...]
    following: str | None
    hidden: int
    open: bool
    leads: bool


@dataclass(frozen=True, slots=True)
class BallotView:
    """One pitch, its evidence, and a juror's ballot on it.

    Attributes
    ----------
    pitch : Pitch
        As the team wrote it.
    canvas : tuple of str
        Five sections; empty ones too.
    interpretation : str
        What the team says that its figures mean; may be empty.
    number, count : int
        Which pitch of how many.
    previous, following : str or None
        Teams before and after it in this juror's list.
    clock : ClockView
        Of the pitches.
    evidence : Evidence or None
        The team's line of the model board; None without a score.
    blind : bool
        Whether that line is held back until the ballot is submitted.
    rubric : tuple of Criterion
        From the brief.
    points : range
        The scale.
    opinion : Opinion
        What stands on the ballot now, or what was typed.
    stored : Ballot or None
        What is kept.
    version : int
        That a change has to name.
    open : bool
        Whether ballots may change now.
    problem : RequestRefusedError or None
        Why the last change was refused.
    clash : bool
        Whether it was changed elsewhere.
    """

    template: ClassVar[str] = "jury/ballot.html"
    pitch: Pitch
    canvas: tuple[str, ...]
    interpretation: str
    number: int
    count: int
    previous: str | None
    following: str | None
    clock: ClockView
    evidence: Evidence | None
    blind: bool
    rubric: tuple[Criterion, ...]
    points: range
    opinion: Opinion
    stored: Ballot | None
    version: int
    open: bool
    problem: RequestRefusedError | None = None
    clash: bool = False


@dataclass(frozen=True, slots=True)
class MergeView:
    """Two versions of one ballot, side by side.

    Attributes
    ----------
    team : str
        On whose pitch.
    mine : Opinion
        What this device wanted to keep.
    stored : Ballot
        What another device kept.
    rubric : tuple of Criterion
        From the brief.
    """

    template: ClassVar[str] = "jury/merge.html"
    team: str
    mine: Opinion
    stored: Ballot
    rubric: tuple[Criterion, ...]


async def read_form(request: Request) -> FormData:
    """Read a form whose fields follow from the rubric.

    Parameters
    ----------
    request : Request
        As it came in.

    Returns
    -------
    FormData
        Its fields.
    """
    return await request.form()


Fields = Annotated[FormData, Depends(read_form)]


@router.get("/jury")
def pitches(request: Request, here: Here, juror: Person) -> Response:
    """List a juror's pitches, and which ballot is next."""
    with here.database.read() as unit:
        if undeclared(unit, juror):
            return RedirectResponse("/jury/conflicts", status_code=303)
        titles = {pitch.team: pitch.title for pitch in unit.pitches.all()}
        judged = {ballot.team: ballot for ballot in unit.ballots.of_juror(juror)}
        teams = _mine(unit, juror)
        is_open = may_judge(unit, here.brief)
    lines = tuple(Line(t, titles[t], state_of(judged.get(t))) for t in teams)
    todo = [line.team for line in lines if line.state in ("open", "draft")]
    view = ListView(
        lines=lines,
        following=todo[0] if todo else None,
        hidden=len(titles) - len(lines),
        open=is_open,
        leads=leads(juror),
    )
    return page(request, view, reader=juror)


@router.get("/jury/{team_name}")
def ballot(request: Request, here: Here, juror: Person, team_name: str) -> Response:
    """Show one pitch with its evidence, and the juror's ballot."""
    with here.database.read() as unit:
        if undeclared(unit, juror):
            return RedirectResponse("/jury/conflicts", status_code=303)
    return page(request, ballot_view(request, here, juror, team_name), reader=juror)


@router.post("/jury/{team_name}")
def change(
    request: Request, here: Here, juror: Person, team_name: str, fields: Fields
) -> Response:
    """Save, submit, recuse or reopen; htmx saves as the juror types."""
    live = "hx-request" in request.headers
    mine, problem = opinion_of(fields, here), None
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
    opinion = opinion_of(fields, here)
    with here.database.begin() as unit:
        match fields.get("action"):
            case "submit":
                return judging.submit(
                    unit, ask, opinion, version=version, now=now, by=by
                )
            case "recuse":
                reason = text_of(fields, "reason")
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
    stored, place = mine.get(team_name), teams.index(team_name)
    blind = here.brief.jury.blind_to_board and state_of(stored) != "submitted"
    language = choose_language(request)
    return BallotView(
        pitch=pitch,
        canvas=_canvas(pitch),
        interpretation=said.text if said else "",
        number=place + 1,
        count=len(teams),
        previous=teams[place - 1] if place else None,
        following=teams[place + 1] if place + 1 < len(teams) else None,
        clock=clock,
        evidence=None if blind else evidence_for(here, team_name, phase, language),
        blind=blind,
        rubric=here.brief.rubric,
        points=POINTS,
        opinion=stored.opinion if stored else Opinion(),
        stored=stored,
        version=stored.version if stored else 0,
        open=is_open,
    )


def state_of(ballot: Ballot | None) -> str:
    """Say in one word where a ballot is.

    Parameters
    ----------
    ballot : Ballot or None
        As it is kept.

    Returns
    -------
    str
        ``"open"``, ``"draft"``, ``"submitted"`` or ``"recused"``.
    """
    if ballot is None:
        return "open"
    if ballot.recused:
        return "recused"
    return "submitted" if ballot.submitted_at else "draft"


def opinion_of(fields: FormData, here: Deployment) -> Opinion:
    """Read what stands on a ballot from a form.

    Parameters
    ----------
    fields : FormData
        ``points_<criterion>`` is 1 to 5, ``"none"`` or absent.
    here : Deployment
        Has the rubric.

    Returns
    -------
    Opinion
        As it was typed.
    """
    said = {c.slug: text_of(fields, f"points_{c.slug}") for c in here.brief.rubric}
    return Opinion(
        points={slug: int(value) for slug, value in said.items() if value.isdecimal()},
        abstained=tuple(slug for slug, value in said.items() if value == "none"),
        note=text_of(fields, "note"),
        private_note=text_of(fields, "private_note"),
    )


def version_of(fields: FormData) -> int | None:
    """Read which version of a ballot a form changes.

    Parameters
    ----------
    fields : FormData
        With or without ``version``.

    Returns
    -------
    int or None
        None where it is no number.
    """
    found = text_of(fields, "version")
    return int(found) if found.isdecimal() and len(found) < 9 else None


def text_of(fields: FormData, name: str) -> str:
    """Read one field as text.

    Parameters
    ----------
    fields : FormData
        Of any form.
    name : str
        Which field.

    Returns
    -------
    str
        With plain line breaks, without white space around it; empty if it is absent.
    """
    found = fields.get(name)
    return found.replace("\r\n", "\n").strip() if isinstance(found, str) else ""


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
