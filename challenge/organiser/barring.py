"""The commands that stop somebody's access, and give it back; a team keeps looking."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from challenge.organiser.desk import Because, opened
from challenge.records import Role
from challenge.terminal import By, console, explained

Known = Annotated[str, typer.Argument(help="Of somebody who takes part.")]


def add_barring(made: typer.Typer, role: Role) -> None:
    """Give a role's group the commands ``bar`` and ``readmit``.

    Parameters
    ----------
    made : Typer
        The group.
    role : Role
        Whom it is about; no team: `challenge disqualify` is for those.
    """
    words = '"Kievit" --by "Your Name" --reason'

    @made.command(
        "bar",
        epilog=f'Example: `challenge {role} bar {words} "Their card was found."`',
    )
    def bar(name: Known, by: By, reason: Because) -> None:
        """Stop the access of one, whose sessions end; they read why."""
        _change(role, name, reason, by, again=False)
        console.print(f"{escape(name)} has no access any more.")

    @made.command(
        "readmit",
        epilog=f'Example: `challenge {role} readmit {words} "It was a mistake."`',
    )
    def readmit(name: Known, by: By, reason: Because) -> None:
        """Give one access again who was barred."""
        _change(role, name, reason, by, again=True)
        console.print(f"{escape(name)} has access again.")


def _change(role: Role, name: str, reason: str, by: str, *, again: bool) -> None:
    from challenge.errors import NotFoundError
    from challenge.rules.registration import bar, readmit

    with explained(), opened() as desk, desk.database.begin() as unit:
        person = unit.people.named(role, name)
        if person is None:
            raise NotFoundError(role.value, name)
        (readmit if again else bar)(unit, person, reason, by=by, now=desk.now)
