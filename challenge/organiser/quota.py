"""What teams may still hand in today, and giving one team more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from challenge.organiser.desk import opened
from challenge.records import Role
from challenge.terminal import By, Json, console, explained, print_json

if TYPE_CHECKING:
    from challenge.rules.quota import Left

app = typer.Typer(help="Show and grant submissions.", no_args_is_help=True)


@app.command("show", epilog='Example: `challenge quota show "Grutto"`')
def show(
    team: Annotated[str | None, typer.Argument(help="None shows all.")] = None,
    as_json: Json = False,
) -> None:
    """Show what teams have left today, and what they were given beyond the brief."""
    from challenge.rules.panel import team_named
    from challenge.rules.quota import left_today

    with explained(), opened() as desk:
        with desk.database.read() as unit:
            everybody = [team_named(unit, team)] if team else unit.people.all(Role.TEAM)
            left = {
                one.name: left_today(unit, desk.brief, one.id, desk.now)
                for one in everybody
            }
        if as_json:
            print_json([_document(name, one) for name, one in left.items()])
        else:
            console.print(_table(left))


@app.command(
    "grant",
    epilog='Example: `challenge quota grant "Grutto" --extra 2 --by "Your Name"'
    ' --reason "The server was down for ten minutes."`',
)
def give(
    team: Annotated[str, typer.Argument(help="Which one.")],
    extra: Annotated[int, typer.Option(help="How many more today.")],
    by: By,
    reason: Annotated[str, typer.Option(help="Why; the team reads it.")],
) -> None:
    """Give one team more submissions today, with a reason that it reads."""
    from challenge.rules.granting import grant
    from challenge.rules.panel import team_named
    from challenge.rules.quota import left_today

    with explained(), opened() as desk:
        with desk.database.begin() as unit:
            found, now = team_named(unit, team), desk.now
            grant(unit, found, extra, reason, by=by, now=now)
            left = left_today(unit, desk.brief, found.id, now)
        console.print(_table({found.name: left}))


def _document(name: str, left: Left) -> dict[str, object]:
    return {
        "team": name,
        "scored_left": left.scored,
        "scored_per_day": left.scored_per_day,
        "uploads_left": left.uploads,
        "uploads_per_day": left.uploads_per_day,
        "starts_again_at": left.starts_again_at.isoformat(),
        "grants": [
            {"extra": one.extra, "reason": one.reason, "by": one.by, "at": one.at}
            for one in left.grants
        ],
    }


def _table(left: dict[str, Left]) -> Table:
    table = Table("Team", title="Left today")
    for heading in ("Scored runs", "Uploads", "Given today"):
        table.add_column(heading, justify="right")
    for name, one in left.items():
        table.add_row(
            escape(name),
            f"{one.scored} of {one.scored_per_day}",
            f"{one.uploads} of {one.uploads_per_day}",
            str(sum(grant.extra for grant in one.grants)),
        )
    return table
