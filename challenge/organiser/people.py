"""The commands for who takes part: one group a role, all alike."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from challenge.organiser.barring import Known, add_barring
from challenge.organiser.desk import Desk, opened
from challenge.organiser.guests import Way, add_many, invite_one
from challenge.organiser.paper import Cards, Days, Language, Paper, Sheet, Site
from challenge.records import Role
from challenge.tables import people_table, teams_table
from challenge.terminal import Json, console, explained, print_json, signed

if TYPE_CHECKING:
    from challenge.records import Principal

By = Annotated[
    str, typer.Option(help="Who adds them, for the audit table.", callback=signed)
]
Csv = Annotated[
    Path | None,
    typer.Option(
        "--csv",
        exists=True,
        dir_okay=False,
        help="A list: one name a line, for a team its source set.",
    ),
]
Invite = Annotated[
    bool, typer.Option("--invite", help="Make links that let each in once, no tokens.")
]
Name = Annotated[
    str | None, typer.Argument(help="A name that nobody has, in whatever role.")
]
SourceSet = Annotated[
    str,
    typer.Option("--sources", help="Source set; needed if the brief names none."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; scripts need it.")]
COMMAND_LINE = "command line"


def group(role: Role) -> typer.Typer:
    """Make the commands for one role.

    Parameters
    ----------
    role : Role
        Whom they add, list and give new tokens.

    Returns
    -------
    Typer
        With ``add``, ``list`` and ``rotate``; for who is no team ``bar`` and
        ``readmit``.
    """
    made = typer.Typer(help=f"Add and list: {role}.", no_args_is_help=True)
    example = (
        f'Example: `challenge {role} add "Grutto"`, or for many at once'
        f" `challenge {role} add --csv list.csv --cards cards.html`"
    )
    made.command("add", epilog=example)(_add_team if role is Role.TEAM else _add(role))

    @made.command("list", epilog=f"Example: `challenge {role} list --json`")
    def list_all(as_json: Json = False) -> None:
        """List the names; teams with their sources, acceptances and downloads."""
        with explained(), opened() as desk:
            _list(desk, role, as_json=as_json)

    @made.command("rotate", epilog=f'Example: `challenge {role} rotate "Grutto"`')
    def rotate(name: Known) -> None:
        """End every way in of one, password too, and print a new token, once."""
        _rotate(role, name)

    if role is not Role.TEAM:
        add_barring(made, role)
    return made


def _add(role: Role) -> Any:
    """Make the command that adds one or many of a role without source sets."""

    def add(
        name: Name = None,
        csv: Csv = None,
        invite: Invite = False,
        cards: Cards = None,
        days: Days = 7,
        site: Site = "",
        language: Language = "nl",
        paper: Paper = "a4",
        by: By = COMMAND_LINE,
        yes: Yes = False,
        as_json: Json = False,
    ) -> None:
        """Add one, or a list at once; print what lets them in, once.

        A list is shown first and added whole or not at all. Without `--invite` each
        gets a token, as CSV on standard output; with it a link that works once;
        `--cards` writes cards with QR codes for the printer.
        """
        sheet = Sheet(cards, site, language, paper)
        way = Way(invite or cards is not None, days, sheet, by, yes, as_json)
        _add_some(role, name, csv, "", way)

    return add


def _add_team(
    name: Name = None,
    sources: SourceSet = "",
    csv: Csv = None,
    invite: Invite = False,
    cards: Cards = None,
    days: Days = 7,
    site: Site = "",
    language: Language = "nl",
    paper: Paper = "a4",
    by: By = COMMAND_LINE,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Add one, or a list at once; print what lets them in, once.

    A list has a name on each line, and after a comma, semicolon or tab the source set,
    where there are several. It is shown first and added whole or not at all. Without
    `--invite` each gets a token, as CSV on standard output; with it a link that works
    once; `--cards` writes cards with QR codes for the printer.
    """
    sheet = Sheet(cards, site, language, paper)
    way = Way(invite or cards is not None, days, sheet, by, yes, as_json)
    _add_some(Role.TEAM, name, csv, sources, way)


def _add_some(
    role: Role, name: str | None, csv: Path | None, sources: str, way: Way
) -> None:
    if (name is None) == (csv is None):
        raise typer.BadParameter("Give either one NAME or a list with --csv FILE.")
    with explained(), opened() as desk:
        if csv is not None:
            add_many(desk, role, csv, sources, way)
        elif way.invites:
            invite_one(desk, role, name or "", sources, way)
        else:
            _register(desk, role, name or "", sources, way)


def _register(desk: Desk, role: Role, name: str, sources: str, way: Way) -> None:
    """Add one with a token, or give a team from before its source set."""
    from challenge.rules.registration import choose_sources, register

    with desk.database.begin() as unit:
        now, token = desk.now, ""
        person = choose_sources(unit, name, sources, by=way.by, now=now)
        if person is None:
            person, token = register(
                unit, role, name, by=way.by, now=now, sources=sources
            )
        # Before it is kept: a team that has no source set is not added.
        told = _told_set(person, desk) if role is Role.TEAM else ""
    if told:
        console.print(told)
    if way.as_json:
        print_json({"name": person.name, "token": token or None})
    elif token:
        console.print(f"Token of {escape(person.name)}, shown only now:")
        typer.echo(token)
    else:
        console.print(f"{escape(person.name)} keeps the token that it has.")


def _told_set(team: Principal, desk: Desk) -> str:
    """Say which source set a team gets, where there are several."""
    from challenge.rules.sources import check_choice, label_of, source_of

    source = source_of(team, desk.brief)
    check_choice(team, desk.brief)
    label = escape(label_of(source, desk.brief).en)
    return f"Source set: {source} ({label})" if desk.brief.sources else ""


def _rotate(role: Role, name: str) -> None:
    from challenge.errors import NotFoundError
    from challenge.rules.tokens import replace_tokens

    with explained(), opened() as desk, desk.database.begin() as unit:
        person = unit.people.named(role, name)
        if person is None:
            raise NotFoundError(role.value, name)
        token = replace_tokens(unit, person, by=COMMAND_LINE, now=desk.now)
    console.print("Tokens, sessions, password and invitation of before have ended.")
    console.print(f"Token of {escape(name)}, shown only now:")
    typer.echo(token)


def _list(desk: Desk, role: Role, *, as_json: bool) -> None:
    with desk.database.read() as unit:
        people, counts = unit.people.all(role), unit.handouts.counts()
        used = unit.tokens.last_used()
    if not as_json:
        is_team = role is Role.TEAM
        table = teams_table(people, desk.brief, counts) if is_team else None
        console.print(table or people_table(people))
        return
    print_json(
        [
            {
                "id": person.id,
                "name": person.name,
                "barred": person.barred,
                "used_at": used.get(person.id),
                **_of_role(person, desk),
                "accepted": list(had.accepted) if had else [],
                "downloads": had.downloads if had else 0,
            }
            for person in people
            for had in [counts.get(person.id)]
        ]
    )


def _of_role(person: Principal, desk: Desk) -> dict[str, Any]:
    """Say what only some roles have."""
    if person.role is Role.TEAM:
        return {"sources": person.sources or desk.brief.source_of(person.name)}
    if person.role is Role.PARTNER:
        return {"partner": person.partner}
    return {"chairs": person.chairs} if person.role is Role.JUROR else {}
