"""Invitations: listed while open, made anew, withdrawn, and for who is in already."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from challenge.errors import NotFoundError
from challenge.organiser.desk import Desk, opened
from challenge.organiser.paper import (
    Cards,
    Language,
    Paper,
    Sheet,
    Site,
    handing_out,
    write_file,
)
from challenge.records import Role
from challenge.terminal import By, Json, console, explained, print_json

if TYPE_CHECKING:
    from challenge.store import Unit
    from challenge.store.invitations import Invitation
    from challenge.web.cards import Made

app = typer.Typer(help="Open invitations: links and cards.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="As `challenge invitation list` gives it.")]


@app.command("list", epilog="Example: `challenge invitation list --json`")
def list_open(as_json: Json = False) -> None:
    """List the invitations that somebody can still use; codes cannot be shown again."""
    with explained(), opened() as desk:
        with desk.database.read() as unit:
            found = unit.invitations.open(now=desk.now)
        if as_json:
            print_json([_document(one) for one in found])
        else:
            console.print(_table(found))


@app.command("renew", epilog='Example: `challenge invitation renew 3 --by "Your Name"`')
def renew(
    number: Number,
    by: By,
    cards: Cards = None,
    site: Site = "",
    language: Language = "nl",
    paper: Paper = "a4",
    as_json: Json = False,
) -> None:
    """Withdraw one and make it anew, since a lost card cannot be printed again."""
    from challenge.rules.inviting import renew_invitation

    with explained(), opened() as desk:
        _hand_out(
            desk,
            lambda unit: renew_invitation(unit, number, by=by, now=desk.now),
            Sheet(cards, site, language, paper),
            as_json=as_json,
        )


@app.command("back", epilog='Example: `challenge invitation back "Grutto" --by "Me"`')
def let_back(
    name: Annotated[str, typer.Argument(help="Of somebody who takes part.")],
    by: By,
    cards: Cards = None,
    site: Site = "",
    language: Language = "nl",
    paper: Paper = "a4",
    as_json: Json = False,
) -> None:
    """Make a link that lets in somebody who takes part already and lost the way in."""
    from challenge.rules.inviting import invite_back
    from challenge.rules.naming import named

    def make(unit: Unit) -> Made:
        found = (named(unit, role, name) for role in Role)
        person = next((one for one in found if one is not None), None)
        if person is None:
            raise NotFoundError("person", name)
        return invite_back(unit, person, by=by, now=desk.now)

    with explained(), opened() as desk:
        _hand_out(desk, make, Sheet(cards, site, language, paper), as_json=as_json)


@app.command(
    "revoke", epilog='Example: `challenge invitation revoke 3 --by "Your Name"`'
)
def revoke(number: Number, by: By) -> None:
    """Let nobody in with an invitation any more."""
    from challenge.rules.inviting import revoke_invitation

    with explained(), opened() as desk:
        with desk.database.begin() as unit:
            found = revoke_invitation(unit, number, by=by, now=desk.now)
        whose = escape(found.name or found.role)
        console.print(f"Invitation {number} ({whose}) lets nobody in any more.")


def _hand_out(
    desk: Desk, make: Callable[[Unit], Made], sheet: Sheet, *, as_json: bool
) -> None:
    """Make one link, and show it once."""
    made: list[Made] = []
    with (
        handing_out(desk, made, sheet, as_json=as_json),
        desk.database.begin() as unit,
    ):
        made.append(make(unit))
        write_file(desk, made, sheet)


def _document(one: Invitation) -> dict[str, object]:
    return {
        "id": one.id,
        "role": one.role,
        "name": one.name,
        "sources": one.sources,
        "partner": one.partner,
        "chairs": one.chairs,
        "is_back": one.person_id is not None,
        "created_by": one.created_by,
        "created_at": one.created_at.isoformat(),
        "expires_at": one.expires_at.isoformat(),
    }


def _table(found: list[Invitation]) -> Table:
    table = Table("Number", "Role", "Name", "Sources or table", "By", "Works until")
    for one in found:
        table.add_row(
            str(one.id),
            one.role,
            escape(one.name or "chooses one"),
            escape(one.sources or one.partner),
            escape(one.created_by),
            f"{one.expires_at:%Y-%m-%d %H:%M} UTC",
        )
    return table
