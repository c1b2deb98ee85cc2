"""Which submissions a team lets count at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from challenge.errors import RequestRefusedError
from challenge.records import Principal, State, Submission
from challenge.rules import picks
from challenge.rules.phases import may_pick
from challenge.rules.picks import Counting
from challenge.rules.timeline import phase_for_uploads, planned
from challenge.web.access import Deployment, Here, Person
from challenge.web.mistakes import mistakes
from challenge.web.pages import page
from leaderboard import Phase

router = APIRouter(include_in_schema=False)
PAGE = "/picks"


@dataclass(frozen=True, slots=True)
class PicksView:
    """The form of the picks.

    Attributes
    ----------
    scored : list of Submission
        That can be picked, newest first.
    chosen : dict of int to str
        What stands in the form: 1 and 2 to a submission.
    disqualified : dict of str to str
        Own submissions that do not count any more, to the reason.
    counts : Submission or None
        What counts as things stand.
    why : str
        ``"first"``, ``"second"`` or ``"accepted"``; empty if nothing counts.
    open : bool
        Whether picks may change.
    until : datetime or None
        When that ends by itself; None: by hand.
    errors : dict of str to str
        Why the form was refused.
    """

    template: ClassVar[str] = "team/picks.html"

    scored: list[Submission]
    chosen: dict[int, str]
    disqualified: dict[str, str]
    counts: Submission | None
    why: str
    open: bool
    until: datetime | None
    errors: dict[str, str] = field(default_factory=dict)


@router.get(PAGE)
def show(request: Request, here: Here, team: Person) -> Response:
    """Show what counts at the end, and why."""
    return page(request, _view(here, team), reader=team)


@router.post(PAGE)
def choose(
    request: Request,
    here: Here,
    team: Person,
    first: Annotated[str, Form()] = "",
    second: Annotated[str, Form()] = "",
) -> Response:
    """Keep the first and the second pick, both or neither."""
    try:
        if first and first == second:
            raise RequestRefusedError(
                "second", "It is the first one too.", hint="Choose another one."
            )
        _keep(here, team, {1: first, 2: second})
    except RequestRefusedError as wrong:
        errors = mistakes(request, "picks", wrong)
        view = _view(here, team, {1: first, 2: second}, errors)
        return page(request, view, reader=team, status=422)
    return RedirectResponse(PAGE, status_code=303)


def _keep(here: Deployment, team: Principal, wanted: dict[int, str]) -> None:
    """Take back what is not wanted any more, then pick: all of it or nothing."""
    now, release = datetime.now(UTC), here.release.name
    with here.database.begin() as unit:
        before = unit.picks.all(release).get(team.id, {})
        gone = {key: None for key in before.values() if key not in wanted.values()}
        changes = {key: rank for rank, key in wanted.items() if key}
        for key, choice in {**gone, **changes}.items():
            picks.pick(
                unit, here.brief, team, key, choice=choice, release=release, now=now
            )


def _view(
    here: Deployment,
    team: Principal,
    chosen: dict[int, str] | None = None,
    errors: dict[str, str] | None = None,
) -> PicksView:
    release, now = here.release.name, datetime.now(UTC)
    with here.database.read() as unit:
        mine = {s.id: s for s in unit.submissions.of_team(team.id)}
        kept = unit.picks.all(release).get(team.id, {})
        counting: Counting | None = picks.counting(unit, release).get(team.id)
        gone = unit.picks.disqualified(release)
        phase = phase_for_uploads(unit, here.brief, now)
        until = planned(unit, here.brief).get(Phase.FROZEN)
    scored = (
        s for s in mine.values() if s.state is State.SCORED and s.release == release
    )
    return PicksView(
        scored=[*scored],
        chosen={1: "", 2: ""} | (kept if chosen is None else chosen),
        disqualified={key: why for key, why in gone.items() if key in mine},
        counts=mine.get(counting.submission_id) if counting else None,
        why=counting.why if counting else "",
        open=may_pick(phase),
        until=until if may_pick(phase) else None,
        errors=errors or {},
    )
