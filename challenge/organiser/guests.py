"""Adding a list of people at once: seen first, then made whole or not at all."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.markup import escape
from rich.table import Table

from challenge.errors import ContentRefusedError, Fault, RequestRefusedError
from challenge.organiser.desk import Desk
from challenge.organiser.paper import Sheet, handing_out, print_sheet, write_file
from challenge.records import Role
from challenge.terminal import console, print_json

if TYPE_CHECKING:
    from challenge.rules.guest_list import Entry
    from challenge.rules.inviting import Guest
    from challenge.store import Unit
    from challenge.web.cards import Made


@dataclass(frozen=True, slots=True)
class Way:
    """How people are let in.

    Attributes
    ----------
    invites : bool
        With a link that works once; else with a token.
    days : int
        How long a link works.
    sheet : Sheet
        How cards are written.
    by : str
        Who adds them, for the audit table.
    is_sure : bool
        Whether nobody is asked.
    as_json : bool
        Whether a program reads what is printed.
    """

    invites: bool
    days: int
    sheet: Sheet
    by: str
    is_sure: bool
    as_json: bool


def add_many(desk: Desk, role: Role, names: Path, sources: str, way: Way) -> None:
    """Add everybody of a list, or nobody.

    Parameters
    ----------
    desk : Desk
        The challenge.
    role : Role
        What they may do.
    names : Path
        The list: a file.
    sources : str
        Source set of a team whose line names none.
    way : Way
        How they are let in.

    Raises
    ------
    ContentRefusedError
        With every line that cannot be added.
    RequestRefusedError
        If there is nobody or too many, or nobody confirmed it.
    """
    from challenge.rules.guest_list import decode_list
    from challenge.rules.inviting import Guest

    text, given = decode_list(names.read_bytes()), Guest(role, sources=sources)
    with desk.database.read() as unit:
        entries = _read(desk, unit, text, names.name, given)
    _confirm(entries, role, is_sure=way.is_sure)
    guests = [Guest(role, one.name, one.sources) for one in entries]
    if way.invites:
        _invite(desk, guests, way)
    else:
        _register(desk, guests, way)


def invite_one(desk: Desk, role: Role, name: str, sources: str, way: Way) -> None:
    """Make a link for one whose name is taken as it is typed.

    Parameters
    ----------
    desk : Desk
        The challenge.
    role : Role
        What they may do.
    name : str
        Theirs.
    sources : str
        Source set of a team.
    way : Way
        How they are let in.

    Raises
    ------
    RequestRefusedError
        If they cannot have the name or the source set.
    """
    from challenge.rules.inviting import Guest

    if not name.strip():
        raise RequestRefusedError("name", "it is empty.", hint="Write a name.")
    _invite(desk, [Guest(role, name, sources)], way)


def _read(
    desk: Desk, unit: Unit, text: str, label: str, given: Guest
) -> Sequence[Entry]:
    """Read a list, and refuse it with all of its faults."""
    from challenge.rules.guest_list import preview_list

    entries = preview_list(unit, text, brief=desk.brief, now=desk.now, guest=given)
    faults = [
        Fault(
            label,
            entry.number,
            entry.name or "(no name)",
            entry.wrong.slug,
            entry.wrong.message,
            entry.wrong.hint,
        )
        for entry in entries
        if entry.wrong is not None
    ]
    if faults:
        raise ContentRefusedError(faults)
    return entries


def _confirm(entries: Sequence[Entry], role: Role, *, is_sure: bool) -> None:
    """Show the list, and ask the person at the terminal."""
    table = Table("Line", "Name", "Sources", title=f"{len(entries)} to add: {role}")
    for entry in entries:
        table.add_row(str(entry.number), escape(entry.name), escape(entry.sources))
    console.print(table)
    if is_sure:
        return
    if not sys.stdin.isatty():
        raise RequestRefusedError(
            "--yes",
            "nobody confirmed the list: there is no terminal to ask at.",
            hint="Add `--yes` where a script adds people.",
        )
    if not typer.confirm("Add them all?", err=True):
        console.print("Nobody was added.")
        raise typer.Exit(1)


def _invite(desk: Desk, guests: Sequence[Guest], way: Way) -> None:
    """Make a link for each; the cards are written before anything is kept."""
    from challenge.rules.inviting import invite

    made: list[Made] = []
    with (
        handing_out(desk, made, way.sheet, as_json=way.as_json),
        desk.database.begin() as unit,
    ):
        made += [
            invite(
                unit,
                guest,
                brief=desk.brief,
                by=way.by,
                now=desk.now,
                length=timedelta(days=way.days),
            )
            for guest in guests
        ]
        write_file(desk, made, way.sheet)


def _register(desk: Desk, guests: Sequence[Guest], way: Way) -> None:
    """Add each with a token, and print all tokens once."""
    from challenge.rules.registration import register

    with desk.database.begin() as unit:
        tokens = {}
        for guest in guests:
            person, token = register(
                unit,
                guest.role,
                guest.name,
                by=way.by,
                now=desk.now,
                sources=guest.sources,
            )
            tokens[person.name] = token
    console.print("Tokens, shown only now:")
    if way.as_json:
        print_json([{"name": name, "token": token} for name, token in tokens.items()])
    else:
        print_sheet(("name", "token"), [*tokens.items()])
