"""Pages for everybody: the board, the challenge, a submission."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from challenge.sandbox.runtime import runtime_packages
from challenge.web.access import Here, Person, Visitor
from challenge.web.board import (
    board_view,
    current_standings,
    group_labels,
    source_words,
)
from challenge.web.feedback import feedback
from challenge.web.pages import choose_language, page
from challenge.web.progress import repeat_words
from challenge.web.submissions import (
    find_scorecard,
    find_submission,
    find_usage,
    waits_in_words,
)
from leaderboard.pages import (
    ScorecardView,
    practice_fragment,
    ranking_fragment,
    scorecard_fragment,
)

router = APIRouter(include_in_schema=False)


@router.get("/")
def board(request: Request, here: Here, reader: Visitor) -> Response:
    """Show the ranked board with the pitches beside it."""
    view = board_view(
        here, current_standings(here), reader=reader, language=choose_language(request)
    )
    with here.database.read() as unit:
        pitches, ballots = unit.ballots.pitches(), unit.ballots.ballots()
    counts = {
        p.team: sum(b.team == p.team and not b.recused for b in ballots)
        for p in pitches
    }
    return page(
        request,
        "board.html",
        reader=reader,
        ranking=Markup(ranking_fragment(view)),  # noqa: S704 - autoescaped already
        practice=Markup(practice_fragment(view)),  # noqa: S704 - the same
        pitches=pitches,
        ballot_counts=counts,
    )


@router.get("/challenge")
def challenge(request: Request, here: Here, reader: Visitor) -> Response:
    """Show question, evidence, rules and data."""
    return page(
        request,
        "challenge.html",
        reader=reader,
        brief=here.brief,
        limits=here.settings.limits,
        upload_limit_mib=here.settings.upload_limit_mib,
    )


@router.get("/submissions")
def submissions(request: Request, here: Here, person: Person) -> Response:
    """List the reader's submissions."""
    with here.database.read() as unit:
        found = unit.submissions.of_team(person.id)
    return page(
        request,
        "submissions.html",
        reader=person,
        submissions=found,
        waits=waits_in_words(here, found, choose_language(request)),
        python=runtime_packages().python,
    )


@router.get("/submissions/{submission_id}")
def submission(
    request: Request, here: Here, person: Person, submission_id: str
) -> Response:
    """Show where one submission is, why it was refused, or what it changed."""
    found = find_submission(here, person, submission_id)
    language, repeats = choose_language(request), found.repeat_difference
    return page(
        request,
        "submission.html",
        reader=person,
        submission=found,
        waits=waits_in_words(here, [found], language).get(found.id),
        repeats=None if repeats is None else repeat_words(repeats, language),
        used=find_usage(here, found),
        feedback=feedback(here, [found], reader=person).get(found.id),
    )


@router.get("/submissions/{submission_id}/scorecard")
def scorecard(
    request: Request, here: Here, person: Person, submission_id: str
) -> Response:
    """Show a scorecard: practice rows for a team, board rows for the organiser."""
    found = find_submission(here, person, submission_id)
    card, kind = find_scorecard(here, person, submission_id)
    language = choose_language(request)
    view = ScorecardView(
        scorecard=card,
        team=found.team,
        title=found.title,
        rows_kind=kind,
        language=language,
        labels=group_labels(here.brief, language),
    )
    return page(
        request,
        "scorecard.html",
        reader=person,
        submission=found,
        sources=source_words(here.brief, found.sources, language),
        fragment=Markup(scorecard_fragment(view)),  # noqa: S704 - autoescaped already
    )


@router.get("/api/docs")
def api_docs(request: Request, reader: Visitor) -> Response:
    """List the API from its own description, without a script."""
    schema = request.app.openapi()
    return page(request, "api.html", reader=reader, schema=schema)
