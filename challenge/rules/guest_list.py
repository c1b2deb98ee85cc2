"""A list of people to invite, as it is pasted from a spreadsheet."""

from __future__ import annotations

import csv
from dataclasses import replace

from challenge.errors import RequestRefusedError
from challenge.records import Role
from challenge.rules.inviting import Guest

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
    if not 1 <= len(guests) <= LONGEST:
        raise RequestRefusedError(
            "names",
            f"it has {len(guests)} people.",
            hint=f"1 to {LONGEST}: one name on each line, or a number without names.",
        )
    return guests


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
