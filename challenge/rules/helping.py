"""A team asks, the organiser answers; a short code ties the two together."""

from __future__ import annotations

import secrets
from datetime import datetime

from challenge.errors import NotFoundError, TooManyQuestionsError
from challenge.records import Principal
from challenge.rules.competing import check_competes
from challenge.rules.text import check_text
from challenge.store import Unit
from challenge.store.help_requests import HelpRequest

TEXT_LENGTH = 2000
OPEN_QUESTIONS = 20
"""Of one team: more than anybody waits for, and what a desk can still show."""
# Without what is easily misheard or misread: 0 and O, 1 and I.
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH = 4


def ask(
    unit: Unit, person: Principal, *, text: str, submission_id: str, now: datetime
) -> str:
    """Ask for help.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Who asks.
    text : str
        1 to 2,000 characters.
    submission_id : str
        One of their own; empty: about none.
    now : datetime
        Aware UTC.

    Returns
    -------
    str
        Code of the question; the same open question keeps its code.

    Raises
    ------
    NotFoundError
        If they have no such submission.
    RequestRefusedError
        If the text is empty, too long, or cannot be shown.
    BarredError, TooManyQuestionsError
        If they do not compete any more, or wait for many answers already.
    """
    text = check_text("text", text, longest=TEXT_LENGTH)
    if submission_id:
        found = unit.submissions.get(submission_id)
        if found is None or found.team_id != person.id:
            raise NotFoundError("submission", submission_id)
    about = submission_id or None
    unit.submissions.hold(person.id)
    check_competes(unit, person)
    waiting = unit.help_requests.open(of=person)
    for known in waiting:
        if (known.text, known.submission_id) == (text, about):
            return known.code
    if len(waiting) >= OPEN_QUESTIONS:
        raise TooManyQuestionsError(team=person.name, limit=OPEN_QUESTIONS)
    code = _new_code(unit)
    unit.help_requests.add(person, code=code, text=text, submission_id=about, now=now)
    unit.audit.add(person.name, "ask help", code, now=now)
    return code


def answer(unit: Unit, code: str, text: str, *, by: str, now: datetime) -> None:
    """Answer a question.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    code : str
        Of the question.
    text : str
        1 to 2,000 characters.
    by : str
        Who answers.
    now : datetime
        Aware UTC.

    Raises
    ------
    NotFoundError
        If no question has this code.
    RequestRefusedError
        If the text is empty, too long, or cannot be shown.
    """
    found = find(unit, code)
    text = check_text("answer", text, longest=TEXT_LENGTH)
    unit.help_requests.answer(found.code, text, by=by, now=now)
    before = "answered" if found.answered_at else "open"
    unit.audit.add(
        by, "answer help", found.code, now=now, before=before, after="answered"
    )


def find(unit: Unit, code: str) -> HelpRequest:
    """Find a question by its code, as somebody reads it aloud.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    code : str
        In any case, with spaces around it.

    Returns
    -------
    HelpRequest
        The question.

    Raises
    ------
    NotFoundError
        If no question has it.
    """
    found = unit.help_requests.find(code.strip().upper())
    if found is None:
        raise NotFoundError("help request", code)
    return found


def _new_code(unit: Unit) -> str:
    while True:
        code = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
        if unit.help_requests.find(code) is None:
            return code
