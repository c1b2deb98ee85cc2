"""The run-sheet of the day: when, which phase, who does what, and what if."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from challenge.records import Role
from challenge.rules.phases import path_of
from challenge.rules.timeline import planned
from challenge.web.access import Here, Person
from challenge.web.pages import page
from challenge.web.site import site_of
from leaderboard import Phase

router = APIRouter(tags=["organiser"], include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ScriptView:
    """What the run-sheet shows.

    Attributes
    ----------
    question : str or Words
        Of the challenge, in both languages.
    phases : list of (Phase, datetime or None)
        Phases with the moment at which they begin; None: by hand.
    slots : list of (str, datetime or None)
        Teams in the order in which they pitch, and when if the jury's phase has a
        time; without an order that was set, by name.
    jurors : list of (str, bool)
        Who judges, and who leads the panel.
    talk_minutes, question_minutes : int
        How long a pitch lasts.
    scored_per_day : int
        How many scored runs a team has.
    address : str
        Where phones find the board.
    """

    template: ClassVar[str] = "organiser/script.html"

    question: object
    phases: list[tuple[Phase, datetime | None]]
    slots: list[tuple[str, datetime | None]]
    jurors: list[tuple[str, bool]]
    talk_minutes: int
    question_minutes: int
    scored_per_day: int
    address: str


@router.get("/organiser/script")
def script(request: Request, here: Here, person: Person) -> Response:
    """Show the run-sheet, to be printed and filled in with a pen."""
    brief = here.brief
    with here.database.read() as unit:
        times = planned(unit, brief)
        teams = [team.name for team in unit.people.all(Role.TEAM) if not team.barred]
        placed = [name for name in unit.clocks.order() if name in teams]
        jurors = [(j.name, j.chairs) for j in unit.people.all(Role.JUROR)]
    view = ScriptView(
        question=brief.question,
        phases=[(phase, times.get(phase)) for phase in path_of(brief)],
        slots=_slots(
            [*placed, *(name for name in teams if name not in placed)],
            times.get(Phase.JURY),
            timedelta(minutes=brief.jury.talk_minutes + brief.jury.question_minutes),
        ),
        jurors=jurors,
        talk_minutes=brief.jury.talk_minutes,
        question_minutes=brief.jury.question_minutes,
        scored_per_day=brief.quota.scored_per_day,
        address=site_of(request),
    )
    return page(request, view, reader=person)


def _slots(
    teams: list[str], begins: datetime | None, length: timedelta
) -> list[tuple[str, datetime | None]]:
    """Give every team its moment, one after another; changing over is not counted."""
    return [
        (team, begins + number * length if begins else None)
        for number, team in enumerate(teams)
    ]
