"""The verdict: written down by chair or organiser, public once all is closed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from challenge.brief.sections import Criterion
from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.blockers import Blocker, verdict_demand
from challenge.rules.deliberation import notes_for
from challenge.rules.panel import leads
from challenge.rules.phases import current_phase
from challenge.rules.sheet import write_sheet
from challenge.rules.verdicts import (
    COLUMNS,
    VERSIONS,
    Draft,
    ballot_rows,
    check_deciding,
    check_draft,
    check_version,
    decide,
)
from challenge.store.verdicts import Decision
from challenge.web.access import Deployment, Here, Person, Visitor
from challenge.web.deliberation import find_panel, panel_is_open
from challenge.web.jury import current_verdict
from challenge.web.mistakes import mistakes
from challenge.web.pages import choose_language, page
from challenge.web.sheets import sheet_response
from challenge.web.verdict_document import public_document
from leaderboard import Phase

router = APIRouter(tags=["jury"], include_in_schema=False)


@dataclass(frozen=True, slots=True)
class DecideView:
    """What the form of the verdict shows.

    Attributes
    ----------
    is_open : bool
        Whether ballots may still change; then there is no form.
    may_decide : bool
        Whether the reader may write the verdict down now.
    computed : tuple of str
        Judged teams in the order of the ballots.
    draft : Draft
        What stands in the form.
    version : int
        How many versions the writer knows of.
    versions : list of Decision
        What was written down, newest first.
    lapsed : Blocker or None
        Why the last version cannot be published; None where it can, or none is there.
    errors : dict of str to str
        Why the form was refused.
    """

    template: ClassVar[str] = "verdict/decide.html"

    is_open: bool
    may_decide: bool
    computed: tuple[str, ...]
    draft: Draft
    version: int
    versions: list[Decision]
    lapsed: Blocker | None
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class ConfirmView:
    """What is asked before a verdict is written down.

    Attributes
    ----------
    draft : Draft
        What is about to be written down.
    deviates : bool
        Whether its order is another one than was computed.
    version : int
        How many versions the writer knows of.
    winner : str
        What was typed.
    errors : dict of str to str
        Why that was refused.
    """

    template: ClassVar[str] = "verdict/confirm.html"

    draft: Draft
    deviates: bool
    version: int
    winner: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VerdictView:
    """What everybody reads once all is closed.

    Attributes
    ----------
    is_public : bool
        False: a preview for the jury's room.
    decision : Decision
        The last version.
    versions : list of Decision
        All of them, newest first.
    rubric : tuple of Criterion
        What the jury looked at.
    judged : int
        How many jurors judged.
    notes : tuple of str
        What jurors tell the reader, where that is a team.
    """

    template: ClassVar[str] = "verdict/public.html"

    is_public: bool
    decision: Decision
    versions: list[Decision]
    rubric: tuple[Criterion, ...]
    judged: int
    notes: tuple[str, ...]


@router.get("/jury/verdict")
def verdict_form(request: Request, here: Here, person: Person) -> Response:
    """Show the form, with the last version or the computed order in it."""
    return _form(request, here, person)


@router.post("/jury/verdict")
def record(
    request: Request,
    here: Here,
    person: Person,
    place: Annotated[list[str], Form(default_factory=list)],
    reasons: Annotated[str, Form()] = "",
    deviation: Annotated[str, Form()] = "",
    version: Annotated[int, Form()] = 0,
    winner: Annotated[str | None, Form()] = None,
    change: Annotated[bool, Form()] = False,
) -> Response:
    """Ask for the winner's name once more, and then write the verdict down."""
    draft = Draft(tuple(place), reasons, deviation)
    if change:
        return _form(request, here, person, draft, version=version)
    computed = find_panel(here).order
    try:
        with here.database.read() as unit:
            check_deciding(unit, person, here.brief)
            draft = check_draft(draft, computed=computed)
            check_version(unit, draft, version)
    except RequestRefusedError as wrong:
        return _form(request, here, person, draft, wrong, version=version)
    deviates = draft.places != computed
    if winner is None:
        return page(request, ConfirmView(draft, deviates, version), reader=person)
    try:
        with here.database.begin() as unit:
            decide(
                unit,
                person,
                draft,
                version=version,
                winner=winner,
                computed=computed,
                brief=here.brief,
                now=datetime.now(UTC),
            )
    except RequestRefusedError as wrong:
        if wrong.field != "winner":
            return _form(request, here, person, draft, wrong, version=version)
        errors = mistakes(request, "verdict", wrong)
        again = ConfirmView(draft, deviates, version, winner, errors)
        return page(request, again, reader=person, status=422)
    return RedirectResponse("/jury/verdict", status_code=303)


@router.get("/verdict")
def verdict(request: Request, here: Here, reader: Visitor) -> Response:
    """Show the order with its reasons, rubric, method and versions."""
    versions, is_public = _versions_for(here, reader, request.url.path)
    is_team = is_public and reader is not None and reader.role is Role.TEAM
    with here.database.read() as unit:
        ballots = unit.ballots.ballots()
    view = VerdictView(
        is_public=is_public,
        decision=versions[0],
        versions=versions,
        rubric=here.brief.rubric,
        judged=len({ballot.juror for ballot in ballots if ballot.points}),
        notes=notes_for(reader.name, ballots) if is_team and reader else (),
    )
    return page(request, view, reader=reader)


@router.get("/verdict.json")
def verdict_document(
    request: Request, here: Here, reader: Visitor, response: Response
) -> dict[str, Any]:
    """Give the same as the page, without feedback."""
    response.headers["Content-Disposition"] = 'attachment; filename="verdict.json"'
    versions, _ = _versions_for(here, reader, request.url.path)
    return public_document(here, versions)


@router.get("/organiser/verdict.csv")
def ballots_sheet(request: Request, here: Here, person: Person) -> Response:
    """Give every ballot as a sheet, jurors by number; formulas cannot start in it."""
    with here.database.read() as unit:
        rows = ballot_rows(unit.ballots.ballots(), here.brief.slug)
    text = write_sheet(COLUMNS, rows, language=choose_language(request))
    return sheet_response(text, "verdict.csv")


@router.get("/organiser/verdict.json")
def whole_document(here: Here, person: Person, response: Response) -> dict[str, Any]:
    """Give everything about the verdict: versions, ballots by number, tally."""
    response.headers["Content-Disposition"] = 'attachment; filename="verdict.json"'
    with here.database.read() as unit:
        versions = unit.verdicts.all()[::-1]
        rows = ballot_rows(unit.ballots.ballots(), here.brief.slug)
    tally = current_verdict(here).to_dict()
    # Jurors stand by number in the ballots; severity would name them again.
    tally.pop("recusals")
    if tally["result"]:
        tally["result"].pop("jurors")
    return {
        **public_document(here, versions),
        "ballots": [dict(zip(COLUMNS, row, strict=True)) for row in rows],
        "tally": tally,
    }


def _versions_for(
    here: Deployment, reader: Principal | None, path: str
) -> tuple[list[Decision], bool]:
    """Newest first; the jury's room reads along, everybody else after the end."""
    with here.database.read() as unit:
        versions = unit.verdicts.all()[::-1]
        is_public = current_phase(unit, here.brief) is Phase.CLOSED
    in_room = reader is not None and reader.role in (Role.ORGANISER, Role.AUDITOR)
    if not versions or not (is_public or in_room or leads(reader)):
        raise NotFoundError("page", path)
    return versions, is_public


def _form(
    request: Request,
    here: Deployment,
    person: Principal,
    draft: Draft | None = None,
    wrong: RequestRefusedError | None = None,
    *,
    version: int | None = None,
) -> Response:
    is_late = bool(wrong and wrong.field == VERSIONS)
    is_open = panel_is_open(here)
    computed = () if is_open else find_panel(here).order
    with here.database.read() as unit:
        versions = unit.verdicts.all()[::-1]
        phase = current_phase(unit, here.brief)
        asked = verdict_demand(unit)
    if draft is None or len(draft.places) != len(computed):
        kept = draft or (Draft.of(versions[0]) if versions else Draft((), ""))
        is_whole = sorted(kept.places) == sorted(computed)
        draft = kept if is_whole else replace(kept, places=computed)
    view = DecideView(
        is_open=is_open,
        may_decide=leads(person) and phase is Phase.JURY and not is_open,
        computed=computed,
        draft=draft,
        version=len(versions) if version is None or is_late else version,
        versions=[] if is_open else versions,
        lapsed=asked if asked.count and versions and phase is Phase.JURY else None,
        errors=mistakes(request, "verdict", wrong),
    )
    status = 409 if is_late else 422 if wrong else 409 if is_open else 200
    return page(request, view, reader=person, status=status)
