"""A team's first minutes: eight commands to copy, and a list that ticks itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from challenge.kit.steps import (
    ENVIRONMENT,
    EVALUATE,
    FETCH,
    POWERSHELL,
    SUBMIT,
    TRAIN,
    WINDOWS,
    install,
    log_in,
)
from challenge.records import Principal, State
from challenge.web.access import Deployment, Here, Person
from challenge.web.pages import choose_language, page
from challenge.web.site import site_of
from challenge.web.tags import unless_known

router = APIRouter(include_in_schema=False)
PAGE = "/start"
STEPS = {
    "terms": "/data",
    "download": "/data",
    "proof": "/submissions",
    "score": "/submissions",
    "pick": "/picks",
    "pitch": "/pitch",
    "interpretation": "/interpretation",
}
"""What a team does on the day, in order, and where."""
COMPETING = frozenset({"proof", "score", "pitch"})
"""Those that are refused a team that was disqualified."""


@dataclass(frozen=True, slots=True)
class StartView:
    """What the start page shows.

    Attributes
    ----------
    blocks : dict of str to str
        Commands to copy, in order, by what they are for.
    windows, powershell, curl : str
        What differs on Windows, and how to hand in without our program.
    steps : list of (str, str, bool)
        Key, page (empty: it is refused this team), and whether it is done.
    at : datetime
        When that was looked at; aware UTC.
    """

    template: ClassVar[str] = "team/start.html"

    blocks: dict[str, str]
    windows: str
    powershell: str
    curl: str
    steps: list[tuple[str, str, bool]]
    at: datetime


@router.get(PAGE)
def start(request: Request, here: Here, team: Person) -> Response:
    """Show how to get a first score, and how far the team is."""
    return page(request, _view(request, here, team), reader=team)


@router.get(PAGE + "/live")
def live(request: Request, here: Here, team: Person) -> Response:
    """Give the list that ticks itself; once a minute also where nothing did."""
    view = _view(request, here, team)
    return unless_known(
        request,
        (
            view.steps,
            view.at.replace(second=0, microsecond=0),
            choose_language(request),
        ),
        lambda: page(request, view, reader=team, block="live"),
    )


def _view(request: Request, here: Deployment, team: Principal) -> StartView:
    done, site = _done(here, team), site_of(request).rstrip("/")
    refused = COMPETING if team.barred is not None else frozenset[str]()
    bearer = '-H "Authorization: Bearer $CHALLENGE_TOKEN"'
    return StartView(
        blocks=_blocks(site),
        windows="\n".join(WINDOWS),
        powershell="\n".join(POWERSHELL),
        curl=f"curl {bearer} -F bundle=@model.zip {site}/api/submissions",
        steps=[
            (key, "" if key in refused else path, done[key])
            for key, path in STEPS.items()
        ],
        at=datetime.now(UTC),
    )


def _blocks(site: str) -> dict[str, str]:
    """Write the commands for this server; a token is never shown twice."""
    lines = {
        "install": (*ENVIRONMENT, install(site)),
        "fetch": (log_in(site), FETCH),
        "train": (TRAIN, EVALUATE),
        "submit": (SUBMIT,),
    }
    return {key: "\n".join(commands) for key, commands in lines.items()}


def _done(here: Deployment, team: Principal) -> dict[str, bool]:
    """Look at what really happened."""
    with here.database.read() as unit:
        accepted = unit.handouts.accepted_at(team, here.terms.sha256)
        handouts = unit.handouts.counts().get(team.id)
        found = unit.submissions.of_team(team.id)
        picked = unit.picks.all(here.release.name).get(team.id)
        pitch = unit.pitches.get(team.id)
        note = unit.interpretations.get(team)
    states = {one.state for one in found}
    return {
        "terms": accepted is not None,
        "download": bool(handouts and handouts.downloads),
        # A score has gone through the proof run.
        "proof": bool(states & {State.PROVED, State.SCORED}),
        "score": State.SCORED in states,
        "pick": bool(picked),
        "pitch": bool(pitch and pitch.title),
        "interpretation": bool(note.text),
    }
