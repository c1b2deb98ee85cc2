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
_TEAM = Guest(Role.TEAM)


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
        If there is nobody, there are too many, or a line has more columns or
        cannot be read.
    """
    guests = [_guest(number, line, guest) for number, line in _lines(text)]
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


def decode_list(sheet: bytes) -> str:
    """Read a file as spreadsheets save it: UTF-8, or what Windows calls ANSI.

    Parameters
    ----------
    sheet : bytes
        The whole file.

    Returns
    -------
    str
        Without the mark that some programs begin with.
    """
    try:
        return sheet.decode("utf-8-sig")
    except UnicodeDecodeError:
        return sheet.decode("cp1252", errors="replace")


def preview_list(
    unit: Unit,
    text: str,
    *,
    brief: Brief,
    now: datetime,
    guest: Guest = _TEAM,
) -> list[Entry]:
    """Say of every line of a list whether it can be invited; nothing is made.

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
    guest : Guest
        What all of them have that their line does not say; a team by default.

    Returns
    -------
    list of Entry
        One a line, without empty ones and a heading.

    Raises
    ------
    RequestRefusedError
        If there is nobody, or there are too many.
    """
    lines = _lines(text)
    _check_count(len(lines))
    found: list[Entry] = []
    seen: dict[str, int] = {}
    for number, line in lines:
        entry = _entry(unit, number, line, guest, brief=brief, now=now)
        first = seen.setdefault(folded(entry.name), number)
        if entry.wrong is None and first != number:
            twice = RequestRefusedError(
                "twice", f"line {first} has it too.", hint="Give it another name."
            )
            entry = replace(entry, wrong=twice)
        found.append(entry)
    return found


def _entry(
    unit: Unit, number: int, line: str, given: Guest, *, brief: Brief, now: datetime
) -> Entry:
    guest = replace(given, name=line.strip())
    try:
        guest = _guest(number, line, given)
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
    columns = _columns(number, line)
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


def _columns(number: int, line: str) -> list[str]:
    separator = next((mark for mark in _SEPARATORS if mark in line), ",")
    try:
        [cells] = csv.reader([line], delimiter=separator, skipinitialspace=True)
    except csv.Error as error:
        raise RequestRefusedError(
            "names",
            f"line {number} is too long.",
            hint="One name on each line.",
        ) from error
    return [cell.strip() for cell in cells]


def _lines(text: str) -> list[tuple[int, str]]:
    """Give the lines with their numbers, but for empty ones and a heading."""
    lines = enumerate(text.splitlines(), start=1)
    return [
        (number, line)
        for number, line in lines
        if line.strip() and not (number == 1 and _is_heading(line))
    ]


def _is_heading(line: str) -> bool:
    # A heading is short, and what is not need not be read to know.
    return len(line) < LONGEST and _columns(1, line)[0].lower() in _HEADINGS
