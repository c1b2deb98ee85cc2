"""The jury's verdict as it stands, for the organiser: JSON and a page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from challenge.rules.judging import POINTS
from challenge.rules.jury import JuryVerdict, jury_verdict
from challenge.rules.standings import Standings
from challenge.web.access import Deployment, Here, Person
from challenge.web.board import current_standings
from challenge.web.pages import choose_language, page
from leaderboard import Board
from leaderboard.pages import JuryView, jury_fragment

router = APIRouter(tags=["organiser"])


@router.get("/api/verdict")
def verdict(here: Here, person: Person) -> dict[str, Any]:
    """Give the jury's verdict as it stands: means, scores, places, agreement."""
    return {
        "challenge": here.brief.slug,
        "release": here.release.version,
        "model_set": "board",
        **current_verdict(here).to_dict(),
    }


@router.get("/organiser/verdict", include_in_schema=False)
def verdict_page(request: Request, here: Here, person: Person) -> Response:
    """Show the jury's verdict as it stands: teams, jurors, agreement, weights."""
    found, language = current_verdict(here), choose_language(request)
    view = JuryView(
        result=found.result,
        language=language,
        criteria={c.slug: getattr(c.label, language) for c in here.brief.rubric},
        scale=(POINTS[0], POINTS[-1]),
        unjudged=found.unjudged,
        recusals=tuple((ballot.juror, ballot.team) for ballot in found.recusals),
        tie_set=found.tie_set,
        weighted=found.weighted,
        unweighted=found.unweighted,
    )
    return page(
        request,
        "verdict.html",
        reader=person,
        verdict=Markup(jury_fragment(view)),  # noqa: S704 - autoescaped already
    )


def current_verdict(here: Deployment) -> JuryVerdict:
    """Compute the verdict from the ballots as they stand.

    Parameters
    ----------
    here : Deployment
        The running server.

    Returns
    -------
    JuryVerdict
        With the model board of the board rows as evidence.
    """
    with here.database.read() as unit:
        ballots, pitches = unit.ballots.ballots(), unit.ballots.pitches()
    boards = _boards_by_team(current_standings(here))
    return jury_verdict(ballots, pitches, brief=here.brief, boards=boards)


def _boards_by_team(ranked: Standings) -> list[Board]:
    """Name each row of the model board after its team, as ballots do."""
    return [
        Board(tuple(replace(r, key=ranked.results[r.key].team) for r in board.rows))
        for board in ranked.boards.values()
    ]
