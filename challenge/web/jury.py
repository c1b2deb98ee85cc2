"""The jury's verdict as it stands, for the organiser: JSON and a page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from challenge.records import Role
from challenge.rules.jury import JuryVerdict, jury_verdict
from challenge.rules.phases import shows_finals
from challenge.rules.rubric import POINTS
from challenge.rules.standings import Rows
from challenge.rules.tally import counted_ballots
from challenge.web.access import Deployment, Here, Person
from challenge.web.board import current_standings
from challenge.web.pages import choose_language, page
from leaderboard import Board
from leaderboard.pages import JuryView, jury_fragment

router = APIRouter(tags=["organiser"])


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """The jury's verdict as it stands, for the organiser.

    Attributes
    ----------
    verdict : Markup
        Of `leaderboard.pages.jury_fragment`.
    """

    template: ClassVar[str] = "verdict/evidence.html"

    verdict: Markup


@router.get("/api/verdict")
def verdict(here: Here, person: Person) -> dict[str, Any]:
    """Give the jury's verdict as it stands: means, scores, places, agreement."""
    return {
        "challenge": here.brief.slug,
        "release": here.release.version,
        "model_set": model_set(here),
        **current_verdict(here).to_dict(),
    }


@router.get("/organiser/verdict", include_in_schema=False)
def verdict_page(request: Request, here: Here, person: Person) -> Response:
    """Show the jury's verdict as it stands: teams, jurors, agreement, weights."""
    found = current_verdict(here)
    view = jury_view(here, found, choose_language(request))
    drawn = Markup(jury_fragment(view))  # noqa: S704 - autoescaped already
    return page(request, EvidenceView(drawn), reader=person)


def jury_view(here: Deployment, found: JuryVerdict, language: str) -> JuryView:
    """Make the view that `leaderboard.pages.jury_fragment` draws.

    Parameters
    ----------
    here : Deployment
        The running server.
    found : JuryVerdict
        What the jury says.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    JuryView
        With the words of the rubric.
    """
    return JuryView(
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


def current_verdict(here: Deployment) -> JuryVerdict:
    """Compute the verdict from the ballots as they stand.

    Parameters
    ----------
    here : Deployment
        The running server.

    Returns
    -------
    JuryVerdict
        With the model board as evidence, and without teams that are disqualified and
        ballots of jurors who are barred.
    """
    with here.database.read() as unit:
        barred = {team.name for team in unit.people.all(Role.TEAM) if team.barred}
        ballots = [b for b in counted_ballots(unit) if b.team not in barred]
        pitches = [p for p in unit.pitches.all() if p.team not in barred]
    return jury_verdict(
        ballots, pitches, brief=here.brief, boards=model_boards(here, barred)
    )


def model_set(here: Deployment) -> Rows:
    """Say on which rows the models are held beside the jury.

    Parameters
    ----------
    here : Deployment
        The running server.

    Returns
    -------
    {"board", "final"}
        Final rows from the phase on in which they are scored.
    """
    return "final" if shows_finals(here.phase) else "board"


def model_boards(here: Deployment, barred: Collection[str] = ()) -> list[Board]:
    """Give the model board, each row named after its team, as ballots are.

    Parameters
    ----------
    here : Deployment
        The running server.
    barred : collection of str
        Teams that are left out.

    Returns
    -------
    list of Board
        One per source set.
    """
    ranked = current_standings(here, model_set(here))
    return [
        Board(
            tuple(
                replace(row, key=ranked.results[row.key].team)
                for row in board.rows
                if ranked.results[row.key].team not in barred
            )
        )
        for board in ranked.boards.values()
    ]
