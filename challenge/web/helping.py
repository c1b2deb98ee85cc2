"""Asking for help, and the organiser's desk that answers by a short code."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Principal, Role, Submission
from challenge.rules.helping import TEXT_LENGTH, answer, ask, find
from challenge.store.help_requests import HelpRequest
from challenge.web.access import Deployment, Here, Person
from challenge.web.mistakes import mistakes
from challenge.web.pages import page

router = APIRouter(include_in_schema=False)
PAGE = "/help"
DESK = "/organiser/help"


@dataclass(frozen=True, slots=True)
class HelpView:
    """What a team asked, and the form to ask again.

    Attributes
    ----------
    asked : list of HelpRequest
        Its own, newest first.
    submissions : list of Submission
        Its own: what a question may be about.
    text, about : str
        What stands in the form: the question, and a submission or nothing.
    longest : int
        Most characters.
    errors : dict of str to str
        Why the form was refused.
    """

    template: ClassVar[str] = "team/help.html"

    asked: list[HelpRequest]
    submissions: list[Submission]
    text: str = ""
    about: str = ""
    longest: int = TEXT_LENGTH
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeskHelpView:
    """Every question, for the organiser.

    Attributes
    ----------
    open, answered : list of HelpRequest
        Oldest first, and newest first.
    code : str
        That was looked for in vain; empty: none was.
    """

    template: ClassVar[str] = "team/help_desk.html"

    open: list[HelpRequest]
    answered: list[HelpRequest]
    code: str = ""


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question, for the organiser.

    Attributes
    ----------
    asked : HelpRequest
        Which one.
    submission : Submission or None
        What it is about.
    text : str
        What stands in the form.
    may_answer : bool
        Whether the reader may.
    longest : int
        Most characters.
    errors : dict of str to str
        Why the form was refused.
    """

    template: ClassVar[str] = "team/question.html"

    asked: HelpRequest
    submission: Submission | None
    text: str
    may_answer: bool
    longest: int = TEXT_LENGTH
    errors: dict[str, str] = field(default_factory=dict)


@router.get(PAGE)
def help_page(
    request: Request, here: Here, team: Person, about: str = "", text: str = ""
) -> Response:
    """Show what the team asked; a link may fill in what it is about."""
    view = _view(here, team, text=text[:TEXT_LENGTH], about=about)
    return page(request, view, reader=team)


@router.post(PAGE)
def ask_help(
    request: Request,
    here: Here,
    team: Person,
    text: Annotated[str, Form()] = "",
    about: Annotated[str, Form()] = "",
) -> Response:
    """Ask; the answer comes on the same page."""
    now = datetime.now(UTC)
    try:
        with here.database.begin() as unit:
            ask(unit, team, text=text, submission_id=about, now=now)
    except RequestRefusedError as wrong:
        errors = mistakes(request, "help", wrong)
        view = _view(here, team, text=text, about=about, errors=errors)
        return page(request, view, reader=team, status=422)
    return RedirectResponse(PAGE, status_code=303)


@router.get(DESK)
def desk(request: Request, here: Here, person: Person, code: str = "") -> Response:
    """List questions, or go to the one whose code somebody says."""
    with here.database.read() as unit:
        if code.strip():
            try:
                found = find(unit, code)
            except NotFoundError:
                pass
            else:
                return RedirectResponse(f"{DESK}/{found.code}", status_code=303)
        view = DeskHelpView(
            unit.help_requests.open(), unit.help_requests.answered(), code.strip()
        )
    return page(request, view, reader=person, status=404 if view.code else 200)


@router.get(DESK + "/{code}")
def question(request: Request, here: Here, person: Person, code: str) -> Response:
    """Show one question."""
    return page(request, _question(here, person, code), reader=person)


@router.post(DESK + "/{code}")
def answer_question(
    request: Request,
    here: Here,
    person: Person,
    code: str,
    text: Annotated[str, Form(alias="answer")] = "",
) -> Response:
    """Answer it."""
    try:
        with here.database.begin() as unit:
            answer(unit, code, text, by=person.name, now=datetime.now(UTC))
    except RequestRefusedError as wrong:
        errors = mistakes(request, "help", wrong)
        view = _question(here, person, code, text=text, errors=errors)
        return page(request, view, reader=person, status=422)
    return RedirectResponse(DESK, status_code=303)


def _view(
    here: Deployment,
    team: Principal,
    *,
    text: str = "",
    about: str = "",
    errors: dict[str, str] | None = None,
) -> HelpView:
    with here.database.read() as unit:
        asked = unit.help_requests.of(team)
        submissions = unit.submissions.of_team(team.id)
    return HelpView(asked, submissions, text, about, errors=errors or {})


def _question(
    here: Deployment,
    person: Principal,
    code: str,
    *,
    text: str | None = None,
    errors: dict[str, str] | None = None,
) -> QuestionView:
    with here.database.read() as unit:
        asked = find(unit, code)
        about = asked.submission_id
        submission = unit.submissions.get(about) if about else None
    return QuestionView(
        asked,
        submission,
        asked.answer if text is None else text,
        may_answer=person.role is Role.ORGANISER,
        errors=errors or {},
    )
