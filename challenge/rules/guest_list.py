"""A list of people to invite, as it is pasted from a spreadsheet."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import datetime

from challenge.brief import Brief
from challenge.brief.names import folded
from challenge.errors import RequestRefusedError
from challenge.records import Role
from challenge.rules.inviting import Guest, check_guest
from challenge.store import Unit

LONGEST = 200
_SEPARATORS = "\t;,"
# Of the first column, where somebody pastes the head of the table too.
_HEADINGS = frozenset({"name", "naam", "team"})


def read_guests(text: str, guest: Guest, *, unnamed: int = 0) -> list[Guest]:
    """Read a list of names, one a line.

    Parameters
    ----------
    text : str
        Lines such as ``Grutto`` or ``Grutto;cz``: in a second column the source set of
        a team, or the table of a partner; separated by a tab, semicolon or comma.
    guest : Guest
        What all of them have that their line does not say.
    unnamed : int
        How many more are invited who choose a name themselves.

    Returns
    -------
    list of Guest
        In the order of the lines, then those without a name.

    Raises
    ------
    RequestRefusedError
        If there is nobody, there are too many, or a line has more columns.
    """
    guests = [
        _guest(number, line, guest)
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not _is_heading(number, line)
    ]
    guests += [replace(guest, name="")] * max(unnamed, 0)
    _check_count(len(guests))
    return guests


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list, before anybody is invited.

    Attributes
    ----------
    number : int
        Of the line, counted from 1.
    name, sources : str
        What it says; as typed where it is wrong.
    wrong : RequestRefusedError or None
        Why nobody can be invited with it.
    """

    number: int
    name: str
    sources: str
    wrong: RequestRefusedError | None = None


def preview_list(unit: Unit, text: str, *, brief: Brief, now: datetime) -> list[Entry]:
    """Say of every line of a list of teams whether it can be invited; nothing is made.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    text : str
        As `read_guests` takes it.
    brief : Brief
        Has the source sets.
    now : datetime
        Aware UTC.

    Returns
    -------
    list of Entry
        One a line, without empty ones and a heading.

    Raises
    ------
    RequestRefusedError
        If there is nobody, or there are too many.
    """
    lines = [
        (number, line)
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not _is_heading(number, line)
    ]
    _check_count(len(lines))
    found: list[Entry] = []
    seen: dict[str, int] = {}
    for number, line in lines:
        entry = _entry(unit, number, line, brief=brief, now=now)
        first = seen.setdefault(folded(entry.name), number)
        if entry.wrong is None and first != number:
            twice = RequestRefusedError(
                "twice", f"line {first} has it too.", hint="Give it another name."
            )
            entry = replace(entry, wrong=twice)
        found.append(entry)
    return found


def _entry(unit: Unit, number: int, line: str, *, brief: Brief, now: datetime) -> Entry:
    guest = Guest(Role.TEAM, name=line.strip())
    try:
        guest = _guest(number, line, Guest(Role.TEAM))
        if not guest.name:
            raise RequestRefusedError("name", "it is empty.", hint="Write a name.")
        guest = check_guest(unit, guest, brief=brief, now=now)
    except RequestRefusedError as wrong:
        return Entry(number, guest.name, guest.sources, wrong)
    return Entry(number, guest.name, guest.sources)


def _check_count(people: int) -> None:
    if not 1 <= people <= LONGEST:
        raise RequestRefusedError(
            "names",
            f"it has {people} people.",
            hint=f"1 to {LONGEST}: one name on each line, or a number without names.",
        )


def _guest(number: int, line: str, guest: Guest) -> Guest:
    columns = _columns(line)
    if len(columns) == 1:
        return replace(guest, name=columns[0])
    if len(columns) > 2 or guest.role not in (Role.TEAM, Role.PARTNER):
        raise RequestRefusedError(
            "names",
            f"line {number} has {len(columns)} columns.",
            hint="A name; for a team its source set, for a partner its table.",
        )
    if guest.role is Role.TEAM:
        return replace(guest, name=columns[0], sources=columns[1] or guest.sources)
    return replace(guest, name=columns[0], partner=columns[1] or guest.partner)


def _columns(line: str) -> list[str]:
    separator = next((mark for mark in _SEPARATORS if mark in line), ",")
    [cells] = csv.reader([line], delimiter=separator, skipinitialspace=True)
    return [cell.strip() for cell in cells]


def _is_heading(number: int, line: str) -> bool:
    return number == 1 and _columns(line)[0].lower() in _HEADINGS
