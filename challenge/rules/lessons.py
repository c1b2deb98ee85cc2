"""What was learnt today: sources, findings, dilemmas, open questions."""

from __future__ import annotations

from datetime import datetime

from challenge.brief import Brief
from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.phases import check_open, current_phase
from challenge.rules.text import check_text
from challenge.store import Unit
from leaderboard import Phase

KINDS = ("source", "finding", "dilemma", "question")
"""In the order in which they are shown."""
COLUMNS = ("kind", "text", "interpretation", "by", "at")
TEXT_LENGTH = 2000


def may_note(unit: Unit, brief: Brief, person: Principal | None) -> bool:
    """Tell whether somebody may write down what was learnt.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says where the challenge begins.
    person : Principal or None
        Who; None for a visitor.

    Returns
    -------
    bool
        True for the organiser, and for a juror until the end: then everybody reads
        along.
    """
    if person is None or person.role not in (Role.JUROR, Role.ORGANISER):
        return False
    is_over = current_phase(unit, brief) is Phase.CLOSED
    return person.role is Role.ORGANISER or not is_over


def note_lesson(
    unit: Unit,
    person: Principal,
    *,
    kind: str,
    text: str,
    interpretation: str = "",
    brief: Brief,
    now: datetime,
) -> None:
    """Write down one thing that was learnt; the same once more changes nothing.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Organiser or juror.
    kind : str
        One of `KINDS`.
    text : str
        1 to 2,000 characters.
    interpretation : str
        Of a finding: what residents say that it means; at most 2,000 characters.
    brief : Brief
        Says where the challenge begins.
    now : datetime
        Aware UTC.

    Raises
    ------
    PhaseClosedError
        If a juror wants to after the end.
    RequestRefusedError
        If the kind is unknown, or a text is empty, too long or cannot be shown.
    """
    may = may_note(unit, brief, person)
    check_open(may, "add to the lessons", current_phase(unit, brief))
    if kind not in KINDS:
        raise RequestRefusedError(
            "kind", f"{kind!r} is none.", hint=f"Choose one of: {', '.join(KINDS)}."
        )
    text = check_text("text", text, longest=TEXT_LENGTH)
    interpretation = check_text(
        "interpretation", interpretation, shortest=0, longest=TEXT_LENGTH
    )
    said = (kind, text, interpretation)
    known = [known for known in unit.lessons.all() if known.is_of(person)]
    if said in [(k.kind, k.text, k.interpretation) for k in known]:
        return
    unit.lessons.add(
        kind=kind, text=text, interpretation=interpretation, by=person, now=now
    )
    unit.audit.add(person.name, "note lesson", kind, now=now)


def withdraw_lesson(
    unit: Unit, person: Principal, number: int, *, now: datetime
) -> None:
    """Take one off the list: your own, or as organiser any.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Who withdraws.
    number : int
        Which one.
    now : datetime
        Aware UTC.

    Raises
    ------
    NotFoundError
        If there is no such one of theirs.
    """
    found = [lesson for lesson in unit.lessons.all() if lesson.id == number]
    is_organiser = person.role is Role.ORGANISER
    if not found or not (is_organiser or found[0].is_of(person)):
        raise NotFoundError("lesson", str(number))
    unit.lessons.withdraw(number, now=now)
    unit.audit.add(
        *(person.name, "withdraw lesson", found[0].kind),
        now=now,
        number=number,
        before="shown",
        after="withdrawn",
    )
