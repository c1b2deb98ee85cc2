"""What the organiser tells everybody, on every page."""

from __future__ import annotations

from datetime import datetime

from challenge.errors import NotFoundError
from challenge.records import Principal
from challenge.rules.text import check_text
from challenge.store import Unit

TEXT_LENGTH = 300


def announce(unit: Unit, person: Principal, *, nl: str, en: str, now: datetime) -> None:
    """Put a message on every page; the same once more changes nothing.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Who says it.
    nl, en : str
        1 to 300 characters each: nobody should have to guess.
    now : datetime
        Aware UTC.

    Raises
    ------
    RequestRefusedError
        If a text is empty, too long or cannot be shown.
    """
    nl = check_text("nl", nl, longest=TEXT_LENGTH)
    en = check_text("en", en, longest=TEXT_LENGTH)
    if (nl, en) in [(a.nl, a.en) for a in unit.announcements.current()]:
        return
    unit.announcements.add(nl=nl, en=en, by=person.name, now=now)
    unit.audit.add(person.name, "add announcement", en[:200], now=now, nl=nl)


def withdraw_announcement(
    unit: Unit, person: Principal, number: int, *, now: datetime
) -> None:
    """Take a message off every page.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Who does.
    number : int
        Which one.
    now : datetime
        Aware UTC.

    Raises
    ------
    NotFoundError
        If it does not stand there.
    """
    if not unit.announcements.withdraw(number, now=now):
        raise NotFoundError("announcement", str(number))
    unit.audit.add(
        *(person.name, "withdraw announcement", str(number)),
        now=now,
        before="shown",
        after="withdrawn",
    )
