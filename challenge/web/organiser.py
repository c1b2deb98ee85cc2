"""What the organiser alone may see: the desk, and MLflow's own pages."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from challenge.errors import NotFoundError
from challenge.records import Role, State
from challenge.rules.sources import label_for
from challenge.tracking import Tracker
from challenge.web.access import Here, Person, admit_to, identify
from challenge.web.fleet import find_fleet
from challenge.web.origins import check_origin
from challenge.web.pages import choose_language, page
from challenge.web.submissions import waits_in_words

router = APIRouter(tags=["organiser"], include_in_schema=False)


@router.get("/organiser")
def desk(request: Request, here: Here, person: Person) -> Response:
    """Show the queue, the people and the way to MLflow."""
    with here.database.read() as unit:
        submissions = unit.submissions.all()
        people = {role: unit.people.all(role) for role in Role}
        ballots = unit.ballots.ballots()
        handouts = unit.handouts.counts()
    teams = [
        (team, label_for(team, here.brief), handouts.get(team.id))
        for team in people.pop(Role.TEAM)
    ]
    counts = {state: sum(s.state is state for s in submissions) for state in State}
    return page(
        request,
        "organiser.html",
        reader=person,
        fleet=find_fleet(here),
        waits=waits_in_words(here, submissions, choose_language(request)),
        counts=counts,
        people=people,
        teams=teams,
        submissions=submissions[::-1],
        ballots=ballots,
    )


class GuardedUi:
    """MLflow's pages behind our own log-in; made at the first visit.

    Parameters
    ----------
    tracker : Tracker
        Whose runs are shown.
    """

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an organiser on to MLflow, and nobody else."""
        if scope["type"] != "http":
            raise NotFoundError("page", scope["path"])
        request = Request(scope)
        person = await run_in_threadpool(identify, request)
        check_origin(request)
        admit_to("*", "/mlflow", person)
        ui = await run_in_threadpool(lambda: self._ui)
        await ui(scope, receive, send)

    @cached_property
    def _ui(self) -> Any:
        return self._tracker.ui()
