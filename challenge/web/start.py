"""A team's first minutes: three blocks to copy, and a list that ticks itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from fastapi import APIRouter, Request, Response

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
TRAIN = """\
cat > train.py <<'END'
import json
from pathlib import Path
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from challenge.client import package

facts = json.load(open("data/manifest.json"))
rows = pd.read_parquet("data/train.parquet")
features, target = rows[facts["features"]], rows[facts["target"]]
numbers = make_column_selector(dtype_include="number")
filled = SimpleImputer(add_indicator=True, keep_empty_features=True)
model = make_pipeline(
    make_column_transformer((filled, numbers)),
    StandardScaler(),
    LogisticRegression(max_iter=1000),
).fit(features, target)
package(model, features, Path("model.zip"), title="Eerste model")
END
python train.py"""
"""Whole, so that it works without a clone: the smallest model on every number."""


@dataclass(frozen=True, slots=True)
class StartView:
    """What the start page shows.

    Attributes
    ----------
    blocks : dict of str to str
        Commands to copy, by what they are for.
    steps : list of (str, str, bool)
        Key, page, and whether it is done.
    at : datetime
        When that was looked at; aware UTC.
    """

    template: ClassVar[str] = "team/start.html"

    blocks: dict[str, str]
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
    done = _done(here, team)
    return StartView(
        blocks=_blocks(site_of(request).rstrip("/")),
        steps=[(key, path, done[key]) for key, path in STEPS.items()],
        at=datetime.now(UTC),
    )


def _blocks(site: str) -> dict[str, str]:
    """Write the commands for this server; a token is never shown twice."""
    bearer = '-H "Authorization: Bearer $CHALLENGE_TOKEN"'
    return {
        "data": f"export CHALLENGE_URL={site}\n"
        "export CHALLENGE_TOKEN=kansrijk_...\n"
        "challenge download data",
        "train": TRAIN,
        "submit": "challenge submit model.zip --proof\nchallenge submit model.zip",
        "curl": f"curl {bearer} -F bundle=@model.zip {site}/api/submissions",
    }


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
